internal import Contracts
internal import Jobs
public import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Telemetry
public import Tenancy
internal import Wire

/// Serves definitions of touches and conversions; its contract says what each method does.
struct DefinitionsService: IngestV1.Definitions.Service {
    private let database: TenantDatabase
    private let catalogue: TenantCatalogue
    private let rebuilds: ConversionRebuilds
    private let pages: PageTokens
    private let trials: TrialStore
    private let store = DefinitionStore()
    private let conversions = ConversionStore()

    init(
        _ database: TenantDatabase,
        _ catalogue: TenantCatalogue,
        _ rebuilds: ConversionRebuilds,
        pages: PageTokens,
        offload: WorkerPool?
    ) {
        self.database = database
        self.catalogue = catalogue
        self.rebuilds = rebuilds
        self.pages = pages
        trials = TrialStore(offload: offload)
    }

    // MARK: Reading

    func getDefinition(
        _ request: Message<IngestV1.GetDefinitionRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Definition> {
        let value = request.value()
        let subject = try DefinitionSubject(value.subject)
        try Self.check(value.version, "version")
        let scope = try database.scope(for: call)
        return Reply(try await store.definition(value.version, of: subject, in: scope))
    }

    func listDefinitionVersions(
        _ request: Message<IngestV1.ListDefinitionVersionsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ListDefinitionVersionsResponse> {
        let value = request.value()
        let subject = try DefinitionSubject(value.subject)
        let page = try pages.page(of: request, value, call)
        let versions = try await store.versions(
            of: subject,
            before: page.placeText.flatMap { Int64($0) } ?? .max,
            limit: page.count + 1,
            in: database.scope(for: call)
        )
        var response = IngestV1.ListDefinitionVersionsResponse()
        (response.versions, response.nextPageToken) = page.cut(versions) { "\($0.version)" }
        return Reply(response)
    }

    func diffDefinitions(
        _ request: Message<IngestV1.DiffDefinitionsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.DefinitionDiff> {
        let value = request.value()
        let subject = try DefinitionSubject(value.subject)
        try Self.check(value.from, "from")
        try Self.check(value.to, "to")
        let scope = try database.scope(for: call)
        let before = try await store.definition(value.from, of: subject, in: scope)
        let after = try await store.definition(value.to, of: subject, in: scope)
        var response = IngestV1.DefinitionDiff()
        (response.from, response.to) = (before.version, after.version)
        response.changes = try DefinitionDiff.changes(from: before, to: after)
        return Reply(response)
    }

    // MARK: Drafts

    func createDraft(
        _ request: Message<IngestV1.CreateDraftRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Definition> {
        let value = request.value()
        let subject = try DefinitionSubject(value.subject)
        try Self.check(reason: value.reason)
        let content = try DefinitionContent(.init(value.content), of: subject, version: 0)
        var draft = IngestV1.Definition()
        draft.subject = subject.name
        draft.createTime = GoogleProtobuf.Timestamp(.now)
        draft.write(content, because: value.reason, by: try call.tenant.actor.description)
        return Reply(try await store.create(draft, of: subject, in: database.scope(for: call)))
    }

    func updateDraft(
        _ request: Message<IngestV1.UpdateDraftRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Definition> {
        let value = request.value()
        let subject = try DefinitionSubject(value.subject)
        try Self.check(reason: value.reason)
        let content = try DefinitionContent(.init(value.content), of: subject, version: 0)
        let actor = try call.tenant.actor.description
        return try await change(subject, value.version, value.revision, call) { draft, active, _ in
            draft.write(content, because: value.reason, by: actor)
            draft.revision += 1
            draft.baseVersion = active
            draft.report = nil
        }
    }

    func archiveDraft(
        _ request: Message<IngestV1.ArchiveDraftRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Definition> {
        let value = request.value()
        let subject = try DefinitionSubject(value.subject)
        return try await change(subject, value.version, value.revision, call) { draft, _, _ in
            draft.state = .archived
            draft.archiveTime = GoogleProtobuf.Timestamp(.now)
        }
    }

    private func change(
        _ subject: DefinitionSubject,
        _ version: Int64,
        _ revision: Int64,
        _ call: ServerCall,
        _ change:
            (inout IngestV1.Definition, _ active: Int64, PostgresTransaction) async throws -> Void
    ) async throws -> Reply<IngestV1.Definition> {
        let draft = try await database.scope(for: call).transaction { transaction in
            try await store.change(version, revision: revision, of: subject, in: transaction) {
                draft,
                active in
                try await change(&draft, active, transaction)
            }
        }
        return Reply(draft)
    }

    // MARK: Trying

    func validateDraft(
        _ request: Message<IngestV1.ValidateDraftRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Definition> {
        let value = request.value()
        let subject = try DefinitionSubject(value.subject)
        let question = try HistoryQuestion(
            from: value.from,
            to: value.to,
            mostEvents: value.mostEvents,
            seed: value.seed
        )
        let scope = try database.scope(for: call)
        let draft = try await store.definition(value.version, of: subject, in: scope)
        let active = try await store.definition(0, of: subject, in: scope)
        var report: IngestV1.DefinitionReport?
        if draft.state == .draft, draft.revision == value.revision, value.version > 0 {
            report = try await self.report(draft, beside: active, subject, question, in: scope)
        }
        return try await change(subject, value.version, value.revision, call) { draft, _, _ in
            draft.report = report
        }
    }

    private func report(
        _ draft: IngestV1.Definition,
        beside active: IngestV1.Definition,
        _ subject: DefinitionSubject,
        _ question: HistoryQuestion,
        in scope: TenantScope
    ) async throws -> IngestV1.DefinitionReport {
        let days = try await question.days(TouchStore(offload: trials.offload), in: scope)
        var report = IngestV1.DefinitionReport()
        (report.from, report.to) = (days.first.text, days.last.text)
        report.timeZone = days.timeZone
        report.activeVersion = active.version
        report.createTime = GoogleProtobuf.Timestamp(.now)
        let tried = try DefinitionContent(draft.content, of: subject, version: draft.version)
        let known = try DefinitionContent(active.content, of: subject, version: active.version)
        switch (tried, known) {
        case (.touchRule(let draft, _), .touchRule(let active, _)):
            var trial = TouchTrial(draft, beside: active)
            report.sample = try await trials.run(&trial, question, days, in: scope)
            report.touches = trial.message
        case (.conversions(let draft, _), .conversions(let active, _)):
            var trial = ConversionTrial()
            report.sample = try await trials.run(
                &trial,
                draft,
                beside: active,
                question,
                days,
                in: scope
            )
            report.conversions = trial.message
        default: throw RPCError.damagedData
        }
        return report
    }

    // MARK: Putting in force

    func activateDraft(
        _ request: Message<IngestV1.ActivateDraftRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Definition> {
        let value = request.value()
        let subject = try DefinitionSubject(value.subject)
        try Self.check(reason: value.reason)
        let scope = try database.scope(for: call)
        let actor = try call.tenant.actor.description
        let job = rebuilds.job(value.version).serving(call)
        let draft = try await scope.transaction { transaction in
            // Before anything is read: no event is on its way that was decided by those before.
            if subject == .conversions { try await transaction.query(.stopIntake) }
            return try await store.change(
                value.version,
                revision: value.revision,
                of: subject,
                in: transaction
            ) { draft, active in
                try Self.check(draft, isBasedOn: active)
                let now = UTCTimestamp.now
                try await store.archiveActive(of: subject, at: now, in: transaction)
                draft.state = .active
                draft.activateTime = GoogleProtobuf.Timestamp(now)
                draft.activateReason = value.reason
                draft.activateActor = actor
                guard subject == .conversions else { return }
                try await store.putInForce(conversions: draft.version, in: transaction)
                let id = try await rebuilds.queue.enqueue([job], in: transaction, of: scope)[0].id
                draft.rebuildOperation = rebuilds.operation(id)
            }
        }
        catalogue.forget(scope.tenant)
        return Reply(draft)
    }

    private static func check(
        _ draft: IngestV1.Definition,
        isBasedOn active: Int64
    ) throws(RPCError) {
        guard draft.baseVersion == active else {
            throw RPCError(
                .aborted,
                "version \(active) has come into force since the draft was written: look at the "
                    + "difference, and write the draft again"
            )
        }
        guard draft.report != nil else {
            throw RPCError(
                .failedPrecondition,
                "the draft was not validated since it was written last: validate it first"
            )
        }
    }

    // MARK: Counting

    func countConversions(
        _ request: Message<IngestV1.CountConversionsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.CountConversionsResponse> {
        let value = request.value()
        guard let from = PostgresDate(text: value.from), let to = PostgresDate(text: value.to),
            from <= to, to.daysSince1970 - from.daysSince1970 < 800
        else {
            throw RPCError(
                .invalidArgument,
                "from, to: expected a first and a last day as 2026-01-31, 800 days at most"
            )
        }
        guard value.kind.utf8.count <= 63, !value.kind.utf8.contains(0) else {
            throw RPCError(.invalidArgument, "kind: expected the kind of a definition, or nothing")
        }
        return Reply(
            try await conversions.count(
                from...to,
                kind: value.kind,
                in: database.scope(for: call)
            )
        )
    }

    // MARK: Requests

    private static func check(_ version: Int64, _ field: String) throws(RPCError) {
        guard version >= 0 else {
            throw RPCError(.invalidArgument, "\(field): expected 0 or a version's number")
        }
    }

    private static func check(reason: String) throws(RPCError) {
        guard (1...500).contains(reason.count) else {
            throw RPCError(.invalidArgument, "reason: expected 1 to 500 characters")
        }
    }
}

extension IngestV1.ListDefinitionVersionsRequest: PagedRequest {}

extension IngestV1.Definition {
    /// Writes a draft.
    fileprivate mutating func write(
        _ content: DefinitionContent,
        because reason: String,
        by actor: String
    ) {
        self.content = content.message
        self.reason = reason
        self.actor = actor
        updateTime = GoogleProtobuf.Timestamp(.now)
    }
}

extension IngestV1.Definition.Content? {
    fileprivate init(_ content: IngestV1.CreateDraftRequest.Content?) {
        switch content {
        case .touchRule(let rule)?: self = .touchRule(rule)
        case .conversionDefinitions(let definitions)?: self = .conversionDefinitions(definitions)
        case nil: self = nil
        }
    }

    fileprivate init(_ content: IngestV1.UpdateDraftRequest.Content?) {
        switch content {
        case .touchRule(let rule)?: self = .touchRule(rule)
        case .conversionDefinitions(let definitions)?: self = .conversionDefinitions(definitions)
        case nil: self = nil
        }
    }
}
