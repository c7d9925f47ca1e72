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

    /// Drafts that can be kept: one for each outcome.
    struct Made: Sendable {
        /// That of the first outcome, then those of others.
        fileprivate(set) var members: [Member]
        /// What is to be known of days that some outcomes have, and others do not.
        fileprivate(set) var cuts: [PanelFinding] = []

        /// A draft.
        struct Member: Sendable {
            /// Its panel, which is kept; nil if it was only tried.
            fileprivate(set) var panel: PostgresUUID?
            /// What decides on its bits.
            fileprivate(set) var definition: MixModelV1.StoredModel
        }
    }

    /// Checks all that can be known of a request before there are data.
    ///
    /// - Parameter request: what will be asked for.
    /// - Throws: INVALID_ARGUMENT.
    static func check(_ request: MixModelV1.CreateModelRequest) throws(RPCError) {
        for (index, request) in try request.outcomes().enumerated() {
            _ = try ModelPlan(request, within: OutcomePath.fields(index))
        }
        guard let selection = request.selection else { return }
        var violations = FieldViolations()
        _ = violations.checked(selection)
        try violations.finish("no panel can be made like this")
    }

    /// Makes drafts.
    ///
    /// - Parameters:
    ///   - request: what was asked for.
    ///   - refresh: what it has of the refresh that has it made; nil if somebody does.
    ///   - heard: what others say of the data, by outcome.
    ///   - scope: the tenant's.
    /// - Returns: the drafts.
    /// - Throws: what the contract says of `CreateModel`.
    func make(
        _ request: MixModelV1.CreateModelRequest,
        refresh: ModelRenewal? = nil,
        heard: [PanelFindings],
        in scope: TenantScope
    ) async throws -> Made {
        var drafts = try await drafts(request, in: scope)
        let kpis = drafts.map(\.about.kpi)
        guard Set(kpis).count == kpis.count else {
            throw RPCError(
                .invalidArgument,
                "further_outcomes: expected each outcome once, and there are"
                    + " \(kpis.joined(separator: ", "))"
            )
        }
        for index in drafts.indices {
            (drafts[index].calibrations, drafts[index].areNamed) = try await HeldCalibrations.find(
                request,
                of: kpis[index],
                among: kpis,
                in: scope
            )
        }
        let asked = drafts
        var made = try await offload.runBeside { try Made(asked, label: request.label, refresh) }
        for (index, heard) in zip(made.members.indices, heard) {
            var findings = heard
            if let cut = drafts[index].made?.cut {
                findings.add(cut)
                made.cuts.append(cut)
            }
            made.members[index].definition.model?.dataFindings = findings.messages
        }
        // Not before all that can be known without keeping them is.
        let panels = drafts.compactMap(\.made)
        guard !request.validateOnly, !panels.isEmpty else { return made }
        let kept = try await keeper.keep(panels, forRefresh: refresh != nil, in: scope)
        for (index, panel) in zip(made.members.indices, kept) {
            made.members[index].panel = panel.id
        }
        return made
    }

    /// The drafts of a request, one for each outcome, without calibrations.
    private func drafts(
        _ request: MixModelV1.CreateModelRequest,
        in scope: TenantScope
    ) async throws -> [ModelDraft] {
        let outcomes = try request.outcomes()
        let selections = outcomes.compactMap(\.selection)
        var drafts: [ModelDraft] = []
        guard selections.isEmpty else {
            let all = try await keeper.make(selections, label: request.label, in: scope)
            for (index, made) in all.enumerated() {
                let plan = try plan(outcomes, index, of: request, made.stored.about, made.panel)
                drafts.append(ModelDraft(plan, made))
            }
            return drafts
        }
        for (index, own) in outcomes.enumerated() {
            let id = try PostgresUUID(own.panelID, of: "panel")
            let stored = try await panels.panel(id, in: scope)
            let panel = try await panels.contents(id, in: scope)
            let plan = try plan(outcomes, index, of: request, stored.about, panel)
            drafts.append(ModelDraft(plan, stored, panel))
        }
        return drafts
    }

    /// What is asked of one of the outcomes.
    private func plan(
        _ outcomes: [MixModelV1.CreateModelRequest],
        _ index: Int,
        of request: MixModelV1.CreateModelRequest,
        _ about: MixModelV1.Panel,
        _ panel: Panel
    ) throws(RPCError) -> ModelPlan {
        let own = outcomes[index]
        let isOwn = index == 0 || request.furtherOutcomes[index - 1].configuration != nil
        let earns = about.isMoney || panel.valuePerOutcome != nil
        return try ModelPlan(
            isOwn || earns ? own : own.withoutUsualReturns(),
            within: OutcomePath.fields(index)
        )
    }
}

extension ModelMaker.Made {
    /// Compiles drafts for their panels.
    fileprivate init(_ drafts: [ModelDraft], label: String, _ refresh: ModelRenewal?) throws {
        var compiled: [CompiledDraft] = []
        for (index, draft) in drafts.enumerated() {
            compiled.append(try OutcomePath.named(index) { try CompiledDraft(draft) })
        }
        let joint = try JointMixModel(compiled.map(\.model))
        members = []
        var digests: [String] = []
        for (index, one) in compiled.enumerated() {
            let plan = one.draft.plan
            // The first has what all are drawn by.
            let starts = index == 0 ? plan.starts(of: joint, refresh) : []
            let definition = try OutcomePath.named(index) {
                try plan.definition(one, joint.dimension, starts, label: label, refresh)
            }
            members.append(Member(panel: one.draft.kept, definition: definition.stored))
            digests.append(definition.seedlessDigest)
        }
        if members.count > 1 { join(joint, digests) }
    }

    /// Notes of each what it is drawn together with.
    private mutating func join(_ joint: JointMixModel, _ digests: [String]) {
        let abouts = members.map { $0.definition.model ?? .init() }
        let told = zip(abouts, digests).map { about, digest in
            var told = MixModelV1.Model.JointModel()
            told.kpi = about.kpi
            (told.fingerprint, told.seedlessDigest) = (about.fingerprint, digest)
            return told
        }
        // Others decide on its bits too, with their data.
        let all = abouts.map { "\($0.configurationDigest) \($0.kpi) \($0.fingerprint)" }
        for index in members.indices {
            var hash = SHA256()
            hash.update(Array("\(all.joined(separator: "\n"))\n\(index)".utf8).rawBytes)
            var definition = members[index].definition
            definition.model?.configurationDigest = "\(hash.finish())"
            definition.model?.joint = told
            definition.places = joint.places[index].map { Int32(clamping: $0) }
            definition.drawnNumbers = Int32(clamping: joint.dimension)
            members[index].definition = definition
        }
    }
}
