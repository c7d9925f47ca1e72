/// How much is sampled, and how.
public struct SamplingConfiguration: Equatable, Sendable {
    /// The number of chains, from 1.
    public var chains = 4
    /// The draws of each chain that adapt it and are thrown away; from 0, but at least 20 if any.
    public var warmup = 1000
    /// The draws of each chain that are kept, from 1.
    public var draws = 1000
    /// Where all randomness comes from.
    public var seed: UInt64 = 0
    /// The mean acceptance probability that step sizes are adapted to, between 0 and 1.
    public var targetAcceptance = 0.8
    /// The target of the one run that is made again if the first has too many divergences; nil
    /// makes none.
    public var retryTargetAcceptance: Double? = 0.95
    /// The share of kept draws that may diverge before the run is made again, from 0 to 1.
    public var toleratedDivergences = 0.001
    /// How often a trajectory may double, from 1 to 20.
    public var maximumDepth = 10
    /// The energy error at which a trajectory counts as divergent, positive.
    public var divergenceThreshold = 1000.0
    /// Above so many dimensions the metric is a diagonal and a few directions, not a matrix.
    public var largestDenseDimension = 150
    /// Chains start at uniform numbers up to so far from 0, positive.
    public var startRadius = 2.0
    /// The memory that a run may need at most; one that would need more does not start.
    ///
    /// Most of it goes to draws: 8 bytes for each of chains × draws × parameters.
    public var memoryLimitBytes = 1 << 30
    /// How many threads work at most; nil for one less than the machine has, at least one.
    ///
    /// It changes no bit of the result.
    public var threads: Int?

    /// The usual configuration.
    ///
    /// - Parameter seed: where all randomness comes from.
    public init(seed: UInt64) { self.seed = seed }

    /// Refuses what makes no sense.
    func check() throws(SamplingFailure) {
        func require(_ isMet: Bool, _ field: String, _ rule: String) throws(SamplingFailure) {
            guard isMet else { throw .badConfiguration(field: field, rule: rule) }
        }
        func isShare(_ x: Double) -> Bool { x > 0 && x < 1 }
        try require((1...1024).contains(chains), "chains", "must be from 1 to 1024")
        try require(warmup == 0 || (20...1_000_000).contains(warmup), "warmup", "must be 0 or ≥ 20")
        try require((1...10_000_000).contains(draws), "draws", "must be from 1 to 10,000,000")
        try require(isShare(targetAcceptance), "targetAcceptance", "must be between 0 and 1")
        try require(
            retryTargetAcceptance.map(isShare) ?? true,
            "retryTargetAcceptance",
            "must be between 0 and 1"
        )
        try require(toleratedDivergences >= 0, "toleratedDivergences", "must not be negative")
        try require((1...20).contains(maximumDepth), "maximumDepth", "must be from 1 to 20")
        try require(divergenceThreshold > 0, "divergenceThreshold", "must be positive")
        try require(largestDenseDimension >= 0, "largestDenseDimension", "must not be negative")
        try require(memoryLimitBytes > 0, "memoryLimitBytes", "must be positive")
        try require(startRadius.isPositive, "startRadius", "must be positive")
        try require(threads.map { $0 > 0 } ?? true, "threads", "must be positive")
    }
}
