public import Panels

/// How well models of one configuration predict periods that they have not seen: fitted to longer
/// and longer parts of a panel, each tried on the periods after it.
public enum RollingOrigin {
    /// One fit and the periods after it.
    public struct Fold: Sendable {
        /// In the periods that it was fitted to.
        public let training: FitQuality
        /// In those after.
        public let holdout: FitQuality
        /// The sum of errors over the sum of the outcome, of who says that each period is as that
        /// of the year before or, where no year was known, as the last week or the same day of the
        /// last week; nil if the outcome's sum is 0.
        public let naiveWMAPE: Double?
    }

    /// The first periods of a panel, and some more for predictions.
    public struct Part: Sendable {
        /// What is fitted.
        public let fitted: Panel
        /// With the periods that are predicted.
        public let whole: Panel
        /// Controls that had never changed by then: of these nobody could know what they do.
        public let unchangedControls: [String]

        /// A part of a panel.
        ///
        /// - Parameters:
        ///   - panel: has all of its periods.
        ///   - length: how many of the first are fitted.
        ///   - horizon: how many after these are predicted.
        public init(of panel: Panel, _ length: Int, then horizon: Int) {
            var (fitted, whole) = (panel.first(length), panel.first(length + horizon))
            let unchanged = fitted.controls.filter { Set($0.values).count < 2 }.map(\.name)
            fitted.controls.removeAll { unchanged.contains($0.name) }
            whole.controls.removeAll { unchanged.contains($0.name) }
            (self.fitted, self.whole, unchangedControls) = (fitted, whole, unchanged)
        }

        /// The first day that is predicted.
        public var origin: PanelDay { whole.periods[fitted.periods.count] }

        /// A model of what was known then.
        ///
        /// Priors of controls that had never changed go with these.
        ///
        /// - Parameters:
        ///   - configuration: what it consists of.
        ///   - lifts: what experiments measured; those count that were over by then.
        /// - Returns: the model, whose scales are of the part alone.
        /// - Throws: ``MixModelError`` if the part makes no model.
        public func model(
            _ configuration: MixConfiguration,
            lifts: [LiftTest] = []
        ) throws(MixModelError) -> MediaMixModel {
            var known = configuration
            known.priors = configuration.priors.filter { !isOfUnchanged($0.key) }
            return try MediaMixModel(
                fitted,
                known,
                lifts: lifts.filter { $0.measuredUntil < origin }
            )
        }

        /// Whether a prior is of a control that had never changed, or of controls if none had.
        private func isOfUnchanged(_ prior: String) -> Bool {
            let kinds: [ParameterKind] = [.control, .controlSpread, .controlDeviation]
            guard !unchangedControls.isEmpty,
                let kind = kinds.first(where: {
                    prior == $0.rawValue || prior.hasPrefix($0.rawValue + "[")
                })
            else { return false }
            if fitted.controls.isEmpty, fitted.treatments.isEmpty { return true }
            return unchangedControls.contains { name in
                prior.hasPrefix("\(kind.rawValue)[\(name)]")
                    || prior.hasPrefix("\(kind.rawValue)[\(name),")
            }
        }

        /// What a fit predicts, beside what came.
        ///
        /// - Parameters:
        ///   - fit: of ``model(_:lifts:)``.
        ///   - options: how much it is made of.
        /// - Returns: how well it predicts.
        /// - Throws: ``MixModelError`` if the fit is of another panel.
        public func fold(
            _ fit: MixFit,
            _ options: MixResults.Options
        ) throws(MixModelError) -> Fold? {
            let model = fit.model
            let sample = fit.sample(most: model.affordableDraws(most: options.draws, on: whole))
            let prediction = try MixPrediction(
                model,
                sample,
                on: whole,
                level: options.level,
                seed: options.seed
            )
            guard let holdout = prediction.holdout else { return nil }
            return Fold(
                training: prediction.training,
                holdout: holdout,
                naiveWMAPE: MeanErrors(observed: observed, expected: repeated).wmape
            )
        }

        /// The outcome of the periods that are predicted, geo by geo.
        private var observed: [Double] {
            cells { values, start, period in values[start + period] }
        }

        /// The outcome of the same weeks or days of the year before; of the last week or day, if a
        /// year was not known.
        private var repeated: [Double] {
            let (known, days) = (fitted.periods.count, whole.daysPerPeriod)
            let cycle = known >= 364 / days ? 364 / days : min(known, max(1, 7 / days))
            return cells { values, start, period in
                values[start + period - ((period - known) / cycle + 1) * cycle]
            }
        }

        /// Something of each geo and each period that is predicted.
        private func cells(_ value: ([Double], _ start: Int, _ period: Int) -> Double) -> [Double] {
            let (known, all) = (fitted.periods.count, whole.periods.count)
            return whole.geos.indices.flatMap { geo in
                (known..<all).map { value(whole.outcome.values, geo * all, $0) }
            }
        }
    }
}
