/// Dual averaging: a step size whose acceptance probability has a given mean.
///
/// Hoffman and Gelman, “The No-U-Turn Sampler”, JMLR 15, 2014, section 3.2.1.
struct StepSize: Equatable, Sendable {
    private static let gamma = 0.05
    private static let t0 = 10.0
    private static let kappa = 0.75

    let target: Double
    /// The step size to take next.
    private(set) var current: Double
    /// ln of the step size that is drawn towards.
    private(set) var anchor: Double
    private(set) var meanError = 0.0
    private(set) var logMean = 0.0
    private(set) var count = 0.0

    /// Starts from a step size that is about right.
    init(target: Double, initial: Double) {
        self.target = target
        current = initial
        anchor = Elementary.log(10 * initial)
    }

    init(
        target: Double,
        current: Double,
        anchor: Double,
        meanError: Double,
        logMean: Double,
        count: Double
    ) {
        self.target = target
        self.current = current
        self.anchor = anchor
        self.meanError = meanError
        self.logMean = logMean
        self.count = count
    }

    /// Takes in the mean acceptance probability of a trajectory.
    mutating func update(acceptance: Double) {
        count += 1
        let weight = 1 / (count + Self.t0)
        meanError = (1 - weight) * meanError + weight * (target - acceptance)
        let logStep = anchor - meanError * count.squareRoot() / Self.gamma
        let share = Elementary.exp(-Self.kappa * Elementary.log(count))
        logMean = share * logStep + (1 - share) * logMean
        current = Elementary.exp(logStep)
    }

    /// Stops adapting: from now on the step size is the mean of those that were tried.
    mutating func settle() {
        if count > 0 { current = Elementary.exp(logMean) }
    }
}
