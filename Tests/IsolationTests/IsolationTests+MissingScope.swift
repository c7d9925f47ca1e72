import TestTenants
import Testing

@_spi(PostgresSessions) import Postgres
@_spi(PostgresSessions) import Tenancy

extension IsolationTests {
    private static let take = Statement("test.take", "select set_config('test.sql', $1, true)")
    private static let run = Statement(
        "test.run",
        "do $$ begin execute current_setting('test.sql'); end $$"
    )

    @Test(
        "2. without a scope every table of every tenant is refused to the service's connections",
        arguments: ServedAPIs.all
    )
    func missingScope(_ api: TenantAPI) async throws {
        let served = try await ServedTenants(api)
        let tables = try await served.fixture.lines(
            """
            select format('%I.%I', n.nspname, c.relname)
            from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where n.nspname like 't\\_%' and c.relkind in ('r', 'p', 'v', 'm') order by 1
            """
        )
        for member in served.members {
            #expect(tables.filter { $0.hasPrefix(member.id.schemaName) }.count >= 4)
        }
        for table in tables {
            for sql in [
                "select * from \(table)", "insert into \(table) default values",
                "delete from \(table)", "truncate \(table)", "drop table \(table)",
            ] {
                var batch = Batch()
                batch.append(Self.take, sql)
                batch.append(Self.run)
                let made = batch
                let error = await #expect(throws: PostgresError.self, "\(sql)") {
                    try await served.database.platform.run(
                        made,
                        as: nil,
                        .writes,
                        before: SchemaFixture.soon
                    )
                }
                #expect(error?.sqlState == .insufficientPrivilege, "\(sql)")
            }
        }
        for member in served.members {
            #expect(
                try await served.fixture.lines(
                    "select count(*) from \(member.id.schemaName).schema_migrations"
                ) != ["0"]
            )
        }
        await served.stop()
    }
}
