import TestKit
import Testing

@_spi(PostgresSessions) @testable import Postgres

/// Two tenants with a table of the same name, and a login that may be either.
let twoTenants = """
    create role tenant_a; create role tenant_b; create role service login password 'secret';
    grant tenant_a, tenant_b to service;
    alter role service noinherit;
    create schema t_a; create schema t_b;
    create table t_a.things (id int primary key, name text not null);
    create table t_b.things (id int primary key, name text not null);
    insert into t_a.things values (1, 'of a'); insert into t_b.things values (1, 'of b');
    grant usage on schema t_a to tenant_a; grant usage on schema t_b to tenant_b;
    grant select, insert, update, delete on t_a.things to tenant_a;
    grant select, insert, update, delete on t_b.things to tenant_b;
    """

/// Roles belong to the server, so each of these fixtures has one of its own.
struct TwoTenants {
    let fixture: PostgresFixture
    let a = SessionScope(role: "tenant_a", schema: "t_a")
    let b = SessionScope(role: "tenant_b", schema: "t_b")

    private static let server = Task { try await PrivatePostgres() }

    init(_ configure: (inout PostgresPoolConfiguration) -> Void = { _ in }) async throws {
        fixture = try await PostgresFixture(
            twoTenants,
            on: try await Self.server.value,
            login: .socket(user: "service"),
            configure
        )
    }

    func read<each Value: PostgresEncodable>(
        as scope: SessionScope?,
        _ statement: Statement,
        _ values: repeat each Value
    ) async throws(PostgresError) -> Rows {
        var batch = Batch()
        batch.append(statement, repeat each values)
        return try await fixture.pool.run(batch, as: scope, .reads, before: PostgresFixture.soon)[0]
    }
}

@Suite("Statements")
struct StatementTests {
    private let nameOfThing = Statement("test.name", "select name from things where id = $1")
    private let keptCount = Statement(
        "test.kept",
        "select count(*) from pg_prepared_statements where statement like $1"
    )

    @Test("kept on the server see the rows of the tenant of the moment, whoever ran them before")
    func tenants() async throws {
        let tenants = try await TwoTenants { $0.maximumConnections = 1 }
        for _ in 0..<5 {
            for (scope, name) in [(tenants.a, "of a"), (tenants.b, "of b")] {
                let row = try await tenants.read(as: scope, nameOfThing, Int32(1)).one()
                #expect(try row.read(String.self) == name)
            }
        }
        // One for each schema, made once.
        let kept = try await tenants.fixture.read(keptCount, "select name from things%").one()
        #expect(try kept.read(Int.self) == 2)
    }

