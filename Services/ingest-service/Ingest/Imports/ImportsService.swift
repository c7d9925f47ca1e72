internal import Contracts
internal import Jobs
public import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Telemetry
public import Tenancy
internal import Wire

/// Serves imports of files; its contract says what each method does.
struct ImportsService: IngestV1.Imports.Service {
    private let database: TenantDatabase
    private let pages: PageTokens
    private let jobs: ImportJobs
    private let offload: WorkerPool?
    private let mostOpenBytes: Int64
    private let store = ImportStore()
    private let blocks = ImportBlocks()

    /// How soon a watch looks again: small files are soon read, and large ones cost more looks.
    private static let firstPause = Duration.milliseconds(10)
    private static let longestPause = Duration.milliseconds(500)
    private static let standardRows = 10
    private static let mostRows = 100

    /// A service.
    ///
    /// - Parameters:
    ///   - database: the tenants'.
    ///   - jobs: read files.
    ///   - pages: signs the pages of lists.
    ///   - offload: threads for what takes long.
    ///   - mostOpenBytes: how many bytes a tenant may have in files that are not read yet.
    init(
        _ database: TenantDatabase,
        _ jobs: ImportJobs,
        pages: PageTokens,
        offload: WorkerPool?,
        mostOpenBytes: Int64
    ) {
        self.database = database
        self.jobs = jobs
        self.pages = pages
        self.offload = offload
        self.mostOpenBytes = mostOpenBytes
    }

    // MARK: Creating

