/// A person's touches and conversions, each in the order of the events: by time, and those at one
/// time by their keys.
///
/// Beside them are the refunds that are of no conversion.
public struct Timeline: Hashable, Sendable {
    /// The touches.
    public var touches: [Touch]
    /// The conversions, each of which says how many touches come before it.
    public var conversions: [Conversion]
    /// The refunds that pay back nothing, because there is no conversion that they could be of.
    public var unmatchedRefunds: [UnmatchedRefund]

    /// A timeline.
    ///
    /// - Parameters:
    ///   - touches: the touches, in order.
    ///   - conversions: the conversions, in order.
    ///   - unmatchedRefunds: the refunds that are of none of anybody's conversions, in order.
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
        /// What of that was paid back, in the order of time: in all no more than the value.
        public var refunds: [Refund]
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
        ///   - refunds: what was paid back, in the order of time.
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
            self.currency = currency
            self.cancelledAt = cancelledAt
        }

        /// How much was paid back until a time.
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

    /// A refund that pays back nothing, because there is no conversion that it could be of.
    public struct UnmatchedRefund: Hashable, Sendable {
        /// When, in microseconds since 1970.
        public var time: Int64
        /// How much, in millionths of the currency; 0 if it does not say.
        public var millionths: Int64
        /// The currency by ISO 4217; empty if it does not say how much.
        public var currency: String

        /// A refund.
        ///
        /// - Parameters:
        ///   - time: in microseconds since 1970.
        ///   - millionths: how much; 0 without a currency.
        ///   - currency: by ISO 4217; empty if it does not say how much.
        public init(time: Int64, millionths: Int64 = 0, currency: String = "") {
            self.time = time
            self.millionths = millionths
            self.currency = currency
        }
    }
}
