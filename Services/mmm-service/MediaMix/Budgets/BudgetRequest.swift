/// What is to be spent on what, and to what end.
///
/// All amounts of limits and budgets are in one unit, which the request names: it is easy to mean
/// the one and to give the other.
public struct BudgetRequest: Sendable {
    /// What amounts count.
    public enum Unit: Sendable, Hashable {
        /// What is spent in each period, on average.
        case perPeriod
        /// What is spent in all periods of the plan together.
        case total
    }

    /// What is sought; outcomes count by the request's utility of them.
    public enum Goal: Sendable, Hashable {
        /// The most outcome for exactly this money, in the request's unit.
        case budget(Double)
        /// The most outcome, as long as its worth is this many times the money.
        case returnOnSpend(Double)
        /// As much as pays off: until the next unit of money brings only this much worth.
        case marginalReturn(Double)
        /// The least money that brings this outcome.
        case outcome(Double)
    }

    /// What of the outcomes of all draws is sought.
    public enum Utility: Sendable, Hashable {
        /// Their mean.
        case mean
        /// Their mean, less this many of their standard deviations; from 0.
        case meanLessDeviations(Double)
        /// The mean of this share of them, the worst; above 0, up to 1.
        case meanOfWorst(Double)
    }

    /// How spend goes along in time.
    public enum Pattern: Sendable, Hashable {
        /// The same in each period.
        case constant
        /// What is best in each period, within ``BudgetLine/periodLimits``.
        case flighted
    }

    /// What money is given to, in the order of the plan.
    public var lines: [BudgetLine]
    /// Limits on lines together.
    public var groups: [BudgetGroup]
    /// What the amounts of goal and limits count.
    public var unit: Unit
    /// What is sought.
    public var goal: Goal
    /// What of the outcomes of all draws is sought.
    public var utility = Utility.mean
    /// How spend goes along in time.
    public var pattern = Pattern.constant
    /// What one unit of the outcome is worth, in the unit of money; positive.
    public var valuePerOutcome = 1.0
    /// The probability that the interval of the gain has; above 0, below 1.
    public var intervalProbability = 0.9
    /// How many places the search starts from where the best may be one of several; 2 to 100.
    public var starts = 12
    /// Chooses those of the places that are random.
    public var seed: UInt64 = 1

    /// A request for the mean outcome of constant spend.
    ///
    /// - Parameters:
    ///   - lines: what money is given to, in the order of the plan.
    ///   - groups: limits on lines together.
    ///   - unit: what the amounts of goal and limits count.
    ///   - goal: what is sought.
    public init(lines: [BudgetLine], groups: [BudgetGroup] = [], unit: Unit, goal: Goal) {
        self.lines = lines
        self.groups = groups
        self.unit = unit
        self.goal = goal
    }
}

/// Between which amounts spend has to stay.
public struct BudgetLimits: Sendable, Hashable {
    /// The least, from 0.
    public var least: Double
    /// The most; nil where there is none.
    public var most: Double?

    /// Limits.
    ///
    /// - Parameters:
    ///   - least: the least, from 0.
    ///   - most: the most; nil where there is none.
    public init(least: Double = 0, most: Double? = nil) {
        self.least = least
        self.most = most
    }

    /// Exactly one amount.
    ///
    /// - Parameter amount: from 0.
    /// - Returns: limits that leave nothing else.
    public static func locked(_ amount: Double) -> Self { Self(least: amount, most: amount) }
}

/// What money is given to: a channel, or a channel in one geo.
public struct BudgetLine: Sendable {
    /// What it is called.
    public var name: String
    /// What is spent now in each period, `[periods]`.
    public var current: [Double]
    /// What was spent in a period when the model was fitted, from the least to the most; nil if
    /// that is not known.
    public var observed: ClosedRange<Double>?
    /// Limits on its spend, in the request's unit.
    public var limits: BudgetLimits
    /// Limits on its spend in each single period, whatever the request's unit is.
    public var periodLimits: BudgetLimits

    /// What money is given to.
    ///
    /// - Parameters:
    ///   - name: what it is called.
    ///   - current: what is spent now in each period, `[periods]`.
    ///   - observed: what was spent in a period when the model was fitted.
    ///   - limits: limits on its spend, in the request's unit.
    ///   - periodLimits: limits on its spend in each single period.
    public init(
        name: String,
        current: [Double],
        observed: ClosedRange<Double>? = nil,
        limits: BudgetLimits = BudgetLimits(),
        periodLimits: BudgetLimits = BudgetLimits()
    ) {
        self.name = name
        self.current = current
        self.observed = observed
        self.limits = limits
        self.periodLimits = periodLimits
    }
}

/// Lines that have limits together.
public struct BudgetGroup: Sendable {
    /// What it is called.
    public var name: String
    /// The names of its lines.
    public var lines: [String]
    /// Limits on their spend together, in the request's unit.
    public var limits: BudgetLimits

    /// Lines that have limits together.
    ///
    /// - Parameters:
    ///   - name: what it is called.
    ///   - lines: the names of its lines.
    ///   - limits: limits on their spend together, in the request's unit.
    public init(name: String, lines: [String], limits: BudgetLimits) {
        self.name = name
        self.lines = lines
        self.limits = limits
    }
}
