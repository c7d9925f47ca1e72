public import Messages

extension Timeline {
    /// What was paid back of a conversion in another currency than its own: how much of its value
    /// that is rates say.
    public struct ForeignRefund: Hashable, Sendable {
        /// When, in microseconds since 1970.
        public var time: Int64
        /// How much, in millionths of the currency; more than 0.
        public var millionths: Int64
        /// The currency by ISO 4217.
        public var currency: String

        /// A refund.
        ///
        /// - Parameters:
        ///   - time: in microseconds since 1970.
        ///   - millionths: how much.
        ///   - currency: by ISO 4217.
        public init(time: Int64, millionths: Int64, currency: String) {
            self.time = time
            self.millionths = millionths
            self.currency = currency
        }
    }

    /// A refund, or what of one is over, that pays back nothing.
    public struct UnmatchedRefund: Hashable, Sendable {
        /// When, in microseconds since 1970.
        public var time: Int64
        /// How much, in millionths of the currency; 0 if it does not say.
        public var millionths: Int64
        /// The currency by ISO 4217; empty if it does not say how much.
        public var currency: String
        /// Why.
        public var problem: AttributionV1.RefundProblem

        /// A refund.
        ///
        /// - Parameters:
        ///   - time: in microseconds since 1970.
        ///   - millionths: how much; 0 without a currency.
        ///   - currency: by ISO 4217; empty if it does not say how much.
        ///   - problem: why it pays back nothing.
        public init(
            time: Int64,
            millionths: Int64 = 0,
            currency: String = "",
            problem: AttributionV1.RefundProblem = .noConversion
        ) {
            self.time = time
            self.millionths = millionths
            self.currency = currency
            self.problem = problem
        }
    }
}
