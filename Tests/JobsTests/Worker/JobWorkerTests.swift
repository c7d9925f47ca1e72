import Messages
import Net
import Postgres
import RPC
import Telemetry
import TestKit
import TestTenants
import Testing
import Wire

@testable import Jobs
@_spi(PostgresSessions) import Tenancy

@Suite("A worker", .timeLimit(.minutes(5)))
struct JobWorkerTests {
    @Test("does jobs of all tenants, each once, and keeps what came of them")
    func work() async throws {
        let fixture = try await JobsFixture()
        let other = try await fixture.tenant("other")
        let worker = fixture.worker([.noting])
        worker.start()
        var ids: [JobID] = []
        for number in 0..<20 { ids.append(try await fixture.enqueue("a\(number)")) }
        for number in 0..<5 { try await fixture.enqueue("b\(number)", other) }
        for id in ids {
            let record = try await fixture.job(id)
            #expect(record.state == .done && record.attempts == 1 && record.progress == 1)
            #expect(record.startedAt != nil && record.finishedAt != nil && record.problem == nil)
        }
        #expect(Set(try await fixture.effects()) == Set((0..<20).map { "a\($0)" }))
        try await fixture.until { try await fixture.effects(other).count >= 5 }
        #expect(Set(try await fixture.effects(other)) == Set((0..<5).map { "b\($0)" }))
        await fixture.stop(worker)
    }

    @Test("is told of jobs at once, however seldom it looks by itself")
    func hints() async throws {
        let fixture = try await JobsFixture()
        let worker = fixture.worker([.noting]) { $0.poll = .seconds(100_000) }
        worker.start()
        for number in 0..<3 {
            let id = try await fixture.enqueue("\(number)")
            #expect(try await fixture.job(id).state == .done)
        }
        await fixture.stop(worker)
    }

    @Test("finds jobs whose hints were lost, by a sweep of all tenants")
    func lostHint() async throws {
        let fixture = try await JobsFixture()
        let worker = fixture.worker([.noting]) { $0.sweep = .seconds(1) }
        worker.start()
        // What is written past the queue gives no hint.
        for number in 0..<2 {
            try await fixture.run(
                """
                insert into jobs (id, queue, kind, state, priority, run_at, payload, actor, scopes,
                    created_at)
                values (gen_random_uuid(), 'ingest', 'note', 'waiting', 5, now(), '', 'user:42',
                    '', now())
                """
            )
            try await fixture.until { try await fixture.effects().count == number + 1 }
        }
        await fixture.stop(worker)
    }

    @Test("keeps what was cancelled from being tried again, also if it failed first")
    func cancelledFailure() async throws {
        let fixture = try await JobsFixture()
        let isAsked = Locked(false)
        let worker = fixture.worker([
            .noting { _, run in
                while !isAsked.withLock({ $0 }) { try await run.loop.sleep(for: .milliseconds(2)) }
                throw RPCError(.unavailable, "not now")
            }
        ]) { $0.heartbeat = .seconds(19) }
        worker.start()
        let id = try await fixture.enqueue("x")
        _ = try await fixture.job(id) { $0.state == .running }
        try await fixture.queue.cancel(id, in: fixture.scope())
        isAsked.withLock { $0 = true }
        let record = try await fixture.job(id)
        #expect(record.state == .cancelled && record.failures == 1)
        await fixture.stop(worker)
    }

    @Test("keeps the reason of a failure that no column takes as it is")
    func strangeReasons() async throws {
        let fixture = try await JobsFixture()
        let worker = fixture.worker([
            .noting { text, run in
                if run.attempt > 1 { return }
                let reason = "a\0b" + String(repeating: "x", count: 5_000)
                if text.value == "discard" { throw JobInterruption.discard(reason) }
                throw JobInterruption.postpone(.seconds(Int64.max), reason)
            }
        ])
        worker.start()
        let dead = try await fixture.job(fixture.enqueue("discard"))
        #expect(dead.state == .dead && dead.problem?.message.hasPrefix("a bxx") == true)
        let postponed = try await fixture.enqueue("postpone")
        let waiting = try await fixture.job(postponed) {
            $0.attempts == 1 && $0.state == .retryable
        }
        // Ten years at most.
        #expect(waiting.runAt.milliseconds > UTCTimestamp.now.milliseconds + 315_000_000_000)
        #expect(waiting.problem?.message.count == 1_000)
        await fixture.stop(worker)
    }

