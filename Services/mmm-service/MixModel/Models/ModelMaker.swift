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

        /// A draft.
        struct Member: Sendable {
            /// Its panel, which is kept; nil if it was only tried.
            let panel: PostgresUUID?
            /// What decides on its bits.
            var definition: MixModelV1.StoredModel
        }
    }

    /// Checks all that can be known of a request before there are data.
    ///
    /// - Parameter request: what will be asked for.
    /// - Throws: INVALID_ARGUMENT.
    static func check(_ request: MixModelV1.CreateModelRequest) throws(RPCError) {
        for request in try request.outcomes() {
            _ = try ModelPlan(request)
            guard let selection = request.selection else { continue }
            var violations = FieldViolations()
            _ = violations.checked(selection)
            try violations.finish("no panel can be made like this")
        }
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
        var drafts: [ModelDraft] = []
        for own in try request.outcomes() {
            let plan = try ModelPlan(own)
            let (id, about, panel) = try await panel(own, forRefresh: refresh != nil, in: scope)
            drafts.append(ModelDraft(plan: plan, id: id, about: about, panel: panel))
        }
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
        return try await offload.runBeside {
            var made = try Made(asked, label: request.label, refresh)
            for (index, heard) in zip(made.members.indices, heard) {
                made.members[index].definition.model?.dataFindings = heard.messages
            }
            return made
        }
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

extension ModelMaker.Made {
    /// Compiles drafts for their panels.
    fileprivate init(_ drafts: [ModelDraft], label: String, _ refresh: ModelRenewal?) throws {
        var compiled: [CompiledDraft] = []
        for draft in drafts { compiled.append(try CompiledDraft(draft)) }
        let joint = try JointMixModel(compiled.map(\.model))
        members = []
        for one in compiled {
            let plan = one.draft.plan
            // The first has what all are drawn by.
            let starts = members.isEmpty ? plan.starts(of: joint, refresh) : []
            let stored = try plan.definition(one, joint.dimension, starts, label: label, refresh)
            members.append(Member(panel: one.draft.id, definition: stored))
        }
        if members.count > 1 { join(joint) }
    }

    /// Notes of each what it is drawn together with.
    private mutating func join(_ joint: JointMixModel) {
        // Others decide on its bits too.
        let digests = members.map { $0.definition.model?.configurationDigest ?? "" }
        let told = members.map { member in
            var told = MixModelV1.Model.JointModel()
            told.kpi = member.definition.model?.kpi ?? ""
            return told
        }
        for index in members.indices {
            var hash = SHA256()
            hash.update(Array("\(digests.joined(separator: " ")) \(index)".utf8).rawBytes)
            var definition = members[index].definition
            definition.model?.configurationDigest = "\(hash.finish())"
            definition.model?.joint = told
            definition.places = joint.places[index].map { Int32(clamping: $0) }
            definition.drawnNumbers = Int32(clamping: joint.dimension)
            members[index].definition = definition
        }
    }
}
