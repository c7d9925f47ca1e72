internal import Crypto
internal import MediaMix
internal import Messages
internal import Net
internal import Panels
internal import Postgres
internal import RPC
internal import Tenancy
internal import Wire

/// Makes drafts of models: checks all that can be known before one is trained.
struct ModelMaker: Sendable {
    private let offload: WorkerPool?
    private let keeper: PanelKeeper
    private let panels = StoredPanelStore()

    init(offload: WorkerPool?) {
        self.offload = offload
        keeper = PanelKeeper(offload: offload)
    }

    /// A draft that can be kept.
    struct Made: Sendable {
        /// Its panel, which is kept; nil if it was only tried.
        let panel: PostgresUUID?
        /// What decides on its bits.
        let definition: MixModelV1.StoredModel
    }

    /// Checks all that can be known of a request before there are data.
    ///
    /// - Parameter request: what will be asked for.
    /// - Throws: INVALID_ARGUMENT.
    static func check(_ request: MixModelV1.CreateModelRequest) throws(RPCError) {
        _ = try ModelPlan(request)
        guard let selection = request.selection else { return }
        var violations = FieldViolations()
        _ = violations.checked(selection)
        try violations.finish("no panel can be made like this")
    }

    /// Makes a draft.
    ///
    /// - Parameters:
    ///   - request: what was asked for.
    ///   - refresh: what it has of the refresh that has it made; nil if somebody does.
    ///   - heard: what others say of the data.
    ///   - scope: the tenant's.
    /// - Returns: the draft.
    /// - Throws: what the contract says of `CreateModel`.
    func make(
        _ request: MixModelV1.CreateModelRequest,
        refresh: ModelRenewal? = nil,
        heard: PanelFindings,
        in scope: TenantScope
    ) async throws -> Made {
        let plan = try ModelPlan(request)
        let (id, about, panel) = try await panel(
            request,
            forRefresh: refresh != nil,
            in: scope
        )
        let (calibrations, areNamed) = try await HeldCalibrations.find(
            request,
            of: about.kpi,
            in: scope
        )
        let definition = try await offload.runBeside {
            let fitted = try plan.fitted(panel)
            let held = try HeldCalibrations(
                calibrations,
                areNamed: areNamed,
                fitted,
                plan.configuration,
                in: about.currency
            )
            let model = try MediaMixModel(fitted, plan.configuration, lifts: held.lifts)
            var stored = try plan.definition(
                model,
                about,
                held,
                label: request.label,
                refresh: refresh
            )
            stored.model?.dataFindings = heard.messages
            return stored
        }
        return Made(panel: id, definition: definition)
    }

    /// The panel of a model, which is kept unless it is only tried.
    private func panel(
        _ request: MixModelV1.CreateModelRequest,
        forRefresh: Bool,
        in scope: TenantScope
    ) async throws -> (PostgresUUID?, about: MixModelV1.Panel, Panel) {
        guard let selection = request.selection else {
            let id = try PostgresUUID(request.panelID, of: "panel")
            let stored = try await panels.panel(id, in: scope)
            return (id, stored.about, try await panels.contents(id, in: scope))
        }
        let made = try await keeper.make(selection, label: request.label, in: scope)
        if made.findings.isRefusal { throw made.findings.refusal }
        guard !request.validateOnly else { return (nil, made.stored.about, made.panel) }
        let stored = try await keeper.keep(made, forRefresh: forRefresh, in: scope)
        return (stored.id, stored.about, made.panel)
    }
}

/// What is asked of a model, but for what depends on its panel.
private struct ModelPlan: Sendable {
    let configuration: MixConfiguration
    private let asked: MixModelV1.MixConfiguration
    private let sampling: ModelSampling
    private let holdout: Int

    private static let mostNames = 1_000

    init(_ request: MixModelV1.CreateModelRequest) throws(RPCError) {
        var violations = FieldViolations()
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

    /// What is kept of a model.
    func definition(
        _ model: MediaMixModel,
        _ about: MixModelV1.Panel,
        _ held: HeldCalibrations,
        label: String,
        refresh: ModelRenewal?
    ) throws -> MixModelV1.StoredModel {
        let dimension = MixDensity(model).dimension
        try sampling.checkRoom(dimension: dimension)
        try check(model.panel, dimension, about)
        var stored = MixModelV1.StoredModel()
        stored.scaling = .init(model.scaling)
        stored.lifts = held.lifts.map { .init($0) }
        if let refresh, sampling.message.method == .nuts {
            stored.starts = refresh.starts(of: model, chains: Int(sampling.message.chains)).map {
                .init($0)
            }
        }
        var told = MixModelV1.Model()
        (told.configuration, told.sampling) = (asked, sampling.message)
        told.holdoutPeriods = Int32(clamping: holdout)
        stored.model = told
        told.configurationDigest = Self.digest(stored)
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
        return stored
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