    @Test("forgets what was over long ago, and keeps longer what failed")
    func pruning() async throws {
        let fixture = try await JobsFixture()
        try await fixture.run(
            """
            insert into jobs (id, queue, kind, state, priority, run_at, payload, actor, scopes,
                created_at, finished_at)
            select gen_random_uuid(), queue, 'note', state, 5, now(), '', 'user:42', '', now(),
                now() - make_interval(days => days)
            from unnest(array['ingest', 'mmm']) queue, unnest(array['done', 'dead', 'cancelled'])
                state, unnest(array[1, 8, 31]) days
            """
        )
        try await fixture.worker([]).visit(fixture.tenant, taken: nil, isSweep: true)
        let left = try await fixture.run(
            """
            select state || ' ' || round(extract(epoch from now() - finished_at) / 86400)
            from jobs where queue = 'ingest' order by 1
            """
        )
        #expect(left == "cancelled 1\ndead 1\ndead 8\ndone 1")
        // Another service's jobs are not this one's business.
        #expect(try await fixture.run("select count(*) from jobs where queue = 'mmm'") == "9")
        await fixture.stop()
    }

    @Test("starts the more urgent first, none before its time, and none that it does not know")
    func order() async throws {
        let fixture = try await JobsFixture()
        try await fixture.enqueue("low") { $0.priority = 9 }
        try await fixture.enqueue("middle")
        try await fixture.enqueue("high") { $0.priority = 0 }
        let scheduled = try await fixture.enqueue("later") { $0.start = .after(.seconds(3_600)) }
        let unknown = JobType<Text>("unknown", of: JobsFixture.ingest).job(Text())
        try await fixture.queue.enqueue([unknown], in: fixture.scope())
        let worker = fixture.worker([.noting]) { $0.mostRunning = 1 }
        worker.start()
        try await fixture.until { try await fixture.effects().count >= 3 }
        #expect(try await fixture.effects() == ["high", "middle", "low"])
        #expect(try await fixture.job(scheduled) { _ in true }.state == .scheduled)
        #expect(try await fixture.job(unknown.id) { _ in true }.state == .queued)
        await fixture.stop(worker)
    }

