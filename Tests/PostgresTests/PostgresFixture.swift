import Net
import TestKit

@_spi(PostgresSessions) @testable import Postgres

/// A database of its own, loops, and a pool.
final class PostgresFixture: Sendable {
    /// How the pool reaches the database.
    enum Login {
        case socket(user: String)
        case tcp(user: String, password: String = "none", port: UInt16? = nil, options: String = "")

        func dsn(of database: TestDatabase) -> String {
            switch self {
            case .socket(let user): database.dsn(user: user)
            case .tcp(let user, let password, let port, let options):
                database.tcpDSN(user: user, password: password, port: port, options: options)
            }
        }
    }

    let database: TestDatabase
    let group: EventLoopGroup
    let blocking: WorkerPool
    let pool: PostgresPool

    init(
        _ setUp: String = "",
        on server: PrivatePostgres? = nil,
        loops: Int = 1,
        login: Login = .socket(user: "postgres"),
        _ configure: (inout PostgresPoolConfiguration) -> Void = { _ in }
    ) async throws {
        let found = if let server { server } else { try await PrivatePostgres.shared }
        database = try await found.makeDatabase(setUp)
        group = try EventLoopGroup(count: loops)
        blocking = try WorkerPool(name: "blocking", threads: 2, maximumQueued: 64)
        var configuration = PostgresPoolConfiguration()
        configure(&configuration)
        pool = PostgresPool(
            try PostgresDSN(login.dsn(of: database)),
            group: group,
            blocking: blocking,
            configuration: configuration
        )
    }

    deinit {
        group.stop()
        blocking.stop()
        database.drop()
    }

    /// Lets others go on, while a test waits for something that only asking tells.
    func pause() async {
        let loop = group.loops[0]
        await withTaskExecutorPreference(loop) {
            if await loop.arrive() { try? await loop.sleep(for: .milliseconds(2)) }
        }
    }

    /// Long enough for anything that does not hang.
    static var soon: ContinuousClock.Instant { .now.advanced(by: .seconds(60)) }

    /// Runs one statement as a read.
    func read<each Value: PostgresEncodable>(
        _ statement: Statement,
        _ values: repeat each Value
    ) async throws(PostgresError) -> Rows {
        var batch = Batch()
        batch.append(statement, repeat each values)
        return try await pool.run(batch, as: nil, .reads, before: Self.soon)[0]
    }

    /// Runs one statement as a write.
    @discardableResult
    func write<each Value: PostgresEncodable>(
        _ statement: Statement,
        _ values: repeat each Value
    ) async throws(PostgresError) -> Rows {
        var batch = Batch()
        batch.append(statement, repeat each values)
        return try await pool.run(batch, as: nil, .writes, before: Self.soon)[0]
    }

    @discardableResult
    func transaction<Value: Sendable>(
        _ options: TransactionOptions = TransactionOptions(),
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        try await pool.transaction(as: nil, options, before: Self.soon, body)
    }
}

/// The database's failure that some work ends with; nil if it ends well or otherwise.
func failure<Value>(of body: () async throws -> Value) async -> PostgresError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}
