/// What a NOTIFY of some session says.
public struct Notification: Sendable, Hashable {
    /// The channel.
    public let channel: String
    /// The payload, empty if there is none.
    public let payload: String
}
