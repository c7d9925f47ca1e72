internal import MediaMix
internal import Messages
internal import Numerics
internal import RPC

/// How a model is trained: checked, with what is usual where nothing is said.
struct ModelSampling: Sendable {
    /// All of it said.
    let message: MixModelV1.Sampling

    /// How many numbers the draws of a model have at most.
    static let mostNumbers = 8_000_000
    /// How many fits a bootstrap makes.
    static let resamples = 200

    private static let usual = (chains: Int32(4), warmup: Int32(1_000), draws: Int32(1_000))
    private static let usualAcceptance = 0.8

    /// What was asked for.
    ///
    /// - Parameters:
    ///   - asked: as it came, or as it was kept.
    ///   - violations: what is wrong with it is added to them.
    init(_ asked: MixModelV1.Sampling, _ violations: inout FieldViolations) {
        var message = asked
        violations.check(
            [.unspecified, .nuts, .bayesianBootstrap].contains(asked.method),
            "sampling.method",
            "expected one that there is, or nothing"
        )
        if asked.method == .bayesianBootstrap {
            let numbers = [asked.chains, asked.warmup, asked.draws]
            let isKept = numbers == [1, 0, Int32(Self.resamples)]
            violations.check(
                (isKept || numbers == [0, 0, 0]) && asked.targetAcceptance == 0,
                "sampling",
                "expected a seed alone: it makes \(Self.resamples) fits and has no chains"
            )
            (message.chains, message.warmup, message.draws) = (1, 0, Int32(Self.resamples))
            self.message = message
            return
        }
        message.method = .nuts
        func number(
            _ value: Int32,
            _ usual: Int32,
            _ range: ClosedRange<Int32>,
            _ field: String
        )
            -> Int32
        {
            violations.check(
                value == 0 || range.contains(value),
                "sampling.\(field)",
                "expected \(range.lowerBound) to \(range.upperBound), or 0 for \(usual)"
            )
            return value == 0 ? usual : value
        }
        message.chains = number(asked.chains, Self.usual.chains, 2...16, "chains")
        message.warmup = number(asked.warmup, Self.usual.warmup, 20...20_000, "warmup")
        message.draws = number(asked.draws, Self.usual.draws, 4...20_000, "draws")
        let target = asked.targetAcceptance
        violations.check(
            target == 0 || (0.6...0.999).contains(target),
            "sampling.target_acceptance",
            "expected 0.6 to 0.999, or 0 for \(Self.usualAcceptance)"
        )
        message.targetAcceptance = target == 0 ? Self.usualAcceptance : target
        self.message = message
    }

    /// As the sampler takes it.
    var configuration: SamplingConfiguration {
        var configuration = SamplingConfiguration(seed: message.seed)
        configuration.chains = Int(message.chains)
        configuration.warmup = Int(message.warmup)
        configuration.draws = Int(message.draws)
        configuration.targetAcceptance = message.targetAcceptance
        let isStrict = message.targetAcceptance >= configuration.retryTargetAcceptance ?? 1
        if isStrict { configuration.retryTargetAcceptance = nil }
        return configuration
    }

    /// Refuses draws that would take too much room.
    ///
    /// - Parameter dimension: how many numbers are sampled.
    /// - Throws: INVALID_ARGUMENT with what to lower.
    func checkRoom(dimension: Int) throws(RPCError) {
        let numbers = Int(message.chains) * Int(message.draws) * dimension
        guard numbers <= Self.mostNumbers else {
            let most = Self.mostNumbers / (Int(message.chains) * max(1, dimension))
            throw RPCError(
                .invalidArgument,
                "sampling.draws: \(message.chains) chains of \(message.draws) draws of \(dimension)"
                    + " parameters are \(numbers) numbers, of which at most \(Self.mostNumbers) are"
                    + " kept: ask for at most \(most) draws, or for fewer chains"
            )
        }
        let (needed, limit) = (
            configuration.neededBytes(dimension: dimension), configuration.memoryLimitBytes
        )
        guard message.method == .bayesianBootstrap || needed <= Double(limit) else {
            throw RPCError(
                .invalidArgument,
                "sampling.warmup: training would need \(Int(needed / 1e6)) MB of memory, and may"
                    + " need \(limit / 1_000_000): ask for less warm-up, draws or chains"
            )
        }
    }
}
