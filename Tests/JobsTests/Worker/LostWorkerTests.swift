import Messages
import Net
import Postgres
import RPC
import Schema
import Telemetry
import TestKit
import TestTenants
import Testing
import Wire

@testable import Jobs
@_spi(PostgresSessions) import Tenancy

@Suite("A worker that is lost", .timeLimit(.minutes(5)))
struct LostWorkerTests {
    @Test("is replaced once its lease has ended, and what it does then counts for nothing")
    func fencing() async throws {
        let fixture = try await JobsFixture()
        let isFirst = Locked(true)
        let outcome = Locked<String?>(nil)
        let zombie = fixture.worker(
            [
                JobHandler(JobsFixture.note) { text, run in
                    isFirst.withLock { $0 = false }
                    // Its lease is taken while it works.
                    try await fixture.until { try await !fixture.effects().isEmpty }
                    do {
                        try await run.complete { try await $0.query(.addEffect, "zombie") }
                        outcome.withLock { $0 = "completed" }
                    } catch is LeaseLost {
                        outcome.withLock { $0 = "fenced" }
                        throw LeaseLost()
                    }
                }
            ],
            name: "zombie"
        ) { $0.heartbeat = .seconds(19) }
        zombie.start()
        let id = try await fixture.enqueue("x")
        try await fixture.until { !isFirst.withLock({ $0 }) }
        // As if the machine had stood still for longer than the lease.
        try await fixture.run("update jobs set lease_until = clock_timestamp() - interval '1 s'")
        let heir = fixture.worker([.noting], name: "heir") { $0.sweep = .seconds(1) }
        heir.start()
        let record = try await fixture.job(id)
        #expect(record.state == .done && record.attempts == 2)
        #expect(record.crashes == 1 && record.failures == 0)
        try await fixture.until { outcome.withLock({ $0 }) != nil }
        #expect(outcome.withLock { $0 } == "fenced")
        #expect(try await fixture.effects() == ["x"])
        await fixture.stop(zombie, heir)
    }

    @Test("has its writes refused in the middle of a job as well")
    func refusedWrites() async throws {
        let fixture = try await JobsFixture()
        let isRefused = Locked(false)
        let worker = fixture.worker([
            JobHandler(JobsFixture.note) { _, run in
                try await run.transaction { try await $0.query(.addEffect, "mine") }
                try await fixture.takeLease()
                await #expect(throws: LeaseLost.self) {
                    try await run.transaction { try await $0.query(.addEffect, "theirs") }
                }
                await #expect(throws: LeaseLost.self) {
                    try await run.save(checkpoint: SharedBytes([1])) {
                        try await $0.query(.addEffect, "theirs")
                    }
                }
                isRefused.withLock { $0 = true }
                try await run.complete()
            }
        ]) { $0.heartbeat = .seconds(19) }
        worker.start()
        let id = try await fixture.enqueue("x")
        try await fixture.until { isRefused.withLock { $0 } }
        #expect(try await fixture.effects() == ["mine"])
        // What becomes of the job is the other's business.
        #expect(try await fixture.job(id) { _ in true }.state == .running)
        await fixture.stop(worker)
    }

    @Test("is told so by its heartbeat, and stops what it does")
    func heart() async throws {
        let fixture = try await JobsFixture()
        let isStopped = Locked(false)
        let worker = fixture.worker([
            JobHandler(JobsFixture.note) { _, run in
                try await fixture.takeLease()
                do {
                    try await run.loop.sleep(for: .seconds(3_600))
                } catch {
                    isStopped.withLock { $0 = true }
                    throw error
                }
            }
        ])
        worker.start()
        try await fixture.enqueue("x")
        try await fixture.until { isStopped.withLock { $0 } }
        await fixture.stop(worker)
    }

    @Test("three times by one job is enough: the job is dead, apart from its failures")
    func poison() async throws {
        let fixture = try await JobsFixture()
        let id = try await fixture.enqueue("x")
        // One that knows no kind of job: it takes away what is lost and starts nothing.
        let worker = fixture.worker([])
        for crash in 1...3 {
            try await fixture.run(
                """
                update jobs set state = 'running', attempts = attempts + 1, finished_at = null,
                    lease_token = gen_random_uuid(),
                    lease_until = clock_timestamp() - interval '1 second'
                """
            )
            try await worker.visit(fixture.tenant, taken: nil)
            let record = try await fixture.job(id) { _ in true }
            #expect(record.crashes == crash && record.failures == 0)
            #expect(record.state == (crash < 3 ? .retryable : .dead))
            if crash == 1 {
                // The first time it may start at once, as this visit has found.
                #expect(try await fixture.run("select run_at <= now() from jobs") == "t")
            }
        }
        let dead = try await fixture.job(id)
        #expect(dead.state == .dead)
        #expect(dead.problem?.message == "the worker was lost")
        await fixture.stop(worker)
    }

    @Test("because it stops gives its jobs back, which others go on with at once")
    func drain() async throws {
        let fixture = try await JobsFixture()
        let hasStarted = Locked(0)
        let handler = JobHandler.noting { text, run in
            hasStarted.withLock { $0 += 1 }
            switch text.value {
            case "slow" where run.attempt == 1: try await run.loop.sleep(for: .seconds(3_600))
            case "saves" where run.attempt == 1:
                while !run.isStopping { try await run.loop.sleep(for: .milliseconds(5)) }
                try await run.save(checkpoint: SharedBytes([1]))
                throw CancellationError()
            case "saves": #expect(run.checkpoint?.count == 1)
            default: break
            }
        }
        let first = fixture.worker([handler], name: "first")
        first.start()
        let slow = try await fixture.enqueue("slow")
        let saves = try await fixture.enqueue("saves")
        try await fixture.until { hasStarted.withLock({ $0 }) >= 2 }
        let second = fixture.worker([handler], name: "second")
        await first.stop(within: .milliseconds(100))
        #expect(try await fixture.effects().isEmpty)
        second.start()
        for id in [slow, saves] {
            let record = try await fixture.job(id)
            #expect(record.state == .done && record.attempts == 2)
            #expect(record.crashes == 0 && record.failures == 0)
        }
        await fixture.stop(second)
    }

    @Test("by a tenant that is suspended does no more of its jobs until it is served again")
    func suspended() async throws {
        let fixture = try await JobsFixture()
        let worker = fixture.worker([.noting]) { $0.sweep = .milliseconds(500) }
        try await fixture.schema.administration.suspend(fixture.tenant)
        try await fixture.database.directory.refresh()
        try await fixture.run(
            """
            insert into jobs (id, queue, kind, state, priority, run_at, payload, actor, scopes,
                created_at)
            values (gen_random_uuid(), 'ingest', 'note', 'waiting', 5, now(), '', 'user:42', '',
                now())
            """
        )
        try await worker.visit(fixture.tenant, taken: nil)
        #expect(try await fixture.run("select state from jobs") == "waiting")
        try await fixture.schema.administration.resume(fixture.tenant)
        try await fixture.database.directory.refresh()
        worker.start()
        try await fixture.until { try await !fixture.effects().isEmpty }
        await fixture.stop(worker)
    }
}
