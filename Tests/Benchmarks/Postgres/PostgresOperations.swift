import Net
import TestKit

@_spi(PostgresSessions) import Postgres

/// What is measured of our client: nanoseconds for each transaction, or row.
final class PostgresOperations: Sendable {
    private let group: EventLoopGroup
    private let blocking: WorkerPool
    private let pool: PostgresPool

    private static let tenants = 8
    private static let items = 1_000
    private static let depth = 32
    private static let copiedRows = 500_000

    /// Eight tenants with the same table, what pgbench reads, and a table to copy into.
    static let setUp = """
        do $$ begin
            for n in 0..\(tenants - 1) loop
                execute format('create schema t_%s', n);
                execute format('create table t_%s.items (id bigint primary key, name text)', n);
                execute format(
                    'insert into t_%s.items select i, ''item '' || i '
                        'from generate_series(1, \(items)) i', n);
                execute format('create role t_%s', n);
                execute format('grant usage on schema t_%s to t_%s', n, n);
                execute format('grant select on t_%s.items to t_%s', n, n);
            end loop;
        end $$;
        create table t_0.copied (id bigint, name text, amount double precision);
        create table pgbench_accounts (aid int primary key, bid int, abalance int, filler char(84));
        insert into pgbench_accounts select i, 1, 0, '' from generate_series(1, 100000) i;
        create table pgbench_branches (bid int primary key, bbalance int);
        insert into pgbench_branches values (1, 0);
        analyze
        """

    private let select = Statement("bench.select", "select name from items where id = $1")
    private let truncate = Statement("bench.truncate", "truncate copied")
    private let copyRows = CopyStatement("bench.copy", "copy copied from stdin (format binary)")

    init(_ database: TestDatabase) throws {
        group = try EventLoopGroup(count: 1)
        blocking = try WorkerPool(name: "blocking", threads: 1, maximumQueued: 16)
        var configuration = PostgresPoolConfiguration()
        configuration.maximumConnections = 1
        configuration.maximumPipelined = Self.depth
        pool = PostgresPool(
            try PostgresDSN(database.dsn()),
            group: group,
            blocking: blocking,
            configuration: configuration
        )
    }

    func end() {
        group.stop()
        blocking.stop()
    }

    /// Measures each operation once.
    func measure(seconds: Double) async throws -> [String: Double] {
        let copy = try await copy()
        _ = try await transactions(seconds: seconds / 5, areChanging: false)
        let scoped = try await transactions(seconds: seconds, areChanging: false)
        _ = try await transactions(seconds: seconds / 5, areChanging: true)
        let changing = try await transactions(seconds: seconds, areChanging: true)
        return ["copy": copy, "scoped": scoped, "changing": changing]
    }

    private func transactions(seconds: Double, areChanging: Bool) async throws -> Double {
        let scopes = (0..<Self.tenants).map { SessionScope(role: "t_\($0)", schema: "t_\($0)") }
        let start = ContinuousClock.now
        let end = start.advanced(by: .seconds(seconds))
        let loop = group.loops[0]
        let total = try await withThrowingTaskGroup(of: Int.self) { tasks in
            for task in 0..<Self.depth {
                tasks.addTask(executorPreference: loop) { [self] in
                    var count = 0
                    while ContinuousClock.now < end {
                        let scope = scopes[areChanging ? (count + task) % Self.tenants : 0]
                        var batch = Batch()
                        batch.append(select, (count * Self.depth + task) % Self.items + 1)
                        let rows = try await pool.run(
                            batch,
                            as: scope,
                            .reads,
                            before: end.advanced(by: .seconds(60))
                        )
                        _ = try rows[0].one().read(String.self)
                        count += 1
                    }
                    return count
                }
            }
            return try await tasks.reduce(0, +)
        }
        return start.duration(to: .now) / .nanoseconds(1) / Double(total)
    }

    private struct Enough: Error {}

    private func copy() async throws -> Double {
        let scope = SessionScope(role: "postgres", schema: "t_0")
        var elapsed = Duration.zero
        do {
            try await pool.transaction(as: scope, before: .now.advanced(by: .seconds(60))) {
                transaction in
                try await transaction.query(truncate)
                let start = ContinuousClock.now
                _ = try await transaction.copyIn(copyRows) { rows in
                    for row in 0..<Self.copiedRows {
                        try await rows.write(columns: 3) { fields in
                            fields.appendField(row)
                            fields.appendField("twenty letters long.")
                            fields.appendField(Double(row) * 0.5)
                        }
                    }
                }
                elapsed = start.duration(to: .now)
                throw Enough()
            }
        } catch is Enough {
            return elapsed / .nanoseconds(1) / Double(Self.copiedRows)
        }
        return .infinity
    }
}
