internal import Numerics

/// How sure a model's shares are: the same model on journeys drawn again many times.
public struct Bootstrap: Sendable {
    /// What the draws come from.
    public let seed: UInt64
    /// How many times journeys are drawn.
    public let replicates: Int
    /// How much of the replicates is in an interval.
    public let level: Double
    /// How many threads work at most; they change the time, and nothing else.
    public let threads: Int?

    /// How many replicates there may be.
    public static let replicateRange = 20...10_000
    /// How sure intervals may be.
    public static let levels = 0.5...0.99
    /// The fewest conversions: of fewer, one replicate in 100 or more would have none at all.
    public static let leastConversions = 5

    /// Intervals.
    ///
    /// - Parameters:
    ///   - seed: what the draws come from.
    ///   - replicates: how many times journeys are drawn.
    ///   - level: how much of the replicates is in an interval.
    ///   - threads: how many threads work; nil for one less than there are processors.
    /// - Throws: ``AttributionFailure/parameterOutOfRange(_:value:range:)``.
    public init(
        seed: UInt64,
        replicates: Int = 200,
        level: Double = 0.9,
        threads: Int? = nil
    ) throws(AttributionFailure) {
        guard Self.replicateRange.contains(replicates) else {
            throw .parameterOutOfRange("replicates", value: Double(replicates), range: 20...10_000)
        }
        guard Self.levels.contains(level) else {
            throw .parameterOutOfRange("level", value: level, range: Self.levels)
        }
        self.seed = seed
        self.replicates = replicates
        self.level = level
        self.threads = threads
    }

    /// The intervals of a model's shares.
    ///
    /// Work goes on to its end when the waiting task is cancelled: it is some seconds at most.
    /// The task is told so at once.
    ///
    /// - Parameters:
    ///   - model: any model.
    ///   - table: the journeys.
    /// - Returns: estimates for each channel.
    /// - Throws: ``AttributionFailure``, of the journeys or of the first replicate that has one;
    ///   `CancellationError`.
    public func estimates(
        of model: any AttributionModel,
        on table: PathTable
    ) async throws -> Estimates {
        guard table.totalConversions >= Self.leastConversions else {
            throw AttributionFailure.tooFewConversions(
                table.totalConversions,
                least: Self.leastConversions
            )
        }
        // What is wrong with the model or the journeys is said before any thread starts.
        let credit = try model.credit(table)
        let repeated = try model.repeated(on: Replicates(table, seed: seed))
        var draws: [Credit] = []
        for outcome in try await outcomes(repeated) {
            switch outcome {
            case .success(let credit): draws.append(credit)
            // Nothing was drawn that converts: there is no share to look at.
            case .failure(.noConversions): break
            case .failure(let failure): throw failure
            }
        }
        return Estimates(credit, draws, level: level, empty: replicates - draws.count)
    }

    /// What all replicates give, in their order.
    private func outcomes(
        _ some: @escaping @Sendable (Range<Int>) -> [Replicates.Outcome]
    ) async throws -> [Replicates.Outcome] {
        let (results, channel) = AsyncStream.makeStream(of: (Int, [Replicates.Outcome]).self)
        let (count, atOnce) = (replicates, Replicates.atOnce)
        let pieces = (count + atOnce - 1) / atOnce
        let hasThreads = TrainingThreads.run(
            threads: threads ?? TrainingThreads.usualCount,
            pieces: pieces
        ) { piece in
            let first = piece * atOnce
            channel.yield((piece, some(first..<min(first + atOnce, count))))
        }
        guard hasThreads else { throw AttributionFailure.noThread }
        var outcomes: [(Int, [Replicates.Outcome])] = []
        for await result in results {
            outcomes.append(result)
            if outcomes.count == pieces { channel.finish() }
        }
        // A task that is cancelled hears no more of its replicates.
        guard outcomes.count == pieces else { throw CancellationError() }
        return outcomes.sorted { $0.0 < $1.0 }.flatMap(\.1)
    }

    /// What replicates say of each channel.
    public struct Estimates: Equatable, Sendable {
        /// Of each channel's share of the conversions.
        public let conversionShares: [Estimate]
        /// Of each channel's share of the value; zeros if nothing is worth anything.
        public let valueShares: [Estimate]
        /// How many replicates had no conversion, and say nothing.
        public let emptyReplicates: Int

        init(_ credit: Credit, _ draws: [Credit], level: Double, empty: Int) {
            func estimates(_ shares: (Credit) -> [Double]) -> [Estimate] {
                let all = draws.map(shares)
                return shares(credit).indices.map { channel in
                    Estimate(all.map { $0[channel] }, level: level)
                }
            }
            conversionShares = estimates(\.conversionShares)
            valueShares = estimates(\.valueShares)
            emptyReplicates = empty
        }
    }

    /// A number with an interval, by the quantiles of replicates.
    public struct Estimate: Equatable, Sendable {
        /// The mean of the replicates.
        public let mean: Double
        /// Their median.
        public let median: Double
        /// Where the interval begins.
        public let lower: Double
        /// Where it ends.
        public let upper: Double
        /// How much of the replicates is in it.
        public let level: Double

        init(_ draws: [Double], level: Double) {
            let sorted = draws.sorted()
            mean = sorted.reduce(0, +) / Double(sorted.count)
            median = Diagnostics.quantile(sorted, 0.5)
            lower = Diagnostics.quantile(sorted, (1 - level) / 2)
            upper = Diagnostics.quantile(sorted, (1 + level) / 2)
            self.level = level
        }
    }
}
