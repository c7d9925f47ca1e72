internal import Crypto
internal import MediaMix
internal import Messages
internal import Panels
internal import RPC
internal import Wire

/// What is asked of a model, but for what depends on its panel.
struct ModelPlan: Sendable {
    let configuration: MixConfiguration
    private let asked: MixModelV1.MixConfiguration
    private let sampling: ModelSampling
    private let holdout: Int

    private static let mostNames = 1_000

    /// - Parameters:
    ///   - request: what is asked for of an outcome.
    ///   - path: where the outcome stands, as fields are named.
    /// - Throws: INVALID_ARGUMENT.
    init(_ request: MixModelV1.CreateModelRequest, within path: String) throws(RPCError) {
        var violations = FieldViolations(within: path)
        violations.check(label: request.label)
        violations.check(
            request.panelID.isEmpty != (request.selection == nil),
            "panel_id",
            "expected this or a selection, not both"
        )
        asked = request.configuration ?? .init()
        configuration = violations.checked(asked)
        sampling = ModelSampling(request.sampling ?? .init(), &violations)
        let names = request.calibrations
        violations.check(
            names.count <= Self.mostNames && Set(names).count == names.count
                && names.allSatisfy { !$0.utf8.contains(0) },
            "calibrations",
            "expected up to \(Self.mostNames) names, each once"
        )
        violations.check(
            [.unspecified, .inForce, .named, .none].contains(request.calibrating),
            "calibrating",
            "expected one that there is, or nothing"
        )
        violations.check(
            names.isEmpty || [.unspecified, .named].contains(request.calibrating),
            "calibrations",
            "expected no names where all are asked for, or none"
        )
        violations.check(request.holdoutPeriods >= 0, "holdout_periods", "expected 0 or more")
        holdout = Int(request.holdoutPeriods)
        try violations.finish("no model can be created like this")
    }

    /// The periods that a model is fitted to.
    func fitted(_ panel: Panel) throws(RPCError) -> Panel {
        guard 3 * holdout <= panel.periods.count else {
            throw RPCError(
                .invalidArgument,
                "holdout_periods: expected at most a third of the \(panel.periods.count) periods"
            )
        }
        return panel.dropping(last: holdout)
    }

    /// Where chains start; nothing if that follows from the seed.
    func starts(of joint: JointMixModel, _ refresh: ModelRenewal?) -> [[Double]] {
        guard let refresh, sampling.message.method == .nuts else { return [] }
        return refresh.starts(of: joint, chains: Int(sampling.message.chains))
    }

    /// What is kept of a model.
    ///
    /// - Parameters:
    ///   - compiled: the model.
    ///   - numbers: how many are drawn, of all outcomes together.
    ///   - starts: where chains start.
    ///   - label: what it is called.
    ///   - refresh: what has it made.
    /// - Returns: all that decides on its bits, with what is told of it.
    /// - Throws: INVALID_ARGUMENT if draws take too much room; FAILED_PRECONDITION if the panel is
    ///   not fit for so many parameters.
    func definition(
        _ compiled: CompiledDraft,
        _ numbers: Int,
        _ starts: [[Double]],
        label: String,
        _ refresh: ModelRenewal?
    ) throws -> Definition {
        let (model, about, held) = (compiled.model, compiled.draft.about, compiled.held)
        let dimension = MixDensity(model).dimension
        try sampling.checkRoom(dimension: numbers)
        try check(model.panel, dimension, about)
        var stored = MixModelV1.StoredModel()
        stored.scaling = .init(model.scaling)
        stored.lifts = held.lifts.map { .init($0) }
        stored.starts = starts.map { .init($0) }
        var told = MixModelV1.Model()
        (told.configuration, told.sampling) = (asked, sampling.message)
        told.holdoutPeriods = Int32(clamping: holdout)
        stored.model = told
        told.configurationDigest = Self.digest(stored)
        var seedless = stored
        seedless.starts = []
        seedless.model?.sampling?.seed = 0
        stored.promotes = refresh?.promotes ?? false
        told.label = label
        (told.kpi, told.isMoney, told.currency) = (about.kpi, about.isMoney, about.currency)
        told.channels = about.channels
        told.firstDate = model.panel.periods.first.map { "\($0)" } ?? ""
        told.lastDate = model.panel.lastDay.map { "\($0)" } ?? ""
        told.periods = Int32(clamping: model.panel.periods.count)
        told.daysPerPeriod = Int32(clamping: model.panel.daysPerPeriod)
        told.geos = Int32(clamping: model.panel.geos.count)
        told.fingerprint = about.fingerprint
        told.parameters = Int32(clamping: dimension)
        (told.calibrations, told.leftOutCalibrations) = (held.held, held.leftOut)
        told.refresh = refresh?.name ?? ""
        stored.model = told
        return Definition(stored: stored, seedlessDigest: Self.digest(seedless))
    }

    /// What is kept of a model, and a digest of all that decides on its bits but the panel, the
    /// version and the seed.
    struct Definition {
        let stored: MixModelV1.StoredModel
        let seedlessDigest: String
    }

    /// Refuses what a model of so many parameters may not be fitted to.
    private func check(
        _ panel: Panel,
        _ parameters: Int,
        _ about: MixModelV1.Panel
    ) throws(RPCError) {
        let asksForReturn = panel.channels.contains { channel in
            let effect = configuration.medium(channel).effect
            return effect == .roi || effect == .marginalROI
        }
        let contract = PanelContract(
            parameters: parameters,
            asksForReturn: asksForReturn,
            isOutcomeMoney: about.isMoney
        )
        let findings = contract.check(panel)
        if findings.isRefusal { throw findings.refusal }
    }

    private static func digest(_ stored: MixModelV1.StoredModel) -> String {
        var hash = SHA256()
        hash.update(stored.encoded().bytes)
        return "\(hash.finish())"
    }
}
