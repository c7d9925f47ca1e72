internal import MediaMix
internal import Messages
internal import Panels
internal import Postgres
internal import RPC

/// What a cross-validation does: the configuration of a model, and of those that are drawn together
/// with it, is fitted to parts of their panels.
struct CrossValidationPlan: Sendable {
    /// What was asked for, all of it said.
    let request: MixModelV1.CrossValidateModelRequest
    /// Which of ``outcomes`` was asked for.
    let asked: Int
    /// The models that are drawn together, in order.
    let outcomes: [Outcome]
    /// How many periods each fit has, the shortest first.
    let lengths: [Int]
    let sampling: ModelSampling

    /// One of the models that are drawn together; most are drawn alone.
    struct Outcome: Sendable {
        let id: PostgresUUID
        fileprivate let configuration: MixConfiguration
        fileprivate let lifts: [LiftTest]
        fileprivate let panel: Panel
    }

    private static let folds: ClosedRange<Int32> = 1...12
    private static let usual = (folds: 4, weeks: 13, days: 28)

    /// - Parameters:
    ///   - request: what is asked for, or what was kept of it.
    ///   - asked: which of the models.
    ///   - models: all that are drawn together, each with its panel, the periods that it is not
    ///     fitted to among them; at least one.
    /// - Throws: INVALID_ARGUMENT if there are no such parts; FAILED_PRECONDITION if the model has
    ///   not completed.
    init(
        _ request: MixModelV1.CrossValidateModelRequest,
        of asked: Int,
        among models: [(record: ModelRecord, panel: Panel)]
    ) throws {
        try models[asked].record.checkCompleted()
        self.asked = asked
        outcomes = try models.map { record, panel in
            Outcome(
                id: record.id,
                configuration: try record.definition.configuration(),
                lifts: record.definition.liftTests,
                panel: panel
            )
        }
        sampling = try models[0].record.definition.sampling()
        let panel = models[asked].panel
        let (folds, horizon) = try Self.extent(request, of: panel)
        lengths = (0..<folds).map { panel.periods.count - (folds - $0) * horizon }
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

    /// Parts of the panels, of the same periods.
    ///
    /// - Parameter number: which of ``lengths``.
    /// - Returns: a copy of each outcome's, with the periods that are predicted.
    func parts(_ number: Int) -> [RollingOrigin.Part] {
        outcomes.map { outcome in
            RollingOrigin.Part(
                of: outcome.panel,
                lengths[number],
                then: Int(request.horizonPeriods)
            )
        }
    }

    /// The models of parts.
    ///
    /// - Parameter parts: of ``parts(_:)``.
    /// - Returns: the models, which are drawn together.
    /// - Throws: FAILED_PRECONDITION if the parts make no model.
    func model(of parts: [RollingOrigin.Part]) throws(RPCError) -> JointMixModel {
        do {
            var members: [MediaMixModel] = []
            for (outcome, part) in zip(outcomes, parts) {
                members.append(try part.model(outcome.configuration, lifts: outcome.lifts))
            }
            return try JointMixModel(members)
        } catch {
            throw RPCError(
                .failedPrecondition,
                "the \(parts[0].fitted.periods.count) periods before \(parts[0].origin) make no"
                    + " model: \(error); ask for fewer folds"
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
