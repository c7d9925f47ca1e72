public import Panels

/// How well a model predicts periods that it has not seen, fitted again and again to a longer part
/// of the panel.
public struct RollingOrigin: Sendable {
    /// One fit and the periods after it.
    public struct Fold: Sendable {
        /// The first day that was predicted.
        public let origin: PanelDay
        /// How many periods it was fitted to.
        public let fitted: Int
        /// In the periods that it was fitted to.
        public let training: FitQuality
        /// In those after.
        public let holdout: FitQuality
    }

    /// Which parts of a panel are fitted, and how far they predict.
    public struct Plan: Sendable, Hashable {
        /// How many periods the first fit has.
        public var first: Int
        /// How many periods after each are predicted.
        public var horizon: Int
        /// How many periods more each fit has.
        public var step: Int

        /// A plan.
        ///
        /// - Parameters:
        ///   - first: how many periods the first fit has, from 1.
        ///   - horizon: how many periods are predicted, from 1.
        ///   - step: how many more each fit has, from 1.
        public init(first: Int, horizon: Int, step: Int) {
            self.first = first
            self.horizon = horizon
            self.step = step
        }

        /// How many periods each fit has.
        func lengths(of periods: Int) -> [Int] {
            guard first > 0, horizon > 0, step > 0 else { return [] }
            return Array(stride(from: first, through: periods - horizon, by: step))
        }
    }

    /// The fits, the shortest first.
    public let folds: [Fold]

    /// The mean over the fits of the sum of errors over the sum of the outcome; nil if none has it.
    public var wmape: Double? { Self.mean(folds.compactMap(\.holdout.wmape)) }

    /// The mean over the fits of the share in the central nine tenths of predictions.
    public var coverage90: Double? { Self.mean(folds.map(\.holdout.coverage90)) }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    /// Fits and predicts.
    ///
    /// - Parameters:
    ///   - panel: all periods.
    ///   - configuration: what each model consists of.
    ///   - lifts: what experiments measured; a fit uses those that were over before its end.
    ///   - plan: which parts are fitted.
    ///   - level: how much of the draws intervals hold.
    ///   - seed: where noise comes from.
    ///   - fit: fits one of the models.
    /// - Throws: ``MixModelError`` if a part makes no model, or what `fit` throws.
    public init(
        _ panel: Panel,
        _ configuration: MixConfiguration,
        lifts: [LiftTest] = [],
        plan: Plan,
        level: Double = 0.9,
        seed: UInt64,
        fit: (MediaMixModel) async throws -> MixFit
    ) async throws {
        var folds: [Fold] = []
        for length in plan.lengths(of: panel.periods.count) {
            let part = panel.first(length)
            let end = part.periods[length - 1].advanced(by: panel.daysPerPeriod)
            let model = try MediaMixModel(
                part,
                configuration,
                lifts: lifts.filter { $0.measuredUntil < end }
            )
            let whole = panel.first(length + plan.horizon)
            let sample = try await fit(model)
                .sample(most: model.affordableDraws(most: 1000, on: whole))
            let prediction = try MixPrediction(
                model,
                sample,
                on: whole,
                level: level,
                seed: seed
            )
            guard let holdout = prediction.holdout else { continue }
            folds.append(
                Fold(
                    origin: panel.periods[length],
                    fitted: length,
                    training: prediction.training,
                    holdout: holdout
                )
            )
        }
        self.folds = folds
    }
}
