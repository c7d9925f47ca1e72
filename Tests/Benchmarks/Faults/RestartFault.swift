import Postgres
import Tenancy
import TestKit
import TestTenants

/// A pool whose server crashes with all its connections, and is started again.
struct RestartFault {
    private let server: PrivatePostgres
    private let fixture: SchemaFixture
    private let database: TenantDatabase
    private let tenant: TenantID

    private static let connections = 4
    private static let one = Statement("bench.one", "select 1::bigint")

    init() async throws {
        server = try await PrivatePostgres(on: .disk, settings: ["synchronous_commit=on"])
        fixture = try await SchemaFixture(on: server)
        tenant = try await fixture.tenant("acme")
        database = try await fixture.service(connections: Self.connections)
    }

    /// Reads on all connections at once.
    ///
    /// - Returns: whether all could.
    private func isWell() async throws -> Bool {
        do {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                for _ in 0..<Self.connections {
                    tasks.addTask {
                        let scope = try database.scope(
                            for: try fixture.context(tenant),
                            before: .now.advanced(by: .seconds(10))
                        )
                        try await scope.transaction { _ = try await $0.query(Self.one).one() }
                    }
                }
                try await tasks.waitForAll()
            }
            return true
        } catch is PostgresError {
            return false
        }
    }

    /// Crashes the server, has the pool find out, and starts the server again.
    ///
    /// - Returns: how long after it takes connections the pool has been well again.
    func cause() async throws -> Duration {
        guard try await isWell() else { throw Peer.Failure(description: "the pool was not well") }
        try await server.stop()
        if try await isWell() { throw Peer.Failure(description: "the server was not stopped") }
        try await server.start()
        return try await Patience(group: fixture.group).time(since: .now) { try await isWell() }
    }
}
