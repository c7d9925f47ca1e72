internal import MediaMix
internal import Messages
internal import Panels
internal import RPC

/// What a cross-validation does: a model's configuration is fitted to parts of its panel.
struct CrossValidationPlan: Sendable {
    /// What was asked for, all of it said.
    let request: MixModelV1.CrossValidateModelRequest
    /// How many periods each fit has, the shortest first.
    let lengths: [Int]
    let sampling: ModelSampling
    private let configuration: MixConfiguration
    private let lifts: [LiftTest]
    private let panel: Panel

    private static let folds: ClosedRange<Int32> = 1...12
    private static let usual = (folds: 4, weeks: 13, days: 28)

    /// - Parameters:
    ///   - request: what is asked for, or what was kept of it.
    ///   - record: the model.
    ///   - panel: its panel, the periods that it is not fitted to among them.
    /// - Throws: INVALID_ARGUMENT if there are no such parts; FAILED_PRECONDITION if the model has
    ///   not completed, or is one of several that are drawn together.
    init(
        _ request: MixModelV1.CrossValidateModelRequest,
        _ record: ModelRecord,
        _ panel: Panel
    ) throws {
        try record.checkCompleted()
        guard record.definition.places.isEmpty else {
            throw RPCError(
                .failedPrecondition,
                "model_id: the model is drawn together with those of other outcomes, of which none"
                    + " is cross-validated: create one of its outcome alone"
            )
        }
        let model = record.definition.model ?? .init()
        var violations = FieldViolations()
        sampling = ModelSampling(model.sampling ?? .init(), &violations)
        configuration = try record.definition.configuration()
        lifts = record.definition.liftTests
        try violations.finish("the model that is kept cannot be read")
        let (folds, horizon) = try Self.extent(request, of: panel)
        lengths = (0..<folds).map { panel.periods.count - (folds - $0) * horizon }
        self.panel = panel
        var whole = request
        (whole.folds, whole.horizonPeriods) = (Int32(folds), Int32(horizon))
        self.request = whole
    }

    /// How many fits, and how many periods each predicts.
    private static func extent(
        _ request: MixModelV1.CrossValidateModelRequest,
        of panel: Panel
    ) throws(RPCError) -> (folds: Int, horizon: Int) {
        let most = panel.periods.count / 2
        var violations = FieldViolations()
        violations.check(
            request.folds == 0 || folds.contains(request.folds),
            "folds",
            "expected 1 to 12, or 0 for 4"
        )
        violations.check(
            request.horizonPeriods >= 0,
            "horizon_periods",
            "expected 1 or more, or 0 for 13 weeks or 28 days"
        )
        try violations.finish("nothing can be tried like this")
        let wanted = Int(request.folds)
        // Those that are usual fit into half of the periods.
        let short = max(1, most / (wanted > 0 ? wanted : usual.folds))
        let horizon =
            request.horizonPeriods > 0
            ? Int(request.horizonPeriods)
            : min(panel.daysPerPeriod == 7 ? usual.weeks : usual.days, short)
        let found = wanted > 0 ? wanted : min(usual.folds, most / horizon)
        guard found > 0, found * horizon <= most else {
            throw RPCError(
                .invalidArgument,
                "horizon_periods: \(max(1, found)) folds of \(horizon) periods are more than half"
                    + " of the panel's \(panel.periods.count): ask for fewer folds, or shorter ones"
            )
        }
        return (found, horizon)
    }

    /// A part of the panel.
    ///
    /// - Parameter number: which of ``lengths``.
    /// - Returns: a copy, with the periods that are predicted.
    func part(_ number: Int) -> RollingOrigin.Part {
        RollingOrigin.Part(of: panel, lengths[number], then: Int(request.horizonPeriods))
    }

    /// The model of a part.
    ///
    /// - Parameter part: of ``part(_:)``.
    /// - Returns: the model.
    /// - Throws: FAILED_PRECONDITION if the part makes no model.
    func model(of part: RollingOrigin.Part) throws(RPCError) -> MediaMixModel {
        do {
            return try part.model(configuration, lifts: lifts)
        } catch {
            throw RPCError(
                .failedPrecondition,
                "the \(part.fitted.periods.count) periods before \(part.origin) make no model:"
                    + " \(error); ask for fewer folds"
            )
        }
    }
}

extension MixModelV1.CrossValidation {
    /// Takes what the fit to a part has shown.
    mutating func take(_ fold: Fold) {
        folds.append(fold)
        let counted = folds.filter { !$0.isFailure && $0.holdout?.wmape != nil }
        wmape = Self.mean(counted.compactMap { $0.holdout?.wmape })
        naiveWmape = Self.mean(counted.compactMap(\.naiveWmape))
        coverage90 = Self.mean(counted.compactMap { $0.holdout?.coverage90 })
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}

extension MixModelV1.CrossValidation.Fold {
    /// What is known of a part before anything is fitted to it.
    init(_ part: RollingOrigin.Part) {
        self.init()
        firstDate = "\(part.origin)"
        lastDate = part.whole.lastDay.map { "\($0)" } ?? ""
        fittedPeriods = Int32(clamping: part.fitted.periods.count)
        unchangedControls = part.unchangedControls
    }
}
