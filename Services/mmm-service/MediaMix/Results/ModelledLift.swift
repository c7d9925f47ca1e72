public import Panels

/// What an experiment measured, and what the model says that it should have.
///
/// Both are told of more of the medium, also where there was less of it in the test.
public struct ModelledLift: Sendable, Hashable {
    /// The medium.
    public let channel: String
    /// The geos where it was changed.
    public let geos: [String]
    /// The first day of the period in which it was first changed.
    public let first: PanelDay
    /// By how much the outcome was larger with more of the medium than with less.
    public let measured: Double
    /// The standard error of that.
    public let standardError: Double
    /// By how much it was larger by the model.
    public let modelled: MixEstimate
    /// By how many standard errors of the measurement the model's mean lies above it.
    public var conflict: Double { (modelled.mean - measured) / standardError }

    /// All that a model was calibrated with.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - sample: its parameters.
    ///   - level: how much of the draws intervals hold.
    /// - Returns: one for each test, in the order in which they were given to the model.
    /// - Throws: ``MixModelError`` if the panel is none of the model's.
    public static func all(
        _ model: MediaMixModel,
        _ sample: MixSample,
        level: Double
    ) throws(MixModelError) -> [ModelledLift] {
        guard !model.lifts.isEmpty else { return [] }
        var evaluator = try MixEvaluator(model)
        var table = DrawTable(rows: model.lifts.count, draws: sample.draws.count)
        for (draw, parameters) in sample.draws.enumerated() {
            evaluator.load(parameters)
            for (row, test) in model.lifts.enumerated() {
                table[row, draw] = test.direction * evaluator.lift(test)
            }
        }
        return model.lifts.enumerated().map { row, test in
            ModelledLift(
                channel: model.media[test.medium].name,
                geos: test.geos.map { model.panel.geos[$0].name },
                first: model.panel.periods[test.periods.lowerBound],
                measured: test.direction * test.lift,
                standardError: test.standardError,
                modelled: table.estimate(row, level)
            )
        }
    }
}

extension PlacedLift {
    /// 1 if there was more of the medium in the test, −1 if there was less.
    fileprivate var direction: Double {
        share < 0 || addition.contains { $0 < 0 } ? -1 : 1
    }
}