    @Test("without a scope reach no tenant's rows")
    func unscoped() async throws {
        let tenants = try await TwoTenants()
        let direct = Statement("test.direct", "select name from t_a.things")
        let error = await #expect(throws: PostgresError.self) {
            try await tenants.read(as: nil, direct)
        }
        #expect(error?.sqlState == .insufficientPrivilege)
        let other = await #expect(throws: PostgresError.self) {
            try await tenants.read(as: tenants.b, direct)
        }
        #expect(other?.sqlState == .insufficientPrivilege)
        #expect(other?.queryName == "test.direct")
    }

    @Test("after a preamble that fails are not run")
    func preamble() async throws {
        let tenants = try await TwoTenants()
        let nobody = SessionScope(role: "no_such_role", schema: "t_a")
        var batch = Batch()
        batch.append(Statement("test.insert", "insert into t_a.things values (7, 'stolen')"))
        let error = await #expect(throws: PostgresError.self) {
            try await tenants.fixture.pool.run(
                batch,
                as: nobody,
                .writes,
                before: PostgresFixture.soon
            )
        }
        #expect(error?.queryName == "transaction.preamble")
        #expect(error?.sqlState == SQLState("22023"))
        let count = try await tenants.fixture.database.run("select count(*) from t_a.things")
        #expect(count == "1")
    }

    @Test("that are sent as reads cannot write")
    func reads() async throws {
        let fixture = try await PostgresFixture("create table a (b int)")
        let insert = Statement("test.insert", "insert into a values (1)")
        let error = await #expect(throws: PostgresError.self) { try await fixture.read(insert) }
        #expect(error?.sqlState == SQLState("25006"))
        #expect(try await fixture.write(insert).affected == 1)
    }

    @Test("of a batch fail together, and leave those of other batches alone")
    func isolation() async throws {
        let fixture = try await PostgresFixture("create table a (b int unique)") {
            $0.maximumConnections = 1
        }
        let insert = Statement("test.insert", "insert into a values ($1)")
        let outcomes = await withTaskGroup(
            of: (Int, PostgresError?).self,
            returning: [Int: PostgresError?].self
        ) { tasks in
            for number in 0..<40 {
                tasks.addTask {
                    var batch = Batch()
                    batch.append(insert, Int32(number))
                    // Every third breaks the constraint with its second statement.
                    batch.append(insert, Int32(number % 3 == 0 ? number : -1 - number))
                    do throws(PostgresError) {
                        _ = try await fixture.pool.run(
                            batch,
                            as: nil,
                            .writes,
                            before: PostgresFixture.soon
                        )
                        return (number, nil)
                    } catch {
                        return (number, error)
                    }
                }
            }
            return await tasks.reduce(into: [Int: PostgresError?]()) { $0[$1.0] = .some($1.1) }
        }
        for number in 0..<40 {
            let error = try #require(outcomes[number])
            #expect(error?.sqlState == (number % 3 == 0 ? .uniqueViolation : nil))
            #expect(error?.constraint == (number % 3 == 0 ? "a_b_key" : nil))
            #expect(error?.report?.table == (number % 3 == 0 ? "a" : nil))
        }
        let stored = try await fixture.database.run(
            "select count(*), count(*) filter (where b >= 0 and b % 3 = 0) from a"
        )
        #expect(stored == "52|0")
    }

    @Test("whose table has changed, or that someone made the server forget, are made anew")
    func stale() async throws {
        let fixture = try await PostgresFixture("create table a as select 1 as b") {
            $0.maximumConnections = 1
        }
        let all = Statement("test.all", "select * from a")
        #expect(try await fixture.read(all).one().count == 1)
        try await fixture.database.run("alter table a add column c text")
        #expect(try await fixture.read(all).one().count == 2)
        let forget = Statement(reserved: "test.forget", "deallocate all")
        _ = try await fixture.write(forget)
        #expect(try await fixture.read(all).one().count == 2)
    }

    @Test("are kept in bounded number, the ones used longest ago forgotten first")
    func bound() async throws {
        let fixture = try await PostgresFixture {
            $0.maximumConnections = 1
            $0.keptStatements = 8
        }
        let scopes = (0..<30).map { number in
            SessionScope(role: "postgres", schema: "s\(number)")
        }
        let one = Statement("test.one", "select 1")
        var batch = Batch()
        batch.append(one)
        for scope in scopes + scopes.reversed() {
            _ = try await fixture.pool.run(batch, as: scope, .reads, before: PostgresFixture.soon)
        }
        let count = Statement("test.count", "select count(*) from pg_prepared_statements")
        // What a batch takes the place of is forgotten with the next one.
        _ = try await fixture.read(count)
        #expect(try await fixture.read(count).one().read(Int.self) == 8)
    }

    @Test("with values of other types than before run all the same")
    func types() async throws {
        let fixture = try await PostgresFixture { $0.maximumConnections = 1 }
        let kind = Statement("test.kind", "select pg_typeof($1)::text")
        for _ in 0..<2 {
            #expect(try await fixture.read(kind, 1).one().read(String.self) == "bigint")
            #expect(try await fixture.read(kind, "1").one().read(String.self) == "text")
            #expect(
                try await fixture.read(kind, [1.5]).one().read(String.self) == "double precision[]"
            )
        }
    }

    @Test("with values that cannot be bound are not sent")
    func unbindable() async throws {
        let fixture = try await PostgresFixture()
        let text = Statement("test.text", "select $1::text")
        let error = await #expect(throws: PostgresError.self) {
            try await fixture.read(text, "a\u{0}b")
        }
        #expect(error?.kind == .invalidValue)
        #expect(error?.queryName == "test.text")
        #expect(try await fixture.read(text, "a").one().read(String.self) == "a")
    }

    @Test(
        "that steer transactions or sessions are reserved",
        arguments: [
            "begin", "COMMIT", "  rollback", "set role x", "listen a", "copy a from stdin",
        ]
    )
    func reserved(_ word: String) {
        #expect(Statement.isReserved(word))
        #expect(!Statement.isReserved("select 1"))
    }
}
