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

@Suite("Jobs that are done together", .timeLimit(.minutes(5)))
struct JobGroupTests {
    /// Writes down what each of many was told, and how many there were.
    private static func noting(
        most: Int = 50,
        retries: JobRetryPolicy = JobRetryPolicy(),
        limit: Duration = .seconds(300),
        _ sizes: Locked<[Int]> = Locked([]),
        _ body: @escaping @Sendable ([GroupedJob<Text>], JobGroup) async throws -> Void = { _, _ in
        }
    ) -> JobHandler {
        JobHandler(together: JobsFixture.note, most: most, retries: retries, limit: limit) {
            jobs,
            group in
            sizes.withLock { $0.append(jobs.count) }
            try await group.transaction.query(.addEffects, jobs.map(\.payload.value))
            try await body(jobs, group)
            return Dictionary(uniqueKeysWithValues: jobs.map { ($0.id, SharedBytes([7])) })
        }
    }

    /// Jobs that wait before the first worker comes.
    private func enqueue(_ texts: [String], in fixture: JobsFixture) async throws -> [NewJob] {
        let jobs = texts.map { JobsFixture.note.job(Text(saying: $0)) }
        try await fixture.queue.enqueue(jobs, in: fixture.scope())
        return jobs
    }

    @Test("end in one transaction with their effects, as many as may be")
    func together() async throws {
        let fixture = try await JobsFixture()
        let sizes = Locked<[Int]>([])
        let jobs = try await enqueue((0..<120).map { "\($0)" }, in: fixture)
        let worker = fixture.worker([Self.noting(sizes)])
        worker.start()
        for job in jobs {
            let record = try await fixture.job(job.id)
            #expect(record.state == .done && record.attempts == 1 && record.result == [7])
            #expect(record.startedAt != nil && record.finishedAt != nil)
        }
        #expect(sizes.withLock { $0.sorted() } == [20, 50, 50])
        #expect(try await fixture.effects().sorted() == (0..<120).map { "\($0)" }.sorted())
        // Of one group all ended at the same commit.
        let commits = try await fixture.run("select count(distinct xmin::text) from jobs")
        #expect(commits == "3")
        await fixture.stop(worker)
    }

    @Test("are each done once if one of them is bad, which fails alone")
    func oneBad() async throws {
        let fixture = try await JobsFixture()
        try await fixture.run(
            "alter table effects add constraint effects_body_check check (body <> 'bad')"
        )
        let sizes = Locked<[Int]>([])
        let texts = (0..<20).map { $0 == 13 ? "bad" : "\($0)" }
        let jobs = try await enqueue(texts, in: fixture)
        let worker = fixture.worker([Self.noting(sizes)])
        worker.start()
        for (job, text) in zip(jobs, texts) {
            let record = try await fixture.job(job.id)
            #expect(record.attempts == 1)
            #expect(record.state == (text == "bad" ? .dead : .done), "\(text): \(record)")
            #expect(record.failures == (text == "bad" ? 1 : 0))
        }
        #expect(try await fixture.effects().sorted() == texts.filter { $0 != "bad" }.sorted())
        // All; halves around the bad one, down to it; and each other half once.
        #expect(sizes.withLock { $0 } == [20, 10, 10, 5, 2, 3, 1, 2, 1, 1, 5])
        await fixture.stop(worker)
    }

    @Test("go on at once without the one that is named, or that cannot be read")
    func namedFault() async throws {
        let fixture = try await JobsFixture()
        let sizes = Locked<[Int]>([])
        let jobs = try await enqueue(["a", "b", "c", "d"], in: fixture)
        let (unreadable, foreign) = (jobs[2].id, jobs[3].id)
        try await fixture.run(
            """
            update jobs set payload = '\\xffff' where id = '\(unreadable)';
            update jobs set actor = 'nobody at all' where id = '\(foreign)'
            """
        )
        let worker = fixture.worker([
            Self.noting(sizes) { jobs, _ in
                guard let named = jobs.first(where: { $0.payload.value == "b" }) else { return }
                throw JobFault(named.id, JobInterruption.postpone(.seconds(3_600), "not yet"))
            }
        ])
        worker.start()
        #expect(try await fixture.job(jobs[0].id).state == .done)
        let postponed = try await fixture.job(jobs[1].id) { $0.state == .retryable }
        #expect(postponed.failures == 0 && postponed.problem?.message == "not yet")
        let dead = try await fixture.job(unreadable)
        #expect(dead.state == .dead)
        #expect(dead.problem?.message.hasPrefix("the payload cannot be read") == true)
        #expect(try await fixture.run("select state from jobs where id = '\(foreign)'") == "dead")
        #expect(try await fixture.effects() == ["a"])
        #expect(sizes.withLock { $0 } == [2, 1])
        await fixture.stop(worker)
    }