    func createImport(
        _ request: Message<IngestV1.CreateImportRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Import> {
        let value = request.value()
        let source = try Self.check(value)
        let scope = try database.scope(for: call)
        try await check(value.plan, in: scope)
        let new = PostgresUUID.random()
        let key = try Self.key(of: value)
        let id = try await scope.create(new, once: key, for: request, call) { transaction in
            try await create(new, value, source: source, in: transaction, scope)
        }
        return try await reply(id, in: scope)
    }

    /// What the caller calls the attempt; nil if it says nothing.
    private static func key(
        of value: IngestV1.CreateImportRequest
    ) throws(RPCError) -> IdempotencyKey? {
        if value.idempotencyKey.isEmpty { return nil }
        guard let key = IdempotencyKey(value.idempotencyKey) else {
            throw RPCError(
                .invalidArgument,
                "idempotency_key: expected up to 128 characters of ASCII without blanks"
            )
        }
        return key
    }

    /// Creates an import, and has the bytes removed of those that it finds given up.
    private func create(
        _ id: PostgresUUID,
        _ value: IngestV1.CreateImportRequest,
        source: String,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws {
        for old in try await store.giveUp(in: transaction) {
            let job = try await jobs.enqueue(old, in: transaction, of: scope)
            try await store.move(old, to: .cancelled, job: job, in: transaction)
        }
        try await store.insert(id, value, source: source, in: transaction)
    }

    /// Checks what an import is said to be.
    ///
    /// - Returns: where it comes from.
    private static func check(_ value: IngestV1.CreateImportRequest) throws(RPCError) -> String {
        var violations = FieldViolations()
        let isName = (try? RowReader(at: .now).text(value.name, "name")) != nil
        violations.check(isName, "name", "expected up to 200 characters, none a control character")
        violations.check(
            (value.sizeBytes ?? 0) >= 0,
            "size_bytes",
            "expected nothing, or how many bytes the file has"
        )
        try violations.finish("the import cannot be created")
        return try EventOrigin.name(value.source, "source", standard: "file")
    }

    /// Checks what is declared of a file.
    private func check(_ plan: IngestV1.ImportPlan?, in scope: TenantScope) async throws {
        guard let plan else { return }
        try plan.check()
        if !plan.timeZone.isEmpty, try await !store.isZone(plan.timeZone, in: scope) {
            throw RPCError(
                .invalidArgument,
                "plan.time_zone: expected a name as Europe/Berlin"
            )
        }
    }

    // MARK: Uploading

    func uploadFile(
        _ requests: RequestStream<IngestV1.UploadFileRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Import> {
        let start = try await Self.start(of: requests)
        let context = try call.tenant.context
        var upload = try await ImportUpload(
            try await store.record(start.id, in: try database.scope(for: call)),
            at: start.offset,
            database,
            context,
            mostOpenBytes: mostOpenBytes
        )
        try await upload.append(start.bytes)
        while let part = try await requests.next() {
            try await upload.append(Array(copying: part.view.data))
        }
        try await upload.flush()
        let scope = try database.scope(for: context, before: .now.advanced(by: .seconds(30)))
        let record = try await store.record(start.id, in: scope)
        if !start.hasMore && (record.sizeBytes ?? 0) <= record.receivedBytes {
            try await close(record, in: scope)
        }
        return try await reply(start.id, in: scope)
    }

    /// What the first message of an upload says, copied: a message must be let go of before the
    /// next is awaited.
    private static func start(
        of requests: RequestStream<IngestV1.UploadFileRequest.View>
    ) async throws -> (id: PostgresUUID, offset: Int64, hasMore: Bool, bytes: [UInt8]) {
        guard let first = try await requests.next() else {
            throw RPCError(.invalidArgument, "import_id: expected the import, and bytes")
        }
        return (
            try id(String(first.view.importID)),
            first.view.offset,
            first.view.more,
            Array(copying: first.view.data)
        )
    }

    /// Has a file read that is whole, if it is understood.
    private func close(_ record: ImportRecord, in scope: TenantScope) async throws {
        if let size = record.sizeBytes, size != record.receivedBytes {
            throw RPCError(
                .failedPrecondition,
                "the file was said to have \(size) bytes, and has \(record.receivedBytes):"
                    + " cancel this import and create another"
            )
        }
        let understanding = try await understand(record, record.declared, in: scope)
        try await scope.transaction { transaction in
            let current = try await store.lock(record.id, in: transaction)
            guard current.state == .uploading, current.receivedBytes == record.receivedBytes else {
                throw RPCError(.aborted, "somebody else goes on with this import")
            }
            let digest = ContentDigest.of(try await blocks.digests(of: record.id, in: transaction))
            try await store.note(digest, of: record.id, in: transaction)
            try await settle(
                current,
                digest,
                understanding,
                current.declared,
                isStarted: !current.isHeld,
                in: transaction,
                scope
            )
        }
    }

    /// What is to be said of a file.
    private func understand(
        _ record: ImportRecord,
        _ declared: IngestV1.ImportPlan,
        in scope: TenantScope
    ) async throws -> ImportUnderstanding {
        let start = try await blocks.block(0, of: record.id, in: scope) ?? SharedBytes([])
        let isWhole = record.receivedBytes <= Int64(start.count)
        return try await offload.runBeside {
            ImportUnderstanding(of: start.bytes, isWhole: isWhole, declared)
        }
    }

    /// Notes how a file is read, and says what becomes of it now.
    private func settle(
        _ record: ImportRecord,
        _ digest: SharedBytes,
        _ understanding: ImportUnderstanding,
        _ declared: IngestV1.ImportPlan,
        isStarted: Bool,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws {
        try await store.plan(record.id, understanding, declared: declared, in: transaction)
        func move(to state: ImportRecord.State, sameAs: PostgresUUID? = nil) async throws {
            let job = try await jobs.enqueue(record.id, in: transaction, of: scope)
            try await store.move(record.id, to: state, job: job, sameAs: sameAs, in: transaction)
        }
        guard let plan = understanding.plan else { return try await move(to: .failed) }
        guard understanding.isClear, isStarted else {
            return try await store.move(record.id, to: .waiting, in: transaction)
        }
        if !record.isAgain,
            let same = try await store.same(
                as: digest,
                plan,
                source: record.source,
                in: transaction
            )
        {
            return try await move(to: .completed, sameAs: same)
        }
        try await move(to: .running)
    }

    // MARK: Looking

    func getImport(
        _ request: Message<IngestV1.GetImportRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Import> {
        let id = try Self.id(String(request.view.importID))
        return try await reply(id, in: try database.scope(for: call))
    }

    func listImports(
        _ request: Message<IngestV1.ListImportsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ListImportsResponse> {
        let value = request.value()
        guard value.state == .unspecified || value.state.asked != nil else {
            throw RPCError(.invalidArgument, "state: expected one that there is")
        }
        let page = try pages.page(of: request, value, call)
        let records = try await store.records(
            value.state.asked,
            before: page.placeText.flatMap { PostgresUUID($0) },
            limit: page.count + 1,
            in: try database.scope(for: call)
        )
        let (shown, next) = page.cut(records) { "\($0.id)" }
        var response = IngestV1.ListImportsResponse()
        response.imports = shown.map { IngestV1.Import($0, jobsOf: jobs.service.text) }
        response.nextPageToken = next
        return Reply(response)
    }

    func watchImport(
        _ request: Message<IngestV1.WatchImportRequest.View>,
        _ responses: ResponseStream<IngestV1.Import>,
        _ call: ServerCall
    ) async throws {
        let id = try Self.id(String(request.view.importID))
        let context = try call.tenant.context
        var last: IngestV1.Import?
        var pause = Self.firstPause
        while true {
            let scope = try database.scope(for: context, before: .now.advanced(by: .seconds(10)))
            let record = try await store.record(id, in: scope)
            let shown = IngestV1.Import(record, jobsOf: jobs.service.text)
            if shown != last { try await responses.send(shown) }
            if record.state.isOver { return }
            last = shown
            try await call.loop.sleep(for: pause)
            pause = min(pause * 3 / 2, Self.longestPause)
        }
    }

    func previewImport(
        _ request: Message<IngestV1.PreviewImportRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.PreviewImportResponse> {
        let value = request.value()
        guard value.rows >= 0 else { throw RPCError(.invalidArgument, "rows: expected 0 or more") }
        let count = value.rows == 0 ? Self.standardRows : min(Int(value.rows), Self.mostRows)
        let scope = try database.scope(for: call)
        try await check(value.plan, in: scope)
        let record = try await store.record(try Self.id(value.importID), in: scope)
        guard !record.state.isOver, record.receivedBytes > 0 else {
            throw RPCError(
                .failedPrecondition,
                "import \(record.id) has no bytes to be looked at: it is \(record.state.rawValue)"
            )
        }
        let declared = record.declared.overlaid(by: value.plan ?? .init())
        let understanding = try await understand(record, declared, in: scope)
        return Reply(try IngestV1.PreviewImportResponse(understanding, count, now: .now))
    }

    // MARK: Starting and ending

    func startImport(
        _ request: Message<IngestV1.StartImportRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Import> {
        let value = request.value()
        let id = try Self.id(value.importID)
        let scope = try database.scope(for: call)
        try await check(value.plan, in: scope)
        let record = try await store.record(id, in: scope)
        if record.state == .completed { return try await reply(id, in: scope) }
        if record.state == .running {
            try await restart(id, in: scope)
            return try await reply(id, in: scope)
        }
        guard record.state == .waiting, let digest = record.digest else {
            throw RPCError(
                .failedPrecondition,
                "import \(id) is \(record.state.rawValue): only one whose file waits is started"
            )
        }
        let declared = record.declared.overlaid(by: value.plan ?? .init())
        let understanding = try await understand(record, declared, in: scope)
        try await scope.transaction { transaction in
            let current = try await store.lock(id, in: transaction)
            guard current.state == .waiting else {
                throw RPCError(.aborted, "somebody else goes on with this import")
            }
            try await settle(
                current,
                digest,
                understanding,
                declared,
                isStarted: true,
                in: transaction,
                scope
            )
        }
        return try await reply(id, in: scope)
    }

    /// Has an import go on whose job has failed for good; one that is done is left alone.
    private func restart(_ id: PostgresUUID, in scope: TenantScope) async throws {
        try await scope.transaction { transaction in
            guard try await store.lock(id, in: transaction).state == .running else { return }
            let job = try await jobs.enqueue(id, in: transaction, of: scope)
            try await store.move(id, to: .running, job: job, in: transaction)
        }
    }

    func cancelImport(
        _ request: Message<IngestV1.CancelImportRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Import> {
        let id = try Self.id(String(request.view.importID))
        let scope = try database.scope(for: call)
        try await scope.transaction { transaction in
            let record = try await store.lock(id, in: transaction)
            if record.state.isOver { return }
            // A job that runs sees it, and forgets the bytes; if there is none one does only that.
            let job = try await jobs.enqueue(id, in: transaction, of: scope)
            try await store.move(id, to: .cancelled, job: job, in: transaction)
        }
        return try await reply(id, in: scope)
    }

    // MARK: Answers

    private func reply(
        _ id: PostgresUUID,
        in scope: TenantScope
    ) async throws -> Reply<IngestV1.Import> {
        let record = try await store.record(id, in: scope)
        return Reply(IngestV1.Import(record, jobsOf: jobs.service.text))
    }

    private static func id(_ text: String) throws(RPCError) -> PostgresUUID {
        guard let id = PostgresUUID(text), text == "\(id)" else {
            throw RPCError(.invalidArgument, "import_id: expected the id of an import")
        }
        return id
    }
}

extension IngestV1.ListImportsRequest: PagedRequest {}
