import Messages
import Postgres
import RPC
import Telemetry
import TestTenants
import Testing

@testable import Jobs
@_spi(PostgresSessions) import Tenancy

@Suite("Jobs", .timeLimit(.minutes(5)))
struct JobQueueTests {
    @Test("exist if the transaction that enqueues them is committed, and not otherwise")
    func transactional() async throws {
        struct Undo: Error {}
        let fixture = try await JobsFixture()
        let scope = try fixture.scope()
        let kept = JobsFixture.note.job(Text(saying: "kept"))
        let lost = JobsFixture.note.job(Text(saying: "lost"))
        try await scope.transaction { transaction in
            try await transaction.query(.addEffect, "row")
            try await fixture.queue.enqueue([kept], in: transaction, of: scope)
        }
        await #expect(throws: Undo.self) {
            try await scope.transaction { transaction in
                try await fixture.queue.enqueue([lost], in: transaction, of: scope)
                throw Undo()
            }
        }
        let record = try #require(try await fixture.queue.job(kept.id, in: scope))
        #expect(record.state == .queued && record.kind == "note" && record.queue == "ingest")
        #expect(record.actor.description == "user:42" && record.attempts == 0)
        #expect(try await fixture.queue.job(lost.id, in: scope) == nil)
        await fixture.queue.settle()
        // A hint is given for what was committed only.
        let hints = try await fixture.schema.lines("select tenant_id, queue from node.wakeups")
        #expect(hints == ["\(fixture.tenant)|ingest"])
        await fixture.stop()
    }

    @Test("of one key are one, until the first is done or, if so wanted, has started")
    func uniqueness() async throws {
        let fixture = try await JobsFixture()
        let scope = try fixture.scope()
        func enqueue(_ uniqueness: NewJob.Uniqueness) async throws -> JobQueue.Enqueued {
            var job = JobsFixture.note.job(Text(saying: "x"))
            job.uniqueness = uniqueness
            return try await fixture.queue.enqueue([job], in: scope)[0]
        }
        let first = try await enqueue(.untilDone("a"))
        let second = try await enqueue(.untilDone("a"))
        #expect(first.isNew && !second.isNew && first.id == second.id)
        #expect(try await enqueue(.untilDone("b")).isNew)
        let third = try await enqueue(.untilStarted("c"))
        #expect(try await enqueue(.untilStarted("c")).id == third.id)
        try await fixture.run(
            """
            update jobs set state = 'running', lease_token = gen_random_uuid(),
                lease_until = clock_timestamp() + interval '1 hour',
                unique_key = case when is_unique_until_start then null else unique_key end
            """
        )
        #expect(try await !enqueue(.untilDone("a")).isNew)
        #expect(try await enqueue(.untilStarted("c")).isNew)
        try await fixture.run(
            "update jobs set state = 'done', lease_until = null, finished_at = now()"
        )
        #expect(try await enqueue(.untilDone("a")).isNew)
        await fixture.stop()
    }

    @Test("of one key that are enqueued at once by many are one")
    func uniquenessAtOnce() async throws {
        let fixture = try await JobsFixture()
        let ids = try await withThrowingTaskGroup(of: JobQueue.Enqueued.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    var job = JobsFixture.note.job(Text(saying: "x"))
                    job.uniqueness = .untilDone("same")
                    return try await fixture.queue.enqueue([job], in: fixture.scope())[0]
                }
            }
            return try await group.reduce(into: [JobQueue.Enqueued]()) { $0.append($1) }
        }
        #expect(Set(ids.map(\.id)).count == 1)
        #expect(ids.filter(\.isNew).count == 1)
        await fixture.stop()
    }

    @Test("that cannot be stored are refused, with the rule")
    func refused() async throws {
        let fixture = try await JobsFixture()
        let scope = try fixture.scope()
        func refusal(_ change: (inout NewJob) -> Void) async throws -> RPCError? {
            var job = JobsFixture.note.job(Text(saying: "x"))
            change(&job)
            let jobs = [job]
            return await #expect(throws: RPCError.self) {
                try await fixture.queue.enqueue(jobs, in: scope)
            }
        }
        let priority = try await refusal { $0.priority = 10 }
        #expect(priority?.code == .invalidArgument)
        #expect(priority?.message == "ingest/note: the priority is 0 to 9")
        #expect(try await refusal { $0.uniqueness = .untilDone("") }?.code == .invalidArgument)
        let big = JobsFixture.note.job(Text(saying: String(repeating: "x", count: 1 << 20)))
        let tooLarge = await #expect(throws: RPCError.self) {
            try await fixture.queue.enqueue([big], in: scope)
        }
        #expect(tooLarge?.message == "ingest/note: the payload has at most 1 MiB")
        let stranger = JobsFixture.note.job(Text(saying: "stranger"))
        let missing = try await refusal { $0.prerequisites = [stranger.id] }
        #expect(missing?.code == .failedPrecondition)
        #expect(try await fixture.queue.jobs(in: scope).isEmpty)
        await fixture.stop()
    }

    @Test("are listed newest first, by kind and state, in pages")
    func listed() async throws {
        let fixture = try await JobsFixture()
        var ids: [JobID] = []
        for number in 0..<5 {
            ids.append(
                try await fixture.enqueue("\(number)") {
                    if number == 4 { $0.start = .after(.seconds(3_600)) }
                }
            )
        }
        let scope = try fixture.scope()
        #expect(try await fixture.queue.jobs(in: scope).map(\.id) == ids.reversed())
        let page = try await fixture.queue.jobs(in: scope, before: ids[3], limit: 2)
        #expect(page.map(\.id) == [ids[2], ids[1]])
        var filter = JobQueue.Filter()
        filter.state = .scheduled
        #expect(try await fixture.queue.jobs(filter, in: scope).map(\.id) == [ids[4]])
        filter.state = .queued
        #expect(try await fixture.queue.jobs(filter, in: scope).count == 4)
        filter.kind = "other"
        #expect(try await fixture.queue.jobs(filter, in: scope).isEmpty)
        // Another tenant has none of them.
        let other = try await fixture.tenant("other")
        #expect(try await fixture.queue.jobs(in: fixture.scope(other)).isEmpty)
        #expect(try await fixture.queue.job(ids[0], in: fixture.scope(other)) == nil)
        await fixture.stop()
    }

    @Test("have ids in order of their making, which read back")
    func ids() async throws {
        var generator = SystemRandomNumberGenerator()
        let early = JobID(ticks: 1_700_000_000_000 << 12 | 0x123, using: &generator)
        let late = JobID(ticks: 1_700_000_000_000 << 12 | 0x124, using: &generator)
        #expect(early.description < late.description)
        #expect(early.description.prefix(18) == "018bcfe5-6800-7123")
        #expect(JobID(early.description) == early && JobID("x") == nil)
        let variant = try #require(early.description.dropFirst(19).first)
        #expect("89ab".contains(variant))
        // More of them than the clock has ticks for, by several threads.
        let drawn = await withTaskGroup { group in
            for _ in 0..<4 { group.addTask { (0..<10_000).map { _ in JobID() } } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(drawn.allSatisfy { $0 == $0.sorted() } && Set(drawn.joined()).count == 40_000)
    }
}
