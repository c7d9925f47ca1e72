/// An order, with why it was made.
public struct SimulatedOrder: Hashable, Sendable {
    /// Its number, unlike all others.
    let key: UInt64
    /// Its day, by its place in the calendar.
    public let day: Int
    /// The number of its state.
    public let geo: Int
    /// Why it was made.
    public let cause: Cause
    /// What it is worth, in cents.
    public let cents: Int
    /// When it was made, in milliseconds since its day began.
    let millisecond: Int
    /// Who made it.
    let buyer: Person
    /// Whether the shop's events have it.
    public let isTracked: Bool
    /// What was paid back within the world's days; nil if nothing was.
    public let refund: Refund?

    /// Without which an order would not have been made.
    public enum Cause: Hashable, Sendable {
        /// Nothing that the shop does.
        case demand
        /// An email.
        case email
        /// A partner.
        case affiliates
        /// The channel of a number that money is spent on.
        case media(Int)
    }

    /// What was paid back.
    public struct Refund: Hashable, Sendable {
        /// The day, by its place in the calendar.
        public let day: Int
        /// How much, in cents.
        public let cents: Int
    }

    /// What it is called in files.
    public var id: String { "o" + String(key, radix: 36) }

    /// What orders are worth on the average, in cents.
    static let meanCents = 8_000.0
    /// How far apart they are: the deviation of their logarithms.
    static let deviation = 0.5
    /// How many are paid back, and how many of these only by half.
    static let refundShare = 0.06
    static let halfRefundShare = 0.3
    /// After how many days, at least and at most.
    static let refundDelay = 2...20
}