    @Test("all fail, once, if none of them is at fault; then each is tried alone")
    func nobodysFault() async throws {
        let fixture = try await JobsFixture()
        let sizes = Locked<[Int]>([])
        var retries = JobRetryPolicy()
        retries.firstPause = .milliseconds(1)
        let jobs = try await enqueue(["a", "b", "c"], in: fixture)
        let worker = fixture.worker([
            Self.noting(retries: retries, sizes) { _, _ in
                if sizes.withLock({ $0.count }) == 1 { throw RPCError(.unavailable, "away") }
            }
        ])
        worker.start()
        for job in jobs {
            let record = try await fixture.job(job.id)
            #expect(record.state == .done && record.attempts == 2 && record.failures == 1)
        }
        #expect(sizes.withLock { $0 } == [3, 1, 1, 1])
        await fixture.stop(worker)
    }

    @Test("leave out whose lease another has, and who is not wanted any more")
    func leftOut() async throws {
        let fixture = try await JobsFixture()
        let texts = ["lost", "cancelled", "a", "b"]
        let jobs = try await enqueue(texts, in: fixture)
        let isFirst = Locked(true)
        let sizes = Locked<[Int]>([])
        let worker = fixture.worker([
            Self.noting(sizes) { _, _ in
                // The first time it fails for nobody's fault but theirs who are not there then.
                guard isFirst.withLock({ $0.exchange(false) }) else { return }
                try await fixture.run(
                    """
                    update jobs set lease_token = gen_random_uuid() where id = '\(jobs[0].id)';
                    update jobs set cancel_requested_at = now() where id = '\(jobs[1].id)'
                    """
                )
                throw Mapped(text: "again")
            }
        ]) { $0.heartbeat = .seconds(19) }
        worker.start()
        for job in jobs.suffix(2) { #expect(try await fixture.job(job.id).state == .done) }
        #expect(try await fixture.job(jobs[1].id).state == .cancelled)
        #expect(try await fixture.job(jobs[0].id) { _ in true }.state == .running)
        #expect(try await fixture.effects().sorted() == ["a", "b"])
        #expect(sizes.withLock { $0 } == [4, 2])
        await fixture.stop(worker)
    }

    @Test("let those go on that wait for several of them")
    func dependants() async throws {
        let fixture = try await JobsFixture()
        let first = (0..<3).map { JobsFixture.note.job(Text(saying: "\($0)")) }
        var last = JobsFixture.note.job(Text(saying: "last"))
        last.prerequisites = first.map(\.id)
        try await fixture.queue.enqueue(first + [last], in: fixture.scope())
        let worker = fixture.worker([Self.noting()])
        worker.start()
        #expect(try await fixture.job(last.id).state == .done)
        #expect(try await fixture.effects().last == "last")
        await fixture.stop(worker)
    }

    @Test("keep their leases while they run")
    func heart() async throws {
        let fixture = try await JobsFixture()
        let jobs = try await enqueue(["a", "b"], in: fixture)
        let isOpen = Locked(false)
        let worker = fixture.worker([
            Self.noting { _, group in
                while !isOpen.withLock({ $0 }) { try await group.loop.sleep(for: .milliseconds(2)) }
            }
        ])
        worker.start()
        _ = try await fixture.job(jobs[0].id) { $0.state == .running }
        let until = "select min(lease_until) from jobs"
        let before = try await fixture.run(until)
        try await fixture.until { try await fixture.run(until) > before }
        isOpen.withLock { $0 = true }
        for job in jobs { #expect(try await fixture.job(job.id).state == .done) }
        await fixture.stop(worker)
    }

    @Test("are cancelled when their time is up, with nothing done")
    func late() async throws {
        let fixture = try await JobsFixture()
        let jobs = try await enqueue(["a", "b"], in: fixture)
        var retries = JobRetryPolicy()
        retries.mostFailures = 1
        let worker = fixture.worker([
            Self.noting(retries: retries, limit: .milliseconds(300)) { _, group in
                try await group.loop.sleep(for: .seconds(3_600))
            }
        ])
        worker.start()
        for job in jobs {
            let record = try await fixture.job(job.id)
            #expect(record.state == .dead && record.problem?.code == .deadlineExceeded)
        }
        #expect(try await fixture.effects().isEmpty)
        await fixture.stop(worker)
    }

    @Test("are given back by a worker that stops")
    func stopped() async throws {
        let fixture = try await JobsFixture()
        let jobs = try await enqueue(["a", "b"], in: fixture)
        let isOpen = Locked(false)
        let handler = Self.noting { _, group in
            while !isOpen.withLock({ $0 }) { try await group.loop.sleep(for: .milliseconds(2)) }
        }
        let first = fixture.worker([handler], name: "first")
        first.start()
        _ = try await fixture.job(jobs[1].id) { $0.state == .running }
        await first.stop(within: .milliseconds(50))
        isOpen.withLock { $0 = true }
        let second = fixture.worker([handler], name: "second")
        second.start()
        for job in jobs {
            let record = try await fixture.job(job.id)
            #expect(record.state == .done && record.attempts == 2 && record.failures == 0)
        }
        #expect(try await fixture.effects().sorted() == ["a", "b"])
        await fixture.stop(second)
    }

    @Test("take one slot of a tenant's share each time, and are found whatever else waits")
    func slots() async throws {
        let fixture = try await JobsFixture()
        let sizes = Locked<[Int]>([])
        let jobs = try await enqueue((0..<30).map { "\($0)" }, in: fixture)
        let worker = fixture.worker([Self.noting(most: 4, sizes)]) {
            $0.mostRunning = 2; $0.mostPerTenant = 2; $0.poll = .seconds(60)
        }
        worker.start()
        for job in jobs { #expect(try await fixture.job(job.id).state == .done) }
        #expect(sizes.withLock { $0.reduce(0, +) } == 30)
        #expect(sizes.withLock { $0.max() } == 4)
        await fixture.stop(worker)
    }
}

@Suite("Which of a group are tried next")
struct GroupProgressTests {
    private struct Bad: Error {}

    @Test(
        "finds those at fault, whichever they are, and tries no other alone twice",
        arguments: 0..<50
    )
    func search(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let ids = (0...seed).map { _ in JobID() }
        let bad = Set(ids.filter { _ in generator.number(in: 0...3) == 0 })
        var progress = GroupProgress(ids)
        var (tries, done) = (0, Set<JobID>())
        while let group = progress.next {
            tries += 1
            if bad.isDisjoint(with: group) {
                #expect(done.isDisjoint(with: group))
                done.formUnion(group)
                progress.note(Dictionary(uniqueKeysWithValues: group.map { ($0, .completed) }))
            } else {
                progress.note(failure: Bad(), by: nil, isOfJobs: true)
            }
        }
        #expect(done == Set(ids).subtracting(bad))
        #expect(Set(progress.outcomes.keys) == Set(ids))
        for (id, outcome) in progress.outcomes {
            switch outcome {
            case .completed: #expect(!bad.contains(id))
            case .failed: #expect(bad.contains(id))
            default: Issue.record("\(outcome)")
            }
        }
        #expect(tries < 2 * ids.count)
    }

    @Test("ends with all, also if it is stopped in the middle")
    func stopped() {
        let ids = (0..<8).map { _ in JobID() }
        var progress = GroupProgress(ids)
        progress.note(failure: Bad(), by: ids[3], isOfJobs: true)
        progress.note(failure: Bad(), by: nil, isOfJobs: true)
        progress.note([:])
        progress.end(.interrupted)
        #expect(progress.next == nil && progress.outcomes.count == 8)
        #expect(GroupProgress([]).next == nil)
    }
}

extension Statement {
    fileprivate static let addEffects = Statement(
        "test.add_effects",
        "insert into effects (body) select unnest($1)"
    )
}

extension Bool {
    /// Takes another value, and gives the old one.
    fileprivate mutating func exchange(_ new: Bool) -> Bool {
        defer { self = new }
        return self
    }
}
