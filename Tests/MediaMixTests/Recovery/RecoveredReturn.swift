import MediaMix
import Numerics
import Panels

/// What a fit says of one channel of a world, beside the truth.
struct RecoveredReturn {
    let channel: Int
    let truth: Double
    let median: Double
    /// The middle nine tenths.
    let interval: ClosedRange<Double>
    let deviation: Double

    var isCovered: Bool { interval.contains(truth) }
    var width: Double { interval.upperBound - interval.lowerBound }
    /// Over the truth.
    var error: Double { abs(median - truth) / truth }

    /// Fits a model and compares its returns, by channel.
    ///
    /// - Parameters:
    ///   - model: one that has a prior on returns.
    ///   - returns: the truth.
    ///   - draws: of each of two chains, after as many that adapt them.
    ///   - seed: where randomness comes from.
    /// - Returns: what was found, and how many draws diverged.
    /// - Throws: ``SamplingFailure`` if there is no way to sample.
    static func fit(
        _ model: MediaMixModel,
        _ returns: [Double],
        draws: Int,
        seed: UInt64
    ) async throws -> (channels: [Self], divergences: Int) {
        var density = MixDensity(model)
        var configuration = SamplingConfiguration(seed: seed)
        (configuration.chains, configuration.threads) = (2, 1)
        (configuration.warmup, configuration.draws) = (draws, draws)
        let starts = density.starts(chains: 2, seed: seed)
        let posterior = try await SamplingRun(density, configuration, starts: starts).posterior()
        let names = model.parameterNames
        let places = model.panel.channels.compactMap { names.firstIndex(of: "roi_m[\($0.name)]") }
        var all = places.map { _ in [Double]() }
        for chain in 0..<2 {
            for draw in 0..<draws {
                let point = posterior.point(draw, chain: chain)
                let values = density.parameters(at: point.span)
                for (index, place) in places.enumerated() { all[index].append(values[place]) }
            }
        }
        let found = all.enumerated().map { index, draws in
            let sorted = draws.sorted()
            return Self(
                channel: index,
                truth: returns[index],
                median: Diagnostics.quantile(sorted, 0.5),
                interval: Diagnostics.quantile(sorted, 0.05)...Diagnostics.quantile(sorted, 0.95),
                deviation: NamedDraws.moments([draws]).deviation
            )
        }
        return (found, posterior.divergences)
    }
}

extension [RecoveredReturn] {
    /// How many of a hundred intervals hold the truth.
    var coverage: Double { 100 * Double(count(where: \.isCovered)) / Double(count) }

    func median(_ number: (RecoveredReturn) -> Double) -> Double {
        Diagnostics.quantile(map(number).sorted(), 0.5)
    }

    /// Those of one channel.
    func of(_ channel: Int) -> Self { filter { $0.channel == channel } }

    /// What there is to say, all channels together and each alone.
    func describe(_ label: String, channels: [String]) {
        let parts = [("all", self)] + channels.enumerated().map { ($1, of($0)) }
        for (name, part) in parts {
            print(
                "\(label), \(name): \(part.count) intervals of 90 % cover \(part.coverage) %,",
                "median error \(100 * part.median(\.error)) %, sd \(part.median(\.deviation))"
            )
        }
    }
}
