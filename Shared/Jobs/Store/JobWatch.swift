public import Net
internal import RPC
public import Tenancy

/// A job as it goes on, until it is over.
///
/// It looks into the tenant's rows again and again, each time with what the tenant still may.
public struct JobWatch: Sendable {
    private let id: JobID
    private let context: TenantContext
    private let queue: JobQueue
    private let database: TenantDatabase
    private let loop: EventLoop
    private let period: Duration

    /// A watch.
    ///
    /// - Parameters:
    ///   - id: which job.
    ///   - context: whose it is.
    ///   - queue: the queue.
    ///   - database: the databases.
    ///   - loop: that of the caller's task.
    ///   - period: how often it looks.
    public init(
        _ id: JobID,
        of context: TenantContext,
        _ queue: JobQueue,
        _ database: TenantDatabase,
        on loop: EventLoop,
        every period: Duration = .seconds(1)
    ) {
        self.id = id
        self.context = context
        self.queue = queue
        self.database = database
        self.loop = loop
        self.period = period
    }

    /// Passes on what is known of the job, at first and whenever it has changed, until it is over.
    ///
    /// - Parameter body: takes what is known.
    /// - Throws: NOT_FOUND; what the closure throws; `CancellationError`; `PostgresError`.
    public func run(_ body: (JobRecord) async throws -> Void) async throws {
        var last: JobRecord?
        while true {
            let scope = try database.scope(
                for: context,
                before: .now.advanced(by: .seconds(10))
            )
            guard let record = try await queue.job(id, in: scope) else {
                throw RPCError(.notFound, "there is no job \(id)")
            }
            if record != last { try await body(record) }
            if record.state.isOver { return }
            last = record
            try await loop.sleep(for: period)
        }
    }
}
