/// A person's touches and conversions, each in the order of the events: by time, and those at one
/// time by their keys.
///
/// Beside them are the refunds that pay back nothing.
public struct Timeline: Hashable, Sendable {
    /// The touches.
    public var touches: [Touch]
    /// The conversions, each of which says how many touches come before it.
    public var conversions: [Conversion]
    /// The refunds, and what is over of others, that pay back nothing.
    public var unmatchedRefunds: [UnmatchedRefund]

    /// A timeline.
    ///
    /// - Parameters:
    ///   - touches: the touches, in order.
    ///   - conversions: the conversions, in order.
    ///   - unmatchedRefunds: the refunds that pay back nothing, in order.
    public init(
        touches: [Touch] = [],
        conversions: [Conversion] = [],
        unmatchedRefunds: [UnmatchedRefund] = []
    ) {
        self.touches = touches
        self.conversions = conversions
        self.unmatchedRefunds = unmatchedRefunds
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
        /// What of that was paid back in its own currency, in the order of time: in all no more
        /// than the value.
        public var refunds: [Refund]
        /// What was paid back in other currencies, in the order of time.
        public var foreignRefunds: [ForeignRefund]
        /// The currency by ISO 4217; empty if it has no value.
        public var currency: String
        /// When it was cancelled, in microseconds since 1970: from then on it is none.
        ///
        /// Nil if it was not.
        public var cancelledAt: Int64?

        /// A conversion.
        ///
        /// - Parameters:
        ///   - touchesBefore: how many touches come before it.
        ///   - time: in microseconds since 1970.
        ///   - kind: as its definition says.
        ///   - eventID: its event.
        ///   - orderID: its order; empty for none.
        ///   - value: in millionths of the currency.
        ///   - refunds: what was paid back in its currency, in the order of time.
        ///   - foreignRefunds: what was paid back in others, in the order of time.
        ///   - currency: by ISO 4217; empty without a value.
        ///   - cancelledAt: when it was cancelled; nil if it was not.
        public init(
            touchesBefore: Int,
            time: Int64,
            kind: String,
            eventID: String = "",
            orderID: String = "",
            value: Int64 = 0,
            refunds: [Refund] = [],
            foreignRefunds: [ForeignRefund] = [],
            currency: String = "",
            cancelledAt: Int64? = nil
        ) {
            self.touchesBefore = touchesBefore
            self.time = time
            self.kind = kind
            self.eventID = eventID
            self.orderID = orderID
            self.value = value
            self.refunds = refunds
            self.foreignRefunds = foreignRefunds
            self.currency = currency
            self.cancelledAt = cancelledAt
        }

        /// How much was paid back in its currency until a time.
        ///
        /// - Parameter time: in microseconds since 1970.
        /// - Returns: millionths: from 0 to the value.
        public func refunded(by time: Int64) -> Int64 {
            var refunded: Int64 = 0
            for refund in refunds where refund.time <= time { refunded += refund.millionths }
            return refunded
        }

        /// Whether it was cancelled until a time.
        ///
        /// - Parameter time: in microseconds since 1970.
        /// - Returns: whether it was.
        @inline(__always)
        public func isCancelled(by time: Int64) -> Bool {
            if let cancelledAt { cancelledAt <= time } else { false }
        }
    }

    /// A part of a conversion's value that was paid back.
    public struct Refund: Hashable, Sendable {
        /// When, in microseconds since 1970.
        public var time: Int64
        /// How much, in millionths of the conversion's currency; more than 0.
        public var millionths: Int64

        /// A refund.
        ///
        /// - Parameters:
        ///   - time: in microseconds since 1970.
        ///   - millionths: how much.
        public init(time: Int64, millionths: Int64) {
            self.time = time
            self.millionths = millionths
        }
    }
}
