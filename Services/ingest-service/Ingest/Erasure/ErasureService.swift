internal import Contracts
internal import Jobs
internal import Lifecycle
public import Messages
internal import Postgres
internal import RPC
internal import Telemetry
public import Tenancy
internal import Wire

/// Deletes events, and forgets persons; its contract says what each method does.
struct ErasureService: IngestV1.Erasure.Service {
    private let database: TenantDatabase
    private let catalogue: TenantCatalogue
    private let queue: JobQueue
    private let jobs: ErasureJobs
    private let limits: ErasureLimits
    private let pages: PageTokens
    private let store = ErasureStore()
    private let forgettings = ForgettingStore()

    private static let longestID = 200
    private static let longestReference = 100

    /// A service.
    ///
    /// - Parameters:
    ///   - database: the tenants'.
    ///   - catalogue: what is known of them.
    ///   - queue: takes the operations.
    ///   - jobs: their kinds.
    ///   - limits: how much at once.
    ///   - pages: signs the pages of lists.
    init(
        _ database: TenantDatabase,
        _ catalogue: TenantCatalogue,
        _ queue: JobQueue,
        _ jobs: ErasureJobs,
        _ limits: ErasureLimits,
        pages: PageTokens
    ) {
        self.database = database
        self.catalogue = catalogue
        self.queue = queue
        self.jobs = jobs
        self.limits = limits
        self.pages = pages
    }

    /// What is served.
    var contract: ServedContract {
        ServedContract(
            IngestV1.Erasure.schema,
            IngestV1.Erasure.methods(of: self),
            files: [IngestV1.erasureFile]
        )
    }

    // MARK: Events

