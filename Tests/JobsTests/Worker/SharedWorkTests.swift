import Messages
import Net
import Postgres
import TestKit
import TestTenants
import Testing

@testable import Jobs
@_spi(PostgresSessions) import Tenancy

@Suite("Several workers", .timeLimit(.minutes(5)))
struct SharedWorkTests {
    @Test("do each of many jobs once")
    func once() async throws {
        let fixture = try await JobsFixture()
        let workers = (1...3).map { fixture.worker([.noting], name: "w\($0)") }
        for worker in workers { worker.start() }
        let jobs = (0..<200).map { JobsFixture.note.job(Text(saying: "\($0)")) }
        try await fixture.queue.enqueue(jobs, in: fixture.scope())
        for job in jobs { #expect(try await fixture.job(job.id).state == .done) }
        let effects = try await fixture.effects()
        #expect(effects.count == 200 && Set(effects).count == 200)
        for worker in workers { await worker.stop(within: .seconds(60)) }
        await fixture.stop()
    }

    @Test("let no tenant with many jobs keep another's first job from more than one slot")
    func fairness() async throws {
        let fixture = try await JobsFixture()
        let small = try await fixture.tenant("small")
        let log = Locked<[TenantID]>([])
        let isOpen = Locked(false)
        let worker = fixture.worker([
            JobHandler(JobsFixture.note) { _, run in
                log.withLock { $0.append(run.context.tenant) }
                while !isOpen.withLock({ $0 }) { try await run.loop.sleep(for: .milliseconds(2)) }
            }
        ]) {
            $0.mostRunning = 2; $0.mostPerTenant = 2
        }
        let many = (0..<300).map { JobsFixture.note.job(Text(saying: "\($0)")) }
        try await fixture.queue.enqueue(many, in: fixture.scope())
        worker.start()
        try await fixture.until { log.withLock({ $0.count }) >= 2 }
        try await fixture.enqueue("first", small)
        await fixture.queue.settle()
        isOpen.withLock { $0 = true }
        try await fixture.until { log.withLock({ $0.contains(small) }) }
        let before = log.withLock { log in log.firstIndex(of: small) ?? .max }
        // Two had the slots; the next that came free is the other tenant's, or the one after it
        // if both came free at once.
        #expect(before <= 3)
        for job in many {
            _ = try await fixture.job(job.id)
        }
        await fixture.stop(worker)
    }

    @Test("leave a tenant no more than its share, and come back for the rest")
    func share() async throws {
        let fixture = try await JobsFixture()
        let running = Locked((now: 0, most: 0))
        let worker = fixture.worker([
            JobHandler(JobsFixture.note) { _, run in
                running.withLock {
                    $0.now += 1; $0.most = max($0.most, $0.now)
                }
                try await run.loop.sleep(for: .milliseconds(3))
                running.withLock { $0.now -= 1 }
            }
        ]) {
            $0.mostRunning = 8; $0.mostPerTenant = 3; $0.poll = .seconds(60)
        }
        worker.start()
        let jobs = (0..<30).map { JobsFixture.note.job(Text(saying: "\($0)")) }
        try await fixture.queue.enqueue(jobs, in: fixture.scope())
        for job in jobs { #expect(try await fixture.job(job.id).state == .done) }
        #expect(running.withLock { $0.most } == 3)
        await fixture.stop(worker)
    }

    @Test("do what waits for others after those are done, of other services too")
    func dependants() async throws {
        let fixture = try await JobsFixture()
        let ingest = fixture.worker([.noting])
        let insights = fixture.worker(
            [
                JobHandler(JobsFixture.summary) { text, run in
                    try await run.complete { try await $0.query(.addEffect, text.value) }
                }
            ],
            of: JobsFixture.insights
        )
        ingest.start()
        insights.start()
        let first = JobsFixture.note.job(Text(saying: "first"))
        let second = JobsFixture.note.job(Text(saying: "second"))
        var third = JobsFixture.summary.job(Text(saying: "third"))
        third.prerequisites = [first.id, second.id]
        var fourth = JobsFixture.note.job(Text(saying: "fourth"))
        fourth.prerequisites = [third.id]
        try await fixture.queue.enqueue([first, second, third, fourth], in: fixture.scope())
        #expect(try await fixture.job(fourth.id).state == .done)
        let effects = try await fixture.effects()
        #expect(Set(effects.prefix(2)) == ["first", "second"])
        #expect(effects.suffix(2) == ["third", "fourth"])
        // What is done already is waited for no more.
        var fifth = JobsFixture.note.job(Text(saying: "fifth"))
        fifth.prerequisites = [first.id]
        try await fixture.queue.enqueue([fifth], in: fixture.scope())
        #expect(try await fixture.job(fifth.id).state == .done)
        await fixture.stop(ingest, insights)
    }

    @Test("cancel only what waits for a job that failed, name it, and do it if that is redriven")
    func stoppedDependants() async throws {
        let fixture = try await JobsFixture()
        let fails = Locked(true)
        let worker = fixture.worker([
            .noting { text, _ in
                if text.value == "a", fails.withLock({ $0 }) {
                    throw JobInterruption.discard("no data")
                }
            }
        ])
        let a = JobsFixture.note.job(Text(saying: "a"))
        var b = JobsFixture.note.job(Text(saying: "b"))
        b.prerequisites = [a.id]
        var c = JobsFixture.note.job(Text(saying: "c"))
        c.prerequisites = [b.id]
        let d = JobsFixture.note.job(Text(saying: "d"))
        try await fixture.queue.enqueue([a, b, c, d], in: fixture.scope())
        #expect(try await fixture.job(c.id) { _ in true }.state == .blocked)
        worker.start()
        for id in [b.id, c.id] {
            let record = try await fixture.job(id)
            #expect(record.state == .cancelled && record.stoppedBy == a.id)
            #expect(record.problem?.message == "a step before it did not succeed: note")
        }
        #expect(try await fixture.job(d.id).state == .done)
        fails.withLock { $0 = false }
        try await fixture.queue.redrive(a.id, in: fixture.scope())
        #expect(try await fixture.job(c.id).state == .done)
        #expect(try await fixture.effects() == ["d", "a", "b", "c"])
        await fixture.stop(worker)
    }

    @Test("go on with what waits for several, of which some failed and were tried again")
    func diamonds() async throws {
        let fixture = try await JobsFixture()
        let failing = Locked<Set<String>>(["a", "b"])
        let worker = fixture.worker([
            .noting { text, _ in
                if failing.withLock({ $0.contains(text.value) }) {
                    throw JobInterruption.discard("no data")
                }
            }
        ])
        worker.start()
        let (a, b) = (
            JobsFixture.note.job(Text(saying: "a")), JobsFixture.note.job(Text(saying: "b"))
        )
        var c = JobsFixture.note.job(Text(saying: "c"))
        c.prerequisites = [a.id, b.id]
        try await fixture.queue.enqueue([a, b, c], in: fixture.scope())
        for id in [a.id, b.id] { #expect(try await fixture.job(id).state == .dead) }
        #expect(try await fixture.job(c.id).state == .cancelled)
        // One of the two is mended: the other still stops what waits for both.
        failing.withLock { _ = $0.remove("a") }
        try await fixture.queue.redrive(a.id, in: fixture.scope())
        #expect(try await fixture.job(a.id).state == .done)
        let stopped = try await fixture.job(c.id)
        #expect(stopped.state == .cancelled && stopped.stoppedBy == b.id)
        failing.withLock { $0 = [] }
        try await fixture.queue.redrive(b.id, in: fixture.scope())
        #expect(try await fixture.job(c.id).state == .done)
        #expect(try await fixture.effects() == ["a", "b", "c"])
        await fixture.stop(worker)
    }

    @Test("stop what waits for a job whose workers were lost too often")
    func lostPrerequisite() async throws {
        let fixture = try await JobsFixture()
        let a = JobsFixture.note.job(Text(saying: "a"))
        var b = JobsFixture.note.job(Text(saying: "b"))
        b.prerequisites = [a.id]
        try await fixture.queue.enqueue([a, b], in: fixture.scope())
        try await fixture.run(
            """
            update jobs set state = 'running', crashes = 2, lease_token = gen_random_uuid(),
                lease_until = now() - interval '1 second' where state = 'waiting'
            """
        )
        try await fixture.worker([]).visit(fixture.tenant, taken: nil)
        #expect(try await fixture.job(a.id).state == .dead)
        let record = try await fixture.job(b.id)
        #expect(record.state == .cancelled && record.stoppedBy == a.id)
        await fixture.stop()
    }

    @Test("release what waits for two jobs that are done at the same moment", arguments: 0..<10)
    func atTheSameMoment(round: Int) async throws {
        let fixture = try await JobsFixture()
        let arrived = Locked(0)
        let worker = fixture.worker([
            .noting { text, run in
                guard text.value != "last" else { return }
                arrived.withLock { $0 += 1 }
                while arrived.withLock({ $0 }) < 2 {
                    try await run.loop.sleep(for: .milliseconds(1))
                }
            }
        ])
        worker.start()
        let jobs = ["a", "b"].map { JobsFixture.note.job(Text(saying: $0)) }
        var last = JobsFixture.note.job(Text(saying: "last"))
        last.prerequisites = jobs.map(\.id)
        try await fixture.queue.enqueue(jobs + [last], in: fixture.scope())
        #expect(try await fixture.job(last.id).state == .done)
        await fixture.stop(worker)
    }
}
