import TestKit
import Testing

@_spi(PostgresSessions) @testable import Postgres

@Suite("Streams of rows")
struct StreamTests {
    private let series = Statement("test.series", "select generate_series(1, $1) as n")

    @Test("come whole and in order")
    func order() async throws {
        let fixture = try await PostgresFixture()
        let (count, isOrdered) = try await fixture.transaction { transaction in
            var count = 0
            var isOrdered = true
            for try await row in try await transaction.stream(series, 20_000) {
                count += 1
                isOrdered = try row.read(Int.self) == count && isOrdered
            }
            try await transaction.query(series, 1)
            return (count, isOrdered)
        }
        #expect(count == 20_000 && isOrdered)
    }

    @Test("leave with the server what is not taken")
    func backPressure() async throws {
        let server = try await PrivatePostgres.shared
        let proxy = try FaultProxy(to: .socket(path: "\(server.folder)/.s.PGSQL.\(server.port)"))
        let fixture = try await PostgresFixture(
            login: .tcp(user: "postgres", port: proxy.port)
        ) { $0.recoveryTimeout = .seconds(60) }
        let wide = Statement(
            "test.wide",
            "select repeat('x', 1000) from generate_series(1, 200000)"
        )
        var early = 0
        let error = await failure {
            try await fixture.transaction { transaction in
                var rows = try await transaction.stream(wide).makeAsyncIterator()
                for _ in 0..<10 { _ = try await rows.next() }
                // While another 50 answers come from the server, none of the rest does.
                for _ in 0..<50 { _ = try await fixture.read(series, 10) }
                early = proxy.bytesFromServer
            }
        }
        #expect(error?.kind == .rolledBack)
        // 200 MB in all; what the kernel's and the proxy's buffers hold is a few.
        #expect(early < 16 << 20)
        // The connection lives on: the statement was cancelled, and what was on its way read.
        #expect(try await fixture.read(series, 10).count == 10)
        #expect(await fixture.pool.statistics.lost == 0)
        proxy.stop()
    }

    @Test("end with the failure of their statement, after the rows before it")
    func fails() async throws {
        let fixture = try await PostgresFixture()
        let failing = Statement(
            "test.fails",
            "select 1000 / (500 - generate_series(1, $1::int8))"
        )
        var count = 0
        let error = await #expect(throws: PostgresError.self) {
            try await fixture.transaction { transaction in
                for try await _ in try await transaction.stream(failing, 1_000) { count += 1 }
            }
        }
        #expect(error?.sqlState == SQLState("22012"))
        #expect(error?.queryName == "test.fails")
        #expect(count == 499)
    }

    @Test("stop when their caller is cancelled")
    func cancelled() async throws {
        let fixture = try await PostgresFixture {
            $0.maximumConnections = 1
            $0.recoveryTimeout = .seconds(60)
        }
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        let task = Task<Void, any Error> {
            try await fixture.transaction { transaction in
                for try await _ in try await transaction.stream(series, 1_000_000_000) {
                    beginning.finish()
                }
            }
        }
        for await _ in begun {}
        task.cancel()
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
        #expect(try await fixture.read(series, 3).count == 3)
        #expect(await fixture.pool.statistics.lost == 0)
    }
}