    func deleteEvents(
        _ request: Message<IngestV1.DeleteEventsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.DeleteEventsResponse> {
        let value = request.value()
        try value.check()
        let scope = try database.scope(for: call)
        var response = IngestV1.DeleteEventsResponse()
        if try await store.hasMore(than: limits.mostAtOnce, in: scope) {
            let id = try await enqueue(value, call, scope)
            response.operation = "operations/\(jobs.deletion.queue).\(id)"
        } else {
            response.deleted = try await delete(value, in: scope)
        }
        return Reply(response)
    }

    /// Has an operation delete what is stored now.
    private func enqueue(
        _ request: IngestV1.DeleteEventsRequest,
        _ call: ServerCall,
        _ scope: TenantScope
    ) async throws -> JobID {
        try await scope.transaction { transaction in
            var deletion = IngestV1.EventDeletion()
            deletion.request = request
            deletion.beforeCommit = try await store.nextCommit(in: transaction)
            let job = jobs.deletion.job(deletion).serving(call)
            return try await queue.enqueue([job], in: transaction, of: scope)[0].id
        }
    }

    /// Deletes events in one transaction, and rejected rows after it.
    private func delete(
        _ request: IngestV1.DeleteEventsRequest,
        in scope: TenantScope
    ) async throws -> IngestV1.DeletedEvents {
        let keys = try await catalogue.knowledge(in: scope).keys
        var deleted = IngestV1.DeletedEvents()
        deleted.dryRun = request.dryRun
        if let selection = EventSelection(request, keys) {
            let (count, days) = try await scope.transaction { transaction in
                let found = try store.found(try await transaction.run(store.find(selection)))
                let days = Set(found.map(\.day)).sorted().map(\.text)
                if request.dryRun { return (found.count, days) }
                let count = try await store.delete(
                    found,
                    takingIDs: !request.freesIDs,
                    keys,
                    in: transaction
                )
                return (count, days)
            }
            deleted.events = Int64(count)
            deleted.days = days
        }
        if let selection = RejectedSelection(request) {
            deleted.rejectedRows = try await deleteRejected(selection, request, in: scope)
        }
        return deleted
    }

    private func deleteRejected(
        _ selection: RejectedSelection,
        _ request: IngestV1.DeleteEventsRequest,
        in scope: TenantScope
    ) async throws -> Int64 {
        var (count, number) = (0, Int64(0))
        while true {
            let rows = try await store.rejected(
                selection,
                after: number,
                limit: limits.rejectedRows,
                in: scope
            )
            guard let last = rows.last else { return Int64(count) }
            number = last.number
            let doomed = rows.filter(selection.isWanted).map(\.number)
            if request.dryRun {
                count += doomed.count
            } else if !doomed.isEmpty {
                count += try await scope.write(ErasureStore.delete(rejected: doomed))[0].affected
            }
        }
    }

    // MARK: Persons

    func forgetPerson(
        _ request: Message<IngestV1.ForgetPersonRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ForgetPersonResponse> {
        let value = request.value()
        let ids = try Self.ids(of: value)
        let scope = try database.scope(for: call)
        let keys = try await catalogue.knowledge(in: scope).keys
        let job = jobs.person.job(IngestV1.PersonErasure()).serving(call)
        let id = job.id.uuid
        try await scope.transaction { transaction in
            try await forgettings.forget(
                ids,
                value,
                as: id,
                keys,
                in: transaction,
                by: scope.context.actor.description
            )
            try await queue.enqueue([job], in: transaction, of: scope)
        }
        var response = IngestV1.ForgetPersonResponse()
        response.forgetting = try await forgettings.find(id, in: scope)
        response.operation = "operations/\(job.queue).\(job.id)"
        return Reply(response)
    }

    /// The ids that a request names, as edges have them.
    ///
    /// What it says is not repeated: errors are logged.
    private static func ids(
        of request: IngestV1.ForgetPersonRequest
    ) throws(RPCError) -> [String] {
        var violations = FieldViolations()
        let ids = PersonID.ids(visitor: request.anonymousID, user: request.userID, previous: "")
        violations.check(!ids.isEmpty, "user_id", "expected this or anonymous_id")
        for (field, id) in [("user_id", request.userID), ("anonymous_id", request.anonymousID)] {
            violations.check(
                id.utf8.count <= longestID && !id.utf8.contains(0),
                field,
                "expected an id of up to 200 bytes"
            )
        }
        violations.check(
            request.reference.utf8.count <= longestReference
                && request.reference.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F },
            "reference",
            "expected up to 100 bytes without control characters"
        )
        try violations.finish("nobody can be forgotten like this")
        return ids
    }

    func listForgotten(
        _ request: Message<IngestV1.ListForgottenRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ListForgottenResponse> {
        let page = try pages.page(of: request, request.value(), call)
        let found = try await forgettings.list(
            before: page.placeText.flatMap { PostgresUUID($0) },
            limit: page.count + 1,
            in: database.scope(for: call)
        )
        var response = IngestV1.ListForgottenResponse()
        (response.forgettings, response.nextPageToken) = page.cut(found, placeOf: \.id)
        return Reply(response)
    }

    func unsuppressPerson(
        _ request: Message<IngestV1.UnsuppressPersonRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Forgetting> {
        let value = request.value()
        let ids = PersonID.ids(visitor: value.anonymousID, user: value.userID, previous: "")
        let named = PostgresUUID(value.forgetting)
        var violations = FieldViolations()
        violations.check(
            ids.count + (value.forgetting.isEmpty ? 0 : 1) == 1,
            "user_id",
            "expected exactly one of user_id, anonymous_id and forgetting"
        )
        violations.check(
            value.forgetting.isEmpty || named != nil,
            "forgetting",
            "expected the id of a forgetting"
        )
        try violations.finish("nobody can be named like this")
        let scope = try database.scope(for: call)
        let keys = try await catalogue.knowledge(in: scope).keys
        let hash = ids.first.map(keys.digest)
        let found = try await scope.transaction { transaction in
            try await forgettings.unsuppress(hash, named, in: transaction)
        }
        guard let found, let forgetting = try await forgettings.find(found, in: scope) else {
            throw RPCError(
                .notFound,
                "no such person was forgotten, or was forgotten again later: name the latest"
            )
        }
        return Reply(forgetting)
    }
}

extension IngestV1.ListForgottenRequest: PagedRequest {}