    @Test("tries again what failed, with the owner's words, until it is dead, and when redriven")
    func failures() async throws {
        let fixture = try await JobsFixture()
        let fails = Locked(true)
        var retries = JobRetryPolicy()
        retries.mostFailures = 3
        retries.firstPause = .milliseconds(10)
        let worker = fixture.worker([
            .noting(retries: retries) { _, run in
                if fails.withLock({ $0 }) {
                    throw RPCError(.unavailable, "try \(run.attempt)", logMessage: "secret")
                }
            }
        ])
        worker.start()
        let id = try await fixture.enqueue("x")
        let dead = try await fixture.job(id)
        #expect(dead.state == .dead && dead.failures == 3 && dead.attempts == 3)
        #expect(dead.problem == JobRecord.Problem(code: .unavailable, message: "try 3"))
        #expect(try await fixture.effects().isEmpty)
        // The owner is told the message, and the log why.
        let told = fixture.schema.log.lines.filter { $0.contains("job attempt failed") }
        #expect(told.count == 3 && told.allSatisfy { $0.contains("(secret)") }, "\(told)")
        fails.withLock { $0 = false }
        let redriven = try await fixture.queue.redrive(id, in: fixture.scope())
        #expect(redriven.state == .retryable)
        let done = try await fixture.job(id)
        #expect(done.state == .done && done.attempts == 4 && done.failures == 0)
        #expect(try await fixture.effects() == ["x"])
        let again = await #expect(throws: RPCError.self) {
            try await fixture.queue.redrive(id, in: fixture.scope())
        }
        #expect(again?.code == .failedPrecondition)
        await fixture.stop(worker)
    }

    @Test("gives up at once what cannot be helped, and tells nobody what is not for him")
    func discards() async throws {
        struct Unmapped: Error {}
        let fixture = try await JobsFixture()
        var retries = JobRetryPolicy()
        retries.mostFailures = 1
        let worker = fixture.worker([
            .noting(retries: retries) { text, _ in
                switch text.value {
                case "discard": throw JobInterruption.discard("the file is gone")
                case "mapped": throw Mapped(text: "a rule of the service")
                case "argument": throw RPCError(.invalidArgument, "date: expected a day")
                default: throw Unmapped()
                }
            }
        ])
        worker.start()
        let discard = try await fixture.job(fixture.enqueue("discard"))
        #expect(discard.state == .dead && discard.problem?.message == "the file is gone")
        let argument = try await fixture.job(fixture.enqueue("argument"))
        #expect(argument.problem?.code == .invalidArgument && argument.failures == 1)
        let mapped = try await fixture.job(fixture.enqueue("mapped"))
        #expect(mapped.problem?.message == "a rule of the service" && mapped.state == .dead)
        let unmapped = try await fixture.job(fixture.enqueue("unmapped"))
        #expect(unmapped.problem?.message == "something went wrong on our side")
        var damaged = JobsFixture.note.job(Text())
        damaged = NewJob(queue: damaged.queue, kind: damaged.kind, payload: .init([0x0A, 0x05]))
        try await fixture.queue.enqueue([damaged], in: fixture.scope())
        let unreadable = try await fixture.job(damaged.id)
        #expect(unreadable.state == .dead)
        #expect(unreadable.problem?.message.hasPrefix("the payload cannot be read") == true)
        await fixture.stop(worker)
    }

    @Test("postpones what asks for it, which is no failure")
    func postponed() async throws {
        let fixture = try await JobsFixture()
        let worker = fixture.worker([
            .noting { _, run in
                if run.attempt < 3 {
                    throw JobInterruption.postpone(.milliseconds(10), "not yet")
                }
            }
        ])
        worker.start()
        let record = try await fixture.job(fixture.enqueue("x"))
        #expect(record.state == .done && record.attempts == 3 && record.failures == 0)
        #expect(!fixture.schema.log.lines.contains { $0.contains("job attempt failed") })
        await fixture.stop(worker)
    }

    @Test("cancels what its owner does not want any more: what waits at once, what runs soon")
    func cancels() async throws {
        let fixture = try await JobsFixture()
        let hasStarted = Locked(false)
        let worker = fixture.worker([
            .noting { text, run in
                if text.value == "long" {
                    hasStarted.withLock { $0 = true }
                    try await run.loop.sleep(for: .seconds(3_600))
                }
            }
        ])
        let waiting = try await fixture.enqueue("waiting") { $0.start = .after(.seconds(60)) }
        let cancelled = try await fixture.queue.cancel(waiting, in: fixture.scope())
        #expect(cancelled.state == .cancelled && cancelled.isCancelRequested)
        worker.start()
        let running = try await fixture.enqueue("long")
        try await fixture.until { hasStarted.withLock({ $0 }) }
        let asked = try await fixture.queue.cancel(running, in: fixture.scope())
        #expect(asked.isCancelRequested)
        let record = try await fixture.job(running)
        #expect(record.state == .cancelled && record.attempts == 1)
        #expect(try await fixture.effects().isEmpty)
        let missing = await #expect(throws: RPCError.self) {
            try await fixture.queue.cancel(
                JobsFixture.note.job(Text()).id,
                in: fixture.scope()
            )
        }
        #expect(missing?.code == .notFound)
        await fixture.stop(worker)
    }

    @Test("ends what takes longer than it may")
    func timeLimit() async throws {
        let fixture = try await JobsFixture()
        var retries = JobRetryPolicy()
        retries.mostFailures = 1
        let worker = fixture.worker([
            .noting(retries: retries, limit: .milliseconds(120)) { _, run in
                try await run.loop.sleep(for: .seconds(3_600))
            }
        ])
        worker.start()
        let record = try await fixture.job(fixture.enqueue("x"))
        #expect(record.state == .dead && record.problem?.code == .deadlineExceeded)
        await fixture.stop(worker)
    }

    @Test("tells how far a job is, and goes on where an attempt has left off")
    func progress() async throws {
        let fixture = try await JobsFixture()
        let go = Locked(false)
        var retries = JobRetryPolicy()
        retries.firstPause = .milliseconds(10)
        let worker = fixture.worker([
            .noting(retries: retries) { _, run in
                if let checkpoint = run.checkpoint {
                    guard Array(copying: checkpoint.bytes) == [7] else {
                        throw JobInterruption.discard("another checkpoint")
                    }
                    return
                }
                run.report(0.25, "counting")
                while !go.withLock({ $0 }) {
                    try await run.loop.sleep(for: .milliseconds(5))
                }
                try await run.save(checkpoint: .init([7]), progress: 0.5) {
                    try await $0.query(.addEffect, "half")
                }
                throw RPCError(.unavailable, "broken off")
            }
        ])
        worker.start()
        let id = try await fixture.enqueue("whole")
        let quarter = try await fixture.job(id) { $0.progress > 0 }
        #expect(quarter.progress == 0.25 && quarter.progressText == "counting")
        go.withLock { $0 = true }
        #expect(try await fixture.job(id).state == .done)
        #expect(try await fixture.effects() == ["half", "whole"])
        await fixture.stop(worker)
    }
}
