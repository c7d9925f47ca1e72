/// A number by all draws of a posterior.
public struct BudgetEstimate: Sendable, Equatable {
    /// The mean.
    public var mean: Double
    /// The interval that holds the request's probability, half of what is left on each side.
    public var interval: ClosedRange<Double>
}

/// Spend and what it brings: the best for a request, or what somebody thought of.
public struct BudgetPlan: Sendable {
    /// What a line gets, and what that does.
    public struct Line: Sendable, Equatable {
        /// What the line is called.
        public var name: String
        /// What is spent in each period, `[periods]`.
        public var spend: [Double]
        /// What is spent in all.
        public var total: Double
        /// What is spent now in all.
        public var current: Double
        /// What one more unit of money would be worth on average, spread over the periods as the
        /// line's money is.
        public var marginalReturn: Double
        /// How far the line leaves what was observed; nil if it does not, or nothing is known.
        public var beyond: Beyond?
    }

    /// Spend that the model has not seen: what it says of it is extrapolated.
    public struct Beyond: Sendable, Equatable {
        /// The spend of a period that is furthest from what was observed.
        public var spend: Double
        /// What was observed.
        public var observed: ClosedRange<Double>
        /// By how much the spend is above the most observed, or below the least: negative then.
        public var excess: Double
    }

    /// A limit that keeps the plan from being better.
    public struct Binding: Sendable, Hashable {
        /// The line or group.
        public var name: String
        /// Which of its limits.
        public var side: Side
        /// The periods whose own limit it is, counted from 0; none if it is that of all together.
        public var periods: [Int]

        /// Which of two limits.
        public enum Side: Sendable, Hashable {
            /// The least amount.
            case least
            /// The most.
            case most
            /// Both, for they are the same.
            case locked
        }
    }

    /// How a plan was found.
    public struct Search: Sendable, Equatable {
        /// How many places the search started from.
        public var starts = 0
        /// How many of them it broke down from; the plan is the best from the others.
        public var failures = 0
        /// How many plans it looked at.
        public var evaluations = 0
        /// Whether it ended at the effort that it may take, so that a better plan may be left.
        public var isCutShort = false
    }

    /// What each line gets, in the order of the request.
    public var lines: [Line]
    /// What is spent in all.
    public var spend: Double
    /// What is spent now in all.
    public var currentSpend: Double
    /// What the plan brings.
    public var outcome: BudgetEstimate
    /// What the current spend brings.
    public var currentOutcome: BudgetEstimate
    /// What the request seeks of the outcomes; their mean if it seeks that.
    public var utility: Double
    /// What the plan brings above the current spend.
    public var gain: BudgetEstimate
    /// The share of draws in which it brings more than the current spend.
    public var gainProbability: Double
    /// The worth of the mean outcome for each unit of money; nil if nothing is spent.
    public var returnOnSpend: Double?
    /// The same of the current spend.
    public var currentReturnOnSpend: Double?
    /// The limits that keep the plan from being better; none of a plan that was given.
    public var bindings: [Binding]
    /// How it was found; nil of a plan that was given.
    public var search: Search?

    /// The lines that leave what was observed.
    public var warnings: [Line] { lines.filter { $0.beyond != nil } }
}
