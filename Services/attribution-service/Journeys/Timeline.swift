/// A person's touches and conversions, each in the order of the events: by time, and those at one
/// time by their keys.
public struct Timeline: Hashable, Sendable {
    /// The touches.
    public var touches: [Touch]
    /// The conversions, each of which says how many touches come before it.
    public var conversions: [Conversion]

    /// A timeline.
    ///
    /// - Parameters:
    ///   - touches: the touches, in order.
    ///   - conversions: the conversions, in order.
    public init(touches: [Touch] = [], conversions: [Conversion] = []) {
        self.touches = touches
        self.conversions = conversions
    }
}

extension Timeline {
    /// A contact with marketing that counts.
    public struct Touch: Hashable, Sendable {
        /// When, in microseconds since 1970.
        public var time: Int64
        /// What it is of.
        public var kind: Kind
        /// The number of the place that it came from: channel, source, medium and campaign.
        public var place: Int32

        /// A touch.
        ///
        /// - Parameters:
        ///   - time: in microseconds since 1970.
        ///   - kind: what it is of.
        ///   - place: the number of the place.
        public init(time: Int64, kind: Kind, place: Int32) {
            self.time = time
            self.kind = kind
            self.place = place
        }

        /// What a touch is of, by the numbers of the contract.
        public enum Kind: Int32, Hashable, Sendable, CaseIterable {
            /// The first page of a session that began by an arrival.
            case session = 1
            /// The first page of a session of which nothing tells how it began.
            case direct
            /// A click.
            case click
            /// An impression: a view, no click.
            case impression
            /// A message that was delivered.
            case message
        }
    }

    /// An event that is a conversion, the first of its order.
    public struct Conversion: Hashable, Sendable {
        /// How many touches come before it.
        public var touchesBefore: Int
        /// When, in microseconds since 1970.
        public var time: Int64
        /// The kind, as its definition says.
        public var kind: String
        /// The id of its event.
        public var eventID: String
        /// Its order; empty for none.
        public var orderID: String
        /// What it is worth, in millionths of the currency; 0 if it has no value.
        public var value: Int64
        /// How much of that was paid back, in millionths: from 0 to the value.
        public var refunded: Int64
        /// The currency by ISO 4217; empty if it has no value.
        public var currency: String
        /// Whether it was cancelled: then it is none.
        public var isCancelled: Bool

        /// A conversion.
        ///
        /// - Parameters:
        ///   - touchesBefore: how many touches come before it.
        ///   - time: in microseconds since 1970.
        ///   - kind: as its definition says.
        ///   - eventID: its event.
        ///   - orderID: its order; empty for none.
        ///   - value: in millionths of the currency.
        ///   - refunded: how much was paid back, in millionths.
        ///   - currency: by ISO 4217; empty without a value.
        ///   - isCancelled: whether it was cancelled.
        public init(
            touchesBefore: Int,
            time: Int64,
            kind: String,
            eventID: String = "",
            orderID: String = "",
            value: Int64 = 0,
            refunded: Int64 = 0,
            currency: String = "",
            isCancelled: Bool = false
        ) {
            self.touchesBefore = touchesBefore
            self.time = time
            self.kind = kind
            self.eventID = eventID
            self.orderID = orderID
            self.value = value
            self.refunded = refunded
            self.currency = currency
            self.isCancelled = isCancelled
        }
    }
}
