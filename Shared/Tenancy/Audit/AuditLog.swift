@_spi(PostgresSessions) public import Postgres
internal import Telemetry

/// The audit log of the platform, which is only ever added to.
public struct AuditLog: Sendable {
    private let pool: PostgresPool

    /// The log.
    ///
    /// - Parameter database: of any service to write, of the gateway to read.
    public init(_ database: TenantDatabase) { pool = database.platform }

    /// Adds an event that belongs to no other transaction.
    ///
    /// - Parameters:
    ///   - event: what was done, or tried.
    ///   - deadline: when it must be done.
    /// - Throws: `PostgresError`.
    public func append(
        _ event: AuditEvent,
        before deadline: ContinuousClock.Instant
    ) async throws {
        var batch = Batch()
        batch.append(event)
        _ = try await pool.run(batch, as: nil, .writes, before: deadline)
    }

    /// An event and its place in the log.
    public struct Entry: Hashable, Sendable {
        /// Its place: later ones are higher, not every number is used.
        public let id: Int64
        /// What was done, or tried.
        public let event: AuditEvent
    }

    /// The latest events of a tenant, the newest first.
    ///
    /// - Parameters:
    ///   - tenant: whose.
    ///   - id: before which place; nil for the newest.
    ///   - limit: how many, 1 to 1,001: a page, and one that tells of another.
    ///   - deadline: when they must be here.
    /// - Returns: the events.
    /// - Throws: `PostgresError`.
    public func events(
        of tenant: TenantID,
        before id: Int64? = nil,
        limit: Int,
        deadline: ContinuousClock.Instant
    ) async throws -> [Entry] {
        var batch = Batch()
        batch.append(Self.find, tenant, id ?? .max, Int64(min(max(limit, 1), 1_001)))
        let rows = try await pool.run(batch, as: nil, .reads, before: deadline)[0]
        return try rows.map { row in try Self.entry(row) }
    }

    private static let find = Statement(
        "tenancy.audit_events",
        """
        select id, at, tenant_id, actor, action, subject, outcome, detail_names, detail_texts
        from platform.audit_log
        where tenant_id = $1 and id < $2 order by id desc limit $3
        """
    )

    private static func entry(_ row: Row) throws -> Entry {
        let (id, time, tenant, actor, action, subject, outcome, names, texts) = try row.read(
            Int64.self,
            UTCTimestamp.self,
            TenantID?.self,
            Actor.self,
            String.self,
            String.self,
            AuditEvent.Outcome.self,
            [String].self,
            [String].self
        )
        let event = try AuditEvent(
            action,
            of: subject,
            by: actor,
            for: tenant,
            outcome,
            at: time,
            details: Dictionary(zip(names, texts)) { first, _ in first }
        )
        return Entry(id: id, event: event)
    }
}

extension Actor: PostgresDecodable {
    /// As text.
    public static func canRead(_ type: PostgresType) -> Bool { String.canRead(type) }
    /// Reads an actor, as `user:42`; another text is an error.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> Actor? {
        String.read(bytes, as: type).flatMap { Actor(text: $0) }
    }
}

extension AuditEvent.Outcome: PostgresDecodable {
    /// As text.
    public static func canRead(_ type: PostgresType) -> Bool { String.canRead(type) }
    /// Reads an outcome by its name.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> AuditEvent.Outcome? {
        String.read(bytes, as: type).flatMap { AuditEvent.Outcome(rawValue: $0) }
    }
}
