/// How long a medium works.
public struct CarryOver: Sendable {
    /// The medium's name.
    public let name: String
    /// The share of an effect that comes so many periods later, from 0 on.
    public let decay: [MixEstimate]
    /// How many periods later it comes, on average.
    public let meanLag: MixEstimate
    /// The share of its contribution that came in the period in which it was seen.
    public let immediate: MixEstimate
    /// The share that came later.
    public let carriedOver: MixEstimate

    /// How long a model's media work.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - sample: its parameters.
    ///   - level: how much of the draws intervals hold.
    /// - Returns: one for each medium.
    /// - Throws: ``MixModelError`` if the panel is none of the model's.
    public static func all(
        _ model: MediaMixModel,
        _ sample: MixSample,
        level: Double
    ) throws(MixModelError) -> [CarryOver] {
        var evaluator = try MixEvaluator(model)
        let draws = sample.draws.count
        var decays = model.media.map {
            DrawTable(rows: $0.configuration.adstock.lags, draws: draws)
        }
        // The mean lag, what came at once, and what came later.
        var shares = DrawTable(rows: 3 * model.media.count, draws: draws)
        for (draw, parameters) in sample.draws.enumerated() {
            evaluator.load(parameters)
            for medium in model.media.indices {
                let weights = evaluator.weights(of: medium)
                let sum = weights.reduce(0, +)
                for (lag, weight) in weights.enumerated() {
                    decays[medium][lag, draw] = weight / sum
                    shares[3 * medium, draw] += Double(lag) * weight / sum
                }
                let all = evaluator.contribution(of: medium)
                let atOnce = evaluator.immediateContribution(of: medium, all).reduce(0, +)
                let total = all.reduce(0, +)
                shares[3 * medium + 1, draw] = atOnce / total
                shares[3 * medium + 2, draw] = 1 - atOnce / total
            }
        }
        return model.media.enumerated().map { index, medium in
            CarryOver(
                name: medium.name,
                decay: (0..<medium.configuration.adstock.lags).map {
                    decays[index].estimate($0, level)
                },
                meanLag: shares.estimate(3 * index, level),
                immediate: shares.estimate(3 * index + 1, level),
                carriedOver: shares.estimate(3 * index + 2, level)
            )
        }
    }
}
