import MediaMix
import Numerics
import Testing

/// The draws of a model's parameters by their names, `[chains][draws]` each.
struct NamedDraws {
    let posterior: Posterior
    private var values: [String: [[Double]]] = [:]

    init(_ posterior: Posterior, _ model: MediaMixModel) {
        self.posterior = posterior
        var density = MixDensity(model)
        let names = model.parameterNames
        for name in names { values[name] = posterior.chains.map { _ in [] } }
        for chain in posterior.chains.indices {
            for draw in 0..<posterior.draws {
                let point = posterior.point(draw, chain: chain)
                for (name, value) in zip(names, density.parameters(at: point.span)) {
                    values[name]?[chain].append(value)
                }
            }
        }
    }

    var names: [String] { values.keys.sorted() }

    func draws(_ name: String) throws -> [[Double]] {
        try #require(values[name], "there is no \(name)")
    }

    /// The mean within four combined standard errors.
    func expect(_ name: String, mean: Double, error: Double) throws {
        let chains = try draws(name)
        let average = Self.moments(chains).mean
        let own = Diagnostics.meanError(chains)
        let distance = abs(average - mean) / (own * own + error * error).squareRoot()
        #expect(distance < 4, "\(name): mean \(average), not \(mean)")
    }

    /// The deviation within 5 % or four combined standard errors.
    func expect(_ name: String, deviation: Double, size: Double) throws {
        let chains = try draws(name)
        let spread = Self.moments(chains).deviation
        let errors = (Diagnostics.deviationError(chains), deviation / (2 * size).squareRoot())
        let room = 4 * (errors.0 * errors.0 + errors.1 * errors.1).squareRoot()
        #expect(
            abs(spread - deviation) < max(0.05 * deviation, room),
            "\(name): deviation \(spread), not \(deviation)"
        )
    }

    /// The share of draws up to a quantile within four of its standard errors: the quantile itself
    /// has none that is of use where the tail is thin.
    func expect(_ name: String, quantile share: Double, _ value: Double) throws {
        let chains = try draws(name)
        let below = chains.map { $0.map { $0 <= value ? 1.0 : 0 } }
        let found = Self.moments(below).mean
        let error = (share * (1 - share) / Diagnostics.meanESS(below)).squareRoot()
        #expect(abs(found - share) < 4 * error, "\(name): \(found) is below, not \(share)")
    }

    /// The least bulk draws of any parameter.
    var leastSize: Double { values.values.map(Diagnostics.bulkESS).filter(\.isFinite).min() ?? 0 }

    /// The worst agreement of chains on any parameter; fixed ones have none.
    var worstRHat: Double { values.values.map(Diagnostics.rHat).filter(\.isFinite).max() ?? 1 }

    static func moments(_ chains: [[Double]]) -> (mean: Double, deviation: Double) {
        let all = chains.flatMap { $0 }
        let mean = all.span.sum() / Double(all.count)
        let squares = all.map { ($0 - mean) * ($0 - mean) }
        return (mean, (squares.span.sum() / Double(all.count - 1)).squareRoot())
    }
}

extension NamedDraws {
    /// Two short chains, for truths that were planted.
    static func quick(_ model: MediaMixModel, seed: UInt64) async throws -> Self {
        var configuration = SamplingConfiguration(seed: seed)
        (configuration.chains, configuration.warmup, configuration.draws) = (2, 250, 250)
        let starts = MixDensity(model).starts(chains: 2, seed: seed)
        let run = SamplingRun(MixDensity(model), configuration, starts: starts)
        return Self(try await run.posterior(), model)
    }

    /// 98 of 100 draws lie around a planted truth, and not everywhere.
    func expectInterval(_ name: String, contains truth: Double, narrowerThan most: Double) throws {
        let sorted = try draws(name).flatMap { $0 }.sorted()
        let (low, high) = (Diagnostics.quantile(sorted, 0.01), Diagnostics.quantile(sorted, 0.99))
        #expect(low < truth && truth < high, "\(name): \(low) to \(high), not \(truth)")
        #expect(high - low < most, "\(name): \(low) to \(high)")
    }
}
