internal import Panels

/// What a medium would have added in all, had there been more or less of it all the time.
public struct ResponseCurve: Sendable {
    /// A point of the curve.
    public struct Point: Sendable, Hashable {
        /// What all amounts are multiplied by.
        public let multiplier: Double
        /// What that would have cost; nil of a medium that costs nothing.
        public let spend: Double?
        /// What it would have added to the outcome, in the outcome's units.
        public let contribution: MixEstimate
        /// Whether a usual period would still lie within what was seen: beyond, only the curve's
        /// assumed shape speaks.
        public let isObserved: Bool
    }

    /// The medium's name.
    public let name: String
    /// The smallest and largest amount of a period in which there was any, all geos together: what
    /// it cost, or its own units where it costs nothing.
    public let observed: ClosedRange<Double>
    /// The mean amount of such periods.
    public let usual: Double
    /// From nothing upwards.
    public let points: [Point]

    /// The multipliers of the points: 0, 0.1, … 1.5.
    public static let multipliers = (0...15).map { Double($0) / 10 }

    /// The curves of a model's media.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - sample: its parameters.
    ///   - level: how much of the draws bands hold.
    /// - Returns: one for each medium.
    /// - Throws: ``MixModelError`` if the panel is none of the model's.
    public static func all(
        _ model: MediaMixModel,
        _ sample: MixSample,
        level: Double
    ) throws(MixModelError) -> [ResponseCurve] {
        let media = model.media.indices
        let steps = multipliers.count
        var table = DrawTable(rows: media.count * steps, draws: sample.draws.count)
        var evaluator = try MixEvaluator(model)
        for (draw, parameters) in sample.draws.enumerated() {
            evaluator.load(parameters)
            for medium in media {
                for (step, multiplier) in multipliers.enumerated() where multiplier > 0 {
                    let cells = evaluator.contribution(of: medium, times: multiplier)
                    table[medium * steps + step, draw] = cells.reduce(0, +)
                }
            }
        }
        return media.map { medium in
            ResponseCurve(model, medium) { table.estimate(medium * steps + $0, level) }
        }
    }

    private init(_ model: MediaMixModel, _ index: Int, _ estimate: (Int) -> MixEstimate) {
        let medium = model.media[index]
        let (periods, amount) = (model.panel.periods.count, medium.spend ?? medium.amount)
        let series = (0..<periods).map { period in
            stride(from: period, to: amount.count, by: periods).reduce(0) { $0 + amount[$1] }
        }
        let active = series.filter { $0 > 0 }
        let (lowest, highest) = (active.min() ?? 0, active.max() ?? 0)
        let usual = active.isEmpty ? 0 : active.reduce(0, +) / Double(active.count)
        name = medium.name
        observed = lowest...highest
        self.usual = usual
        points = Self.multipliers.enumerated().map { step, multiplier in
            Point(
                multiplier: multiplier,
                spend: medium.spend.map { _ in multiplier * series.reduce(0, +) },
                contribution: estimate(step),
                isObserved: multiplier <= 1 || multiplier * usual <= highest
            )
        }
    }
}
