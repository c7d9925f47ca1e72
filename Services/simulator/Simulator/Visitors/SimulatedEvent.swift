/// Something that a visitor did, as the shop records it.
public struct SimulatedEvent: Hashable, Sendable {
    /// What kind of thing, by the names that files have for them.
    public enum Kind: String, CaseIterable, Sendable {
        case page, impression, conversion, refund, exposure, identify, custom
    }

    /// What it is known by, unlike all others of its world.
    public let id: String
    /// What kind of thing.
    public let kind: Kind
    /// What it is called.
    public let name: String
    /// When it happened, in milliseconds since 1970 in UTC.
    public let milliseconds: Int64
    /// The number of the state.
    public let geo: Int
    /// The device; empty where only the person is known.
    public var anonymousID = ""
    /// The person; empty as long as nobody knows.
    public var userID = ""
    /// The session.
    public var sessionID = ""
    /// The address of the page.
    public var url = ""
    /// The address of the page before.
    public var referrer = ""
    /// The channel, which only impressions name.
    public var channel = ""
    /// What it is worth, in cents.
    public var cents: Int?
    /// The order.
    public var orderID = ""
    /// What else the shop says of it.
    public var properties: [String: String] = [:]
    /// The channel that a visit or an impression really is of, which no shop knows; empty for the
    /// pages after the first.
    public var trueChannel = ""
    /// What went wrong with a visit's traces.
    public var mishaps: LabelledVisit.Mishaps = []
    /// The number of the partner who sent a visitor.
    var partner: Int?
}
