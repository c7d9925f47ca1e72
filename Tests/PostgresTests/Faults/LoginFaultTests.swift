import RPC
import TestKit
import Testing

@_spi(PostgresSessions) @testable import Postgres

@Suite("A database that cannot be reached")
struct LoginFaultTests {
    private let one = Statement("test.one", "select 1")

    private func failure(
        _ login: PostgresFixture.Login,
        within limit: Duration = .seconds(60)
    ) async throws -> PostgresError? {
        let fixture = try await PostgresFixture(login: login)
        var batch = Batch()
        batch.append(one)
        return await PostgresTests.failure {
            try await fixture.pool.run(batch, as: nil, .reads, before: .now.advanced(by: limit))
        }
    }

    @Test("because of the password, the user or the database says so, and not the password")
    func refused() async throws {
        let server = try await PrivatePostgres.shared
        try await server.run("create role login_tests login password 'right-horse'")
        let wrong = try await failure(.tcp(user: "login_tests", password: "wrong-battery"))
        #expect(wrong?.kind == .loginRefused)
        #expect(wrong?.sqlState == SQLState("28P01"))
        #expect(wrong.map { "\($0)".contains("battery") } == false)
        let nobody = try await failure(.socket(user: "no_such_user"))
        #expect(nobody?.kind == .loginRefused)
        let nowhere = try await failure(
            .tcp(user: "login_tests", password: "right-horse", options: "dbname=no_such_database")
        )
        #expect(nowhere?.sqlState == SQLState("3D000"))
        #expect(nowhere.map { RPCError($0).code } == .internalError)
        let fixture = try await PostgresFixture(
            login: .tcp(user: "login_tests", password: "right-horse", options: "sslmode=require")
        )
        let ssl = Statement("test.ssl", "select ssl from pg_stat_ssl where pid = pg_backend_pid()")
        #expect(try await fixture.read(ssl).one().read(Bool.self))
        let verified = try await failure(
            .tcp(
                user: "login_tests",
                password: "right-horse",
                options: "sslmode=verify-full sslrootcert=\(server.folder)/server.crt"
            )
        )
        #expect(verified == nil)
        let unverified = try await failure(
            .tcp(
                user: "login_tests",
                password: "right-horse",
                options: "sslmode=verify-full sslrootcert=/etc/hostname"
            ),
            within: .seconds(2)
        )
        #expect(unverified?.kind == .connectFailed)
    }

    @Test("by its name is found by its name")
    func named() async throws {
        let fixture = try await PostgresFixture(
            login: .tcp(user: "postgres", options: "host=localhost sslmode=disable")
        )
        // The superuser has no password: that it is asked for one shows who answered.
        let error = await PostgresTests.failure { try await fixture.read(one) }
        #expect(error?.kind == .loginRefused)
        let nowhere = try await failure(
            .tcp(user: "postgres", options: "host=no-such-host.invalid"),
            within: .seconds(2)
        )
        #expect(nowhere?.kind == .connectFailed)
        #expect(nowhere?.message.contains("no-such-host.invalid") == true)
    }

    @Test("is unavailable until the caller's deadline")
    func down() async throws {
        let proxy = try FaultProxy(to: .socket(path: "/nonexistent"))
        let login = PostgresFixture.Login.tcp(user: "postgres", port: proxy.port)
        // Each connection is taken and closed.
        let closed = try await failure(login, within: .seconds(2))
        #expect(closed?.kind == .connectFailed)
        #expect(closed?.isRetriable == true)
        #expect(closed.map { RPCError($0).code } == .unavailable)
        proxy.stop()
        let stopped = try await failure(login, within: .seconds(2))
        #expect(stopped?.kind == .connectFailed)
    }

    @Test("because nobody answers is given up in time, and found when somebody does")
    func silent() async throws {
        let server = try await PrivatePostgres.shared
        let proxy = try FaultProxy(to: .socket(path: "\(server.folder)/.s.PGSQL.\(server.port)"))
        proxy.set { $0.isBlackHole = true }
        let fixture = try await PostgresFixture(
            login: .tcp(user: "postgres", port: proxy.port)
        ) {
            $0.connectTimeout = .milliseconds(100)
        }
        let error = await PostgresTests.failure {
            try await fixture.pool.transaction(
                as: nil,
                before: .now.advanced(by: .seconds(2))
            ) { try await $0.query(one) }
        }
        #expect(error?.kind == .connectFailed)
        proxy.set { $0.isBlackHole = false }
        #expect(try await fixture.read(one).count == 1)
        proxy.stop()
    }

    @Test(
        "through a line that is cut after any number of bytes is found again",
        arguments: [
            1, 9, 10, 100, 300, 400,
        ]
    )
    func cut(_ bytes: Int) async throws {
        let server = try await PrivatePostgres.shared
        let proxy = try FaultProxy(to: .socket(path: "\(server.folder)/.s.PGSQL.\(server.port)"))
        proxy.set { $0.cutAfter = bytes }
        let fixture = try await PostgresFixture(login: .tcp(user: "postgres", port: proxy.port))
        let reading = Task { try await fixture.read(one).count }
        while proxy.bytesFromServer < 2 * bytes { await Task.yield() }
        proxy.set { $0.cutAfter = nil }
        #expect(try await reading.value == 1)
        proxy.stop()
    }

    @Test("because it has no connections left is unavailable, until there are")
    func full() async throws {
        let server = try await PrivatePostgres(settings: [
            "max_connections=4", "superuser_reserved_connections=1",
        ])
        let fixture = try await PostgresFixture(
            "create role guest login",
            on: server,
            login: .socket(user: "guest")
        ) { $0.maximumConnections = 3 }
        let other = try await PostgresFixture(on: server, login: .socket(user: "guest"))
        try await fixture.transaction { first in
            try await first.query(one)
            try await fixture.transaction { second in
                try await second.query(one)
                try await fixture.transaction { third in
                    try await third.query(one)
                    let error = await PostgresTests.failure {
                        try await other.pool.transaction(
                            as: nil,
                            before: .now.advanced(by: .seconds(2))
                        ) { try await $0.query(one) }
                    }
                    #expect(error?.kind == .connectFailed)
                    #expect(error?.sqlState == SQLState("53300"))
                }
            }
        }
        await fixture.pool.close()
        #expect(try await other.read(one).count == 1)
    }

    @Test(
        "because its name is nonsense says that, and quotes nothing",
        arguments: [
            "host=", "hunter2", "password=hunter2 nonsense=1", "postgres://u:hunter2@[::1",
            "a\u{0}b",
            "postgres://u:hunter2@h/d?colour=red", "host=a,b port=1,2,3 password=hunter2",
        ]
    )
    func nonsense(_ text: String) {
        do throws(PostgresError) {
            let dsn = try PostgresDSN(text)
            // Empty values are libpq's own defaults.
            #expect(text == "host=" && !"\(dsn)".contains("hunter2"))
        } catch {
            #expect(error.kind == .invalidDSN)
            #expect(!"\(error)".contains("hunter2"))
        }
    }

    @Test("is described without its password, however it is printed")
    func redaction() throws {
        let dsn = try PostgresDSN("postgres://user:hunter2@host:1/name?sslpassword=hunter3")
        var dumped = ""
        dump(dsn, to: &dumped)
        for text in [
            "\(dsn)", String(reflecting: dsn), dumped, "\([dsn])", "\(Optional(dsn) as Any)",
        ] {
            #expect(!text.contains("hunter"), "\(text)")
        }
        #expect(
            dsn.description == "dbname=name host=host password=… port=1 sslpassword=… user=user"
        )
        #expect(dsn["dbname"] == "name")
    }
}
