import Messages
import Net
import Postgres
import RPC
import Telemetry
import TestKit
import TestTenants
import Testing

@testable import Jobs
@_spi(PostgresSessions) import Tenancy

@Suite("Workers whose database", .timeLimit(.minutes(5)))
struct OutageTests {
    /// Does jobs that do not end before they may.
    private func holding(_ isOpen: Locked<Bool>) -> JobHandler {
        .noting { _, run in
            while !isOpen.withLock({ $0 }) { try await run.loop.sleep(for: .milliseconds(2)) }
        }
    }

    private func hurry(_ configuration: inout JobWorkerConfiguration) {
        configuration.lease = .seconds(2)
        configuration.heartbeat = .milliseconds(200)
        configuration.sweep = .milliseconds(200)
        configuration.timeout = .seconds(2)
    }

    @Test("is away for longer than a lease keep their jobs, of which none counts as lost")
    func longOutage() async throws {
        let server = try await PrivatePostgres(settings: ["synchronous_commit=on"])
        let fixture = try await JobsFixture(on: server)
        let isOpen = Locked(false)
        let workers = ["one", "two"].map {
            fixture.worker([holding(isOpen)], name: $0) { hurry(&$0) }
        }
        for worker in workers { worker.start() }
        let ids = try await fixture.queue.enqueue(
            ["a", "b"].map { JobsFixture.note.job(Text(saying: $0)) },
            in: fixture.scope()
        ).map(\.id)
        for id in ids { _ = try await fixture.job(id) { $0.state == .running } }
        try await server.stop()
        try await fixture.pause(.seconds(3))
        try await server.start()
        // Longer than everyone who saw the leases end would have needed to take the jobs.
        let isKept = "select bool_and(lease_until > clock_timestamp()) from jobs"
        try await fixture.until { try await fixture.run(isKept) == "t" }
        isOpen.withLock { $0 = true }
        for id in ids {
            let record = try await fixture.insisting { try await fixture.job(id) }
            #expect(record.state == .done && record.attempts == 1 && record.crashes == 0)
        }
        #expect(try await fixture.effects().sorted() == ["a", "b"])
        for worker in workers { await worker.stop(within: .seconds(60)) }
        await fixture.stop()
    }

    @Test("has no connection free for anyone keep their leases")
    func fullPool() async throws {
        let fixture = try await JobsFixture(connections: 1)
        let isOpen = Locked(false)
        let worker = fixture.worker([
            JobHandler(JobsFixture.note) { _, run in
                // The only connection is the handler's, for longer than a lease.
                try await run.scope().transaction { transaction in
                    try await transaction.query(.addEffect, "long")
                    while !isOpen.withLock({ $0 }) {
                        try await run.loop.sleep(for: .milliseconds(2))
                    }
                }
            }
        ]) { hurry(&$0) }
        let job = JobsFixture.note.job(Text(saying: "x"))
        try await fixture.queue.enqueue([job], in: fixture.scope())
        worker.start()
        let lease = "select coalesce(extract(epoch from min(lease_until)), 0) from jobs"
        try await fixture.until { try await fixture.run(lease) != "0" }
        let first = try #require(Double(try await fixture.run(lease)))
        try await fixture.until { Double(try await fixture.run(lease)) ?? 0 > first + 3 }
        isOpen.withLock { $0 = true }
        let record = try await fixture.job(job.id)
        #expect(record.state == .done && record.attempts == 1 && record.crashes == 0)
        #expect(try await fixture.effects() == ["long"])
        await fixture.stop(worker)
    }

    @Test("is one of several and away do the jobs of the others")
    func nodeAway() async throws {
        let fixture = try await JobsFixture()
        let (away, late) = (try await fixture.tenant("away"), try await fixture.tenant("late"))
        let worker = fixture.worker([.noting]) {
            $0.timeout = .seconds(1); $0.sweep = .seconds(1)
        }
        worker.start()
        try await fixture.enqueue("before", away)
        try await fixture.until { try await fixture.effects(away) == ["before"] }
        // Nobody listens where the tenant is said to be.
        func move(to node: String) async throws {
            try await fixture.schema.database.run(
                """
                with head as (
                    update platform.directory_head set version = version + 1 returning version
                )
                update platform.tenants set node = '\(node)', version = head.version from head
                where id = '\(away)'
                """
            )
            try await fixture.database.directory.refresh()
        }
        try await move(to: "host=127.0.0.1 port=1")
        for number in 0..<3 {
            let id = try await fixture.enqueue("\(number)")
            #expect(try await fixture.job(id).state == .done)
            try await fixture.enqueue("\(number)", late)
        }
        try await fixture.until { try await fixture.effects(late).count == 3 }
        let scope = try fixture.database.scope(
            for: try fixture.schema.context(away),
            before: .now.advanced(by: .milliseconds(500))
        )
        let error = await #expect(throws: PostgresError.self) {
            try await fixture.queue.enqueue([JobsFixture.note.job(Text(saying: "x"))], in: scope)
        }
        #expect(error?.kind == .connectFailed)
        try await fixture.until { fixture.schema.log.lines.contains { $0.contains("not looked") } }
        // Once it is back, it is as the others.
        try await move(to: "")
        try await fixture.enqueue("after", away)
        try await fixture.until { try await fixture.effects(away) == ["before", "after"] }
        await fixture.stop(worker)
    }
}

@Suite("A job that is enqueued when what it waits for fails", .timeLimit(.minutes(5)))
struct FailureMomentTests {
    @Test("is stopped by it, if its transaction was there first")
    func before() async throws {
        let fixture = try await JobsFixture()
        let isOpen = Locked(false)
        let worker = fixture.worker([
            .noting { _, run in
                while !isOpen.withLock({ $0 }) { try await run.loop.sleep(for: .milliseconds(2)) }
                throw JobInterruption.discard("no data")
            }
        ]) { $0.heartbeat = .seconds(19) }
        worker.start()
        let first = try await fixture.enqueue("first")
        _ = try await fixture.job(first) { $0.state == .running }
        var second = JobsFixture.note.job(Text(saying: "second"))
        second.prerequisites = [first]
        let (scope, late) = (try fixture.scope(), second)
        try await scope.transaction { transaction in
            try await fixture.queue.enqueue([late], in: transaction, of: scope)
            isOpen.withLock { $0 = true }
            // The failure has come to the row that the enqueueing holds.
            try await fixture.until { try await fixture.waiters() > 0 }
        }
        let record = try await fixture.job(late.id)
        #expect(record.state == .cancelled && record.stoppedBy == first)
        await fixture.stop(worker)
    }

    @Test("is either refused or stopped, and never waits for ever", arguments: 0..<8)
    func race(round: Int) async throws {
        let fixture = try await JobsFixture()
        let worker = fixture.worker([
            .noting { _, run in
                try await run.loop.sleep(for: .milliseconds(round))
                throw JobInterruption.discard("no data")
            }
        ])
        let first = try await fixture.enqueue("first")
        worker.start()
        var enqueued: [JobID] = []
        while true {
            var next = JobsFixture.note.job(Text(saying: "next"))
            next.prerequisites = [first]
            do {
                try await fixture.queue.enqueue([next], in: fixture.scope())
                enqueued.append(next.id)
            } catch let error as RPCError where error.code == .failedPrecondition {
                break
            }
        }
        for id in enqueued {
            let record = try await fixture.job(id)
            #expect(record.state == .cancelled && record.stoppedBy == first)
        }
        await fixture.stop(worker)
    }
}
