import Foundation
import Net
import TestKit
import Testing
import Wire

@_spi(PostgresSessions) @testable import Postgres

// Each in a process of its own, whose memory and descriptors are nobody else's.
@Suite("A process whose database misbehaves")
struct StoppedBackendApartTests {
    private static let table = "create table a (b bytea)"
    private static let copy = CopyStatement("test.copy", "copy a from stdin (format binary)")
    private static let copier = Statement(
        "test.copier",
        "select pid from pg_stat_activity where query like 'copy%' and datname = current_database()"
    )
    private static let nap = Statement("test.nap", "select pg_sleep(0.3)")
    private static let tenSeconds = Statement("test.ten_seconds", "select pg_sleep(10)")

    /// The long form copies 1 GB, and its backend stands still for ten seconds.
    @Test("grows by less than 4 MB while the backend of a large COPY stands still, and goes on")
    func copyToStopped() async {
        let process = await #expect(
            processExitsWith: .success,
            observing: [\.standardOutputContent]
        ) {
            let fixture = try await PostgresFixture(Self.table, on: try await PrivatePostgres())
            let written = Locked(0)
            let piece = SharedBytes([UInt8](repeating: 7, count: 64 * 1024))
            let isLong = ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1"
            let total = isLong ? 16_384 : 3_000
            let copying = Task {
                try await fixture.transaction { transaction in
                    try await transaction.copyIn(Self.copy) { rows in
                        for _ in 0..<total {
                            try await rows.write(piece)
                            written.withLock { $0 += 1 }
                        }
                    }
                }
            }
            while written.withLock({ $0 }) < 400 { await fixture.pause() }
            let pid = try await fixture.read(Self.copier).one().read(Int32.self)
            let before = try ThisProcess.residentBytes()
            try #require(kill(pid, SIGSTOP) == 0)
            var stalledAt = -1
            while stalledAt != written.withLock({ $0 }) {
                stalledAt = written.withLock { $0 }
                _ = try await fixture.read(Self.nap)
            }
            // It stands, far from the end, and would stand for ever.
            _ = try await fixture.read(isLong ? Self.tenSeconds : Self.nap)
            try #require(stalledAt == written.withLock { $0 } && stalledAt < total)
            let growth = try ThisProcess.residentBytes() - before
            try #require(growth < 4 << 20, "grew by \(growth)")
            try #require(kill(pid, SIGCONT) == 0)
            try #require(try await copying.value == total)
            if isLong {
                let end = try ThisProcess.residentBytes() - before
                print(
                    "COPY of \(total * 64 / 1_024) MB: memory grew by \(growth / 1_024) kB while",
                    "the backend stood still, by \(end / 1_024) kB until the end"
                )
            }
        }
        Self.tell(process)
    }

    /// The long form runs a million.
    @Test("does not grow with the number of its transactions")
    func manyTransactions() async {
        let process = await #expect(
            processExitsWith: .success,
            observing: [\.standardOutputContent]
        ) {
            let isLong = ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1"
            let total = isLong ? 1_000_000 : 40_000
            let fixture = try await PostgresFixture(Self.table, on: try await PrivatePostgres())
            try await Self.transactions(total / 4, fixture)
            let before = try ThisProcess.residentBytes()
            try await Self.transactions(total - total / 4, fixture)
            let growth = try ThisProcess.residentBytes() - before
            let most = (2 << 20) + ThisProcess.quarantineBytes
            try #require(growth < most, "grew by \(growth)")
            if isLong { print("\(total) transactions: the last 3/4 grew by \(growth / 1_024) kB") }
        }
        Self.tell(process)
    }

    /// Prints what a process has measured.
    private static func tell(_ process: ExitTest.Result?) {
        let text = String(decoding: process?.standardOutputContent ?? [], as: UTF8.self)
        for line in text.split(separator: "\n") where line.contains(" grew by ") { print(line) }
    }

    /// Transactions of 32 tasks: short ones in pipelines, and each fourth with a connection of its
    /// own.
    private static func transactions(_ count: Int, _ fixture: PostgresFixture) async throws {
        let insert = Statement("test.insert", "insert into a values ($1)")
        let look = Statement("test.look", "select $1::bigint")
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for _ in 0..<32 {
                tasks.addTask {
                    for number in 0..<count / 32 {
                        if number.isMultiple(of: 4) {
                            try await fixture.transaction { transaction in
                                try await transaction.query(look, number)
                                try await transaction.query(insert, SharedBytes([1, 2, 3]))
                            }
                        } else {
                            _ = try await fixture.read(look, number)
                        }
                    }
                }
            }
            try await tasks.waitForAll()
        }
    }

    @Test("answers at the deadline while the backend of a COPY stands still")
    func deadlineWhileStopped() async {
        await #expect(processExitsWith: .success) {
            let fixture = try await PostgresFixture(Self.table, on: try await PrivatePostgres())
            let piece = SharedBytes([UInt8](repeating: 7, count: 64 * 1024))
            let pid = Locked<Int32>(0)
            let error = await failure {
                try await fixture.pool.transaction(
                    as: nil,
                    before: .now.advanced(by: .seconds(4))
                ) { transaction in
                    _ = try await transaction.copyIn(Self.copy) { rows in
                        try await rows.write(piece)
                        try await rows.write(piece)
                        let copier = try await fixture.read(Self.copier).one().read(Int32.self)
                        pid.withLock { $0 = copier }
                        try #require(kill(copier, SIGSTOP) == 0)
                        while true { try await rows.write(piece) }
                    }
                }
            }
            try #require(error?.kind == .deadlineExceeded, "\(String(describing: error))")
            let copier = pid.withLock { $0 }
            try #require(copier > 0 && kill(copier, SIGCONT) == 0)
            let count = Statement("test.count", "select count(*) from a")
            try #require(try await fixture.read(count).one().read(Int.self) == 0)
        }
    }

    @Test("leaves no descriptor and no connection behind, whatever goes wrong")
    func leaks() async {
        await #expect(processExitsWith: .success) {
            let server = try await PrivatePostgres()
            // Once for what stays for good, as libraries' own descriptors.
            try await Self.mishaps(on: server)
            let before = try ThisProcess.descriptors()
            for _ in 0..<5 { try await Self.mishaps(on: server) }
            // What cancels on threads beside the loops closes its connection a moment later.
            let end = ContinuousClock.now.advanced(by: .seconds(60))
            while try ThisProcess.descriptors() > before, ContinuousClock.now < end {
                await Task.yield()
            }
            let after = try ThisProcess.descriptors()
            try #require(after <= before, "\(before) descriptors became \(after)")
            let left = "select count(*) from pg_stat_activity where usename is not null"
            // One is the question's own, and the launcher of logical replication has a name too.
            while try await server.run(left + " and backend_type = 'client backend'") != "1" {}
        }
    }

    private static func mishaps(on server: PrivatePostgres) async throws {
        let fixture = try await PostgresFixture(table, on: server, loops: 2)
        let sleep = Statement("test.sleep", "select pg_sleep(50)")
        await withTaskGroup { tasks in
            for number in 0..<24 {
                tasks.addTask {
                    let deadline = ContinuousClock.now.advanced(by: .milliseconds(5 + 7 * number))
                    _ = await failure {
                        try await fixture.pool.transaction(as: nil, before: deadline) {
                            transaction in
                            if number.isMultiple(of: 3) {
                                _ = try await transaction.copyIn(copy) {
                                    while true { try await $0.write(SharedBytes([1])) }
                                }
                            } else if number % 3 == 1 {
                                try await transaction.query(sleep)
                            } else {
                                for try await _ in try await transaction.stream(sleep) {}
                            }
                        }
                    }
                }
            }
        }
        await fixture.pool.close()
        while await fixture.pool.statistics.connections > 0 { await fixture.pause() }
    }
}
