internal import Jobs
internal import Messages
internal import Postgres
internal import RPC
internal import Tenancy

/// The jobs that read files.
struct ImportJobs: Sendable {
    /// Whose workers do them.
    let service: ServiceName
    private let queue: JobQueue
    private let type: JobType<IngestV1.GetImportRequest>

    /// How long one attempt may take; the next goes on where it stopped.
    private static let limit = Duration.seconds(6 * 3_600)

    init(of service: ServiceName, _ queue: JobQueue) {
        self.service = service
        self.queue = queue
        type = JobType("import_file", of: service)
    }

    /// Has a file read, and its bytes forgotten, by the job that does so already if there is one.
    ///
    /// - Parameters:
    ///   - id: the import.
    ///   - transaction: of the scope.
    ///   - scope: the tenant's.
    /// - Returns: the job.
    /// - Throws: what enqueueing throws.
    func enqueue(
        _ id: PostgresUUID,
        in transaction: PostgresTransaction,
        of scope: TenantScope
    ) async throws -> PostgresUUID? {
        var request = IngestV1.GetImportRequest()
        request.importID = "\(id)"
        var job = type.job(request)
        job.uniqueness = .untilDone("import-\(id)")
        let enqueued = try await queue.enqueue([job], in: transaction, of: scope)
        return enqueued.first?.id.uuid
    }

    /// How files are read.
    func handler(_ parts: ImportParts) -> JobHandler {
        // What has been written is not written again: trying again soon costs little.
        var retries = JobRetryPolicy()
        retries.firstPause = .milliseconds(200)
        retries.longestPause = .seconds(60)
        // One that takes hours outlives some restarts of its service.
        retries.mostCrashes = 20
        return JobHandler(type, retries: retries, limit: Self.limit) { request, run in
            try await ImportRun(request, run, parts).finish()
        }
    }
}
