internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// A job that a worker has taken, with what it was enqueued with.
struct ClaimedJob: Sendable {
    let id: JobID
    let kind: String
    let payload: SharedBytes
    let attempts: Int
    let failures: Int
    let crashes: Int
    /// In whose name it is done; nil if the row says what no program of ours writes.
    let context: TenantContext?
    let requestID: RequestID?
    let parent: TraceContext?
    let checkpoint: SharedBytes?
    let progress: Double
    let priority: Int
    /// How long it might have been started before it was.
    let wait: Duration
    let tenant: TenantEntry
    let lease: PostgresUUID

    /// Whether no attempt at it has gone wrong: whoever is slow, or kills workers, is not to do so
    /// to others that are done together with it.
    var isUnblemished: Bool { failures == 0 && crashes == 0 }

    /// Reads a row of ``Statement/claim``.
    init(_ row: Row, of tenant: TenantEntry, lease: PostgresUUID) throws(PostgresError) {
        let (
            id, kind, payload, attempts, failures, crashes, actor, scopes, requestID, traceparent,
            checkpoint, progress, priority, wait
        ) = try row.read(
            PostgresUUID.self,
            String.self,
            SharedBytes.self,
            Int.self,
            Int.self,
            Int.self,
            String.self,
            String.self,
            String?.self,
            String?.self,
            SharedBytes?.self,
            Double.self,
            Int.self,
            Double.self
        )
        self.id = JobID(id)
        self.kind = kind
        self.payload = payload
        self.attempts = attempts
        self.failures = failures
        self.crashes = crashes
        if let actor = Actor(text: actor), let scopes = ScopeSet(text: scopes) {
            context = TenantContext(tenant: tenant.id, actor: actor, scopes: scopes)
        } else {
            context = nil
        }
        self.requestID = requestID.flatMap { RequestID($0) }
        parent = traceparent.flatMap { TraceContext(traceparent: $0) }
        self.checkpoint = checkpoint
        self.progress = progress
        self.priority = priority
        self.wait = .seconds(wait)
        self.tenant = tenant
        self.lease = lease
    }
}
