internal import Postgres
internal import Wire

// The SQL of migrations travels as a value: the text of no statement of ours is made at run time.
extension Batch {
    /// Adds the text of a migration.
    mutating func append(migrationText text: String) {
        append(.takeText, text)
        append(.runText)
    }

    /// Adds a migration, and the row that tells that it was applied; in the schema of the moment.
    mutating func append(_ step: MigrationPlan.Step) {
        append(migrationText: step.migration.sql)
        append(
            .recordMigration,
            step.area,
            Int32(step.migration.version),
            step.migration.name,
            SharedBytes(step.migration.checksum)
        )
    }
}

extension Statement {
    fileprivate static let takeText = Statement(
        "schema.take_migration",
        "select set_config('sextant.migration', $1, true)"
    )
    fileprivate static let runText = Statement(
        "schema.run_migration",
        "do $run$ begin execute current_setting('sextant.migration'); end $run$"
    )
    fileprivate static let recordMigration = Statement(
        "schema.record_migration",
        """
        insert into schema_migrations (area, version, name, checksum, applied_at)
        values ($1, $2, $3, $4, clock_timestamp())
        """
    )

    static let makeMigrationTable = Statement(
        "schema.make_migration_table",
        """
        create table if not exists schema_migrations (
            area text not null,
            version integer not null,
            name text not null,
            checksum bytea not null,
            applied_at timestamptz not null,
            constraint schema_migrations_pkey primary key (area, version)
        )
        """
    )

    static let appliedMigrations = Statement(
        "schema.applied_migrations",
        "select area, version, checksum from schema_migrations order by area, version"
    )
}

extension MigrationPlan.Applied {
    /// Reads the rows of ``Statement/appliedMigrations``.
    static func all(in rows: Rows) throws(PostgresError) -> [Self] {
        var applied: [Self] = []
        for row in rows {
            let (area, version, checksum) = try row.read(String.self, Int.self, SharedBytes.self)
            applied.append(
                Self(area: area, version: version, checksum: Array(copying: checksum.bytes))
            )
        }
        return applied
    }
}
