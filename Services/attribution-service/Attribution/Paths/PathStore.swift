internal import Crypto
internal import Postgres
internal import Telemetry
internal import Tenancy
internal import Wire

/// Journeys that were imported, as ingest publishes them: all their SQL.
struct PathStore: Sendable {
    /// How many imports are looked at at most.
    static let mostImports = 1_000

    /// Imports that brought paths, the newest first.
    ///
    /// - Parameters:
    ///   - id: which; nil for all.
    ///   - scope: the tenant's.
    /// - Returns: the imports.
    /// - Throws: `PostgresError`.
    func imports(
        _ id: PostgresUUID?,
        in scope: TenantScope
    ) async throws(PostgresError) -> [PathImport] {
        try await scope.read(.listPathImports, id, Int64(Self.mostImports))
            .map { row throws(PostgresError) in
                PathImport(
                    id: try row.read(PostgresUUID.self, at: 0),
                    name: try row.read(String.self, at: 1),
                    source: try row.read(String.self, at: 2),
                    digest: try row.read(SharedBytes?.self, at: 3),
                    endTime: try row.read(UTCTimestamp.self, at: 4),
                    rows: try row.read(Int64.self, at: 5)
                )
            }
    }

    /// Rows of an import, in the order of its file: as many as are held at once.
    ///
    /// - Parameters:
    ///   - id: the import.
    ///   - last: the number of the row before them.
    ///   - scope: the tenant's.
    /// - Returns: number, steps, conversions, value and nulls of each; none behind the last.
    /// - Throws: `PostgresError`.
    func rows(
        of id: PostgresUUID,
        after last: Int64,
        in scope: TenantScope
    ) async throws(PostgresError) -> Rows {
        try await scope.read(.listPaths, id, last, Self.pageRows, Self.pageBytes)
    }

    /// How many rows are read at once, and from how many bytes of steps on no more.
    private static let pageRows: Int64 = 10_000
    private static let pageBytes: Int64 = 4 << 20
}

/// An import that brought paths.
struct PathImport: Sendable {
    let id: PostgresUUID
    let name: String
    let source: String
    /// What its file is known by.
    let digest: SharedBytes?
    let endTime: UTCTimestamp
    let rows: Int64

    /// What imports are known by together: SHA-256 of the id, content and rows of each.
    ///
    /// - Parameter imports: in any order.
    /// - Returns: hexadecimal digits.
    static func fingerprint(_ imports: [PathImport]) -> String {
        var hash = SHA256()
        for paths in imports.sorted(by: { $0.id < $1.id }) {
            let digest = paths.digest.map { Hexadecimal.encode($0.bytes) } ?? ""
            hash.update(Array("\(paths.id) \(digest) \(paths.rows)\n".utf8).rawBytes)
        }
        return "\(hash.finish())"
    }
}

extension Statement {
    fileprivate static let listPathImports = Statement(
        "attribution.list_path_imports",
        """
        select import_id, name, source, digest, ended_at, path_rows
        from ingest_v1_path_imports
        where $1::uuid is null or import_id = $1
        order by ended_at desc, import_id
        limit $2
        """
    )
    fileprivate static let listPaths = Statement(
        "attribution.list_paths",
        """
        with next as (
            select row_number, steps, conversions, value, nulls
            from ingest_v1_paths
            where import_id = $1 and row_number > $2
            order by row_number
            limit $3
        ), measured as (
            select *, coalesce(sum(octet_length(array_to_string(steps, ' '))) over (
                order by row_number rows between unbounded preceding and 1 preceding
            ), 0) as bytes_before
            from next
        )
        select row_number, steps, conversions, value, nulls
        from measured
        where bytes_before < $4
        order by row_number
        """
    )
}
