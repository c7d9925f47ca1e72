@_spi(PostgresSessions) internal import Postgres
public import Tenancy

/// Gives a tenant all that is stored for it, in open forms: a manifest in JSON, and each table as
/// JSON Lines.
///
/// All of it is as of one moment. Secrets are left out, and what only serves for a while: answers
/// to requests that came under a key, jobs, and tables that do not survive a crash.
public struct TenantExport: Sendable {
    private let migrator: Migrator

    /// The export of tenants of a database.
    public init(_ migrator: Migrator) { self.migrator = migrator }

    /// A piece of an export.
    public enum Part: Sendable, Equatable {
        /// What follows, once, first: the tenant, its settings, the tables and their columns, as
        /// one JSON object.
        case manifest(String)
        /// Some rows of a table, one JSON object and a line feed for each; the parts of a table
        /// follow each other.
        case rows(table: String, lines: [UInt8])
    }

    /// How many bytes a part has before it is passed on.
    private static let partCount = 256 << 10

    /// Exports a tenant.
    ///
    /// - Parameters:
    ///   - tenant: an active or suspended one.
    ///   - deadline: when it must be done.
    ///   - sink: takes the parts in order; what it throws ends the export.
    /// - Returns: how many rows there were of each table.
    /// - Throws: ``SchemaError/unknownTenant(_:)``, what the sink throws, or `PostgresError`.
    @discardableResult
    public func run(
        _ tenant: TenantID,
        before deadline: ContinuousClock.Instant,
        to sink: @Sendable (Part) async throws -> Void
    ) async throws -> [String: Int] {
        let options = TransactionOptions(isolation: .repeatableRead, isReadOnly: true)
        let scope = Migrator.scope(of: tenant)
        var asking = Batch()
        asking.append(.exportSettings, tenant)
        let known = try await migrator.pool.run(
            asking,
            as: Migrator.platformScope,
            .reads,
            before: deadline
        )[0]
        guard let row = try known.atMostOne() else { throw SchemaError.unknownTenant(tenant) }
        let (node, settings) = try row.read(String.self, PostgresJSON.self)
        let pool = try migrator.pool(of: node)
        return try await pool.transaction(as: scope, options, before: deadline) {
            let manifest = try await $0.query(.exportManifest, settings).one()
            try await sink(.manifest(try manifest.read(PostgresJSON.self, at: 0).text))
            var counts: [String: Int] = [:]
            for row in try await $0.query(.exportedTables) {
                let table = try row.read(String.self, at: 0)
                counts[table] = try await Self.export(table, in: $0, to: sink)
            }
            return counts
        }
    }

    private static func export(
        _ table: String,
        in transaction: PostgresTransaction,
        to sink: (Part) async throws -> Void
    ) async throws -> Int {
        var count = 0
        var lines: [UInt8] = []
        for try await row in try await transaction.stream(.exportRows, table) {
            lines += try row.read(String.self, at: 0).utf8
            lines.append(UInt8(ascii: "\n"))
            count += 1
            if lines.count >= partCount {
                try await sink(.rows(table: table, lines: lines))
                lines.removeAll(keepingCapacity: true)
            }
        }
        if !lines.isEmpty { try await sink(.rows(table: table, lines: lines)) }
        return count
    }
}

extension Statement {
    fileprivate static let exportSettings = Statement(
        "schema.export_settings",
        """
        select t.node, jsonb_build_object(
            'format', 'sextant-tenant-1', 'tenant', t.id, 'slug', t.slug,
            'settings', jsonb_build_object(
                'time_zone', t.time_zone, 'currency', t.currency, 'week_start', t.week_start,
                'attribution_days', t.attribution_days, 'retention_days', t.retention_days
            )
        )
        from tenants t where t.id = $1 and t.state <> 'deleted'
        """
    )
    fileprivate static let exportManifest = Statement(
        "schema.export_manifest",
        """
        select $1::jsonb || jsonb_build_object(
            'at', now(), 'tables', (
                select coalesce(jsonb_object_agg(c.relname, (
                    select jsonb_object_agg(a.attname, format_type(a.atttypid, a.atttypmod))
                    from pg_attribute a
                    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
                )), '{}')
                from pg_class c
                where c.relnamespace = current_schema()::regnamespace
                    and c.relkind in ('r', 'p') and not c.relispartition
                    and c.relpersistence = 'p'
                    and c.relname not in ('secrets', 'idempotency_keys', 'jobs')
            )
        )
        """
    )
    fileprivate static let exportedTables = Statement(
        "schema.exported_tables",
        """
        select c.relname from pg_class c
        where c.relnamespace = current_schema()::regnamespace
            and c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence = 'p'
            and c.relname not in ('secrets', 'idempotency_keys', 'jobs')
        order by c.relname
        """
    )
    fileprivate static let exportRows = Statement(
        "schema.export_rows",
        "select platform.export_rows(format('%I', $1::text)::regclass)"
    )
}
