import TestKit
import Testing

@_spi(PostgresSessions) @testable import Postgres

/// A statement is kept by its text and the schema of its scope.
///
/// That this is enough: of what the server parses and plans by, the path is the schema (the lint of
/// statements holds that nothing but the preamble sets it), types are compared, and rights are
/// looked at by each execution.
@Suite("A kept statement")
struct KeptStatementTests {
    private let nameOfThing = Statement("test.name", "select name from things where id = $1")
    private let path = Statement(
        reserved: "test.path",
        "select set_config('role', $1, true), set_config('search_path', $2, true)"
    )
    private let kept = Statement(
        "test.kept",
        "select count(*) from pg_prepared_statements where statement like 'select name from thin%'"
    )

    private func tenants() async throws -> TwoTenants {
        try await TwoTenants { $0.maximumConnections = 1 }
    }

    @Test("of one schema is denied a role without rights, however often another has run it")
    func roles() async throws {
        let tenants = try await tenants()
        let stranger = SessionScope(role: "tenant_b", schema: "t_a")
        for _ in 0..<12 {
            let row = try await tenants.read(as: tenants.a, nameOfThing, Int32(1)).one()
            #expect(try row.read(String.self) == "of a")
            let error = await #expect(throws: PostgresError.self) {
                try await tenants.read(as: stranger, nameOfThing, Int32(1))
            }
            // Without rights on the schema its tables are not even found.
            #expect(["42501", "42P01"].contains(error?.sqlState?.description))
        }
        #expect(try await tenants.read(as: nil, kept).one().read(Int.self) == 1)
    }

    @Test("is one for each schema, whose plan never sees another's table")
    func schemas() async throws {
        let tenants = try await tenants()
        // By the sixth time the server would keep a plan.
        for round in 0..<24 {
            let scope = round % 3 == 0 ? tenants.b : tenants.a
            let row = try await tenants.read(as: scope, nameOfThing, Int32(1)).one()
            #expect(try row.read(String.self) == (round % 3 == 0 ? "of b" : "of a"))
        }
        #expect(try await tenants.read(as: nil, kept).one().read(Int.self) == 2)
        let tables = try await tenants.read(
            as: nil,
            Statement(
                "test.shared",
                "select count(*) filter (where generic_plans > 0) from pg_prepared_statements"
            )
        ).one()
        #expect(try tables.read(Int.self) >= 2)
    }

    @Test("is looked up anew by the server if the path changes behind its key all the same")
    func changedPath() async throws {
        let tenants = try await tenants()
        for (role, schema, name) in [
            ("tenant_a", "t_a", "of a"), ("tenant_b", "t_b", "of b"), ("tenant_a", "t_a", "of a"),
        ] {
            let found = try await tenants.fixture.pool.transaction(
                as: nil,
                before: PostgresFixture.soon
            ) { transaction in
                try await transaction.query(path, role, schema)
                return try await transaction.query(nameOfThing, Int32(1)).one().read(String.self)
            }
            #expect(found == name)
        }
        // All by one statement, kept for no schema.
        #expect(try await tenants.read(as: nil, kept).one().read(Int.self) == 1)
    }

    @Test("with values of other types is run without being kept")
    func types() async throws {
        let tenants = try await tenants()
        _ = try await tenants.read(as: tenants.a, nameOfThing, Int32(1))
        let row = try await tenants.read(as: tenants.a, nameOfThing, Int64(1)).one()
        #expect(try row.read(String.self) == "of a")
        #expect(try await tenants.read(as: nil, kept).one().read(Int.self) == 1)
    }
}
