import Messages
import Net
import Postgres
import RPC
import Telemetry
import TestTenants
import Testing

@testable import Jobs
@_spi(PostgresSessions) import Tenancy

@Suite("Jobs that are enqueued again, or by several", .timeLimit(.minutes(5)))
struct RepeatedEnqueueTests {
    private func note(_ text: String, key: String? = nil) -> NewJob {
        var job = JobsFixture.note.job(Text(saying: text))
        job.uniqueness = key.map { .untilDone($0) }
        return job
    }

    @Test("are the ones that are there, whatever has become of them", arguments: [nil, "key"])
    func again(key: String?) async throws {
        let fixture = try await JobsFixture()
        let scope = try fixture.scope()
        let job = note("once", key: key)
        #expect(try await fixture.queue.enqueue([job], in: scope)[0].isNew)
        await fixture.queue.settle()
        // Whoever was not told of the commit may not have told the workers either.
        try await fixture.run("delete from node.wakeups")
        let again = try await fixture.queue.enqueue([job], in: scope)[0]
        #expect(again.id == job.id && !again.isNew)
        await fixture.queue.settle()
        #expect(try await fixture.run("select count(*) from node.wakeups") == "1")
        let worker = fixture.worker([.noting])
        worker.start()
        #expect(try await fixture.job(job.id).state == .done)
        let late = try await scope.transaction {
            try await fixture.queue.enqueue([note("other"), job], in: $0, of: scope)
        }
        #expect(late[0].isNew && !late[1].isNew && late[1].id == job.id)
        #expect(try await fixture.job(late[0].id).state == .done)
        #expect(try await fixture.effects() == ["once", "other"])
        await fixture.stop(worker)
    }

    @Test("at the same time by many are one", arguments: [nil, "key"])
    func atOnce(key: String?) async throws {
        let fixture = try await JobsFixture()
        let job = note("once", key: key)
        let outcomes = try await withThrowingTaskGroup(of: JobQueue.Enqueued.self) { tasks in
            for _ in 0..<16 {
                tasks.addTask { try await fixture.queue.enqueue([job], in: fixture.scope())[0] }
            }
            return try await tasks.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.allSatisfy { $0.id == job.id })
        #expect(outcomes.count(where: \.isNew) == 1)
        #expect(try await fixture.run("select count(*) from jobs") == "1")
        await fixture.stop()
    }

    @Test("are written in the order of their keys, after what they wait for")
    func order() {
        let (b, a, plain) = (note("1", key: "b"), note("2", key: "a"), note("3"))
        var later = note("4", key: "0")
        later.prerequisites = [b.id]
        var last = note("5", key: "1")
        last.prerequisites = [later.id, a.id]
        #expect(EnqueueOrder.places(of: []) == [])
        #expect(EnqueueOrder.places(of: [b, a, plain]) == [2, 1, 0])
        #expect(EnqueueOrder.places(of: [b, later, a, last, plain]) == [4, 2, 0, 1, 3])
    }

    @Test("keep their places in the answer, in whichever order they were written")
    func places() async throws {
        let fixture = try await JobsFixture()
        let jobs = ["c", nil, "a", "c", "b"].map { note("x", key: $0) }
        let outcomes = try await fixture.queue.enqueue(jobs, in: fixture.scope())
        #expect(outcomes.map(\.id) == [0, 1, 2, 0, 4].map { jobs[$0].id })
        #expect(outcomes.map(\.isNew) == [true, true, true, false, true])
        await fixture.stop()
    }

    @Test("that another's transaction wants in the other order are tried again")
    func deadlock() async throws {
        let fixture = try await JobsFixture()
        let scope = try fixture.scope()
        let both = Locked<Task<[JobQueue.Enqueued], any Error>?>(nil)
        var theirs: PostgresError?
        do {
            try await scope.transaction { transaction in
                let queue = fixture.queue
                try await queue.enqueue([note("theirs", key: "b")], in: transaction, of: scope)
                let jobs = [note("ours", key: "a"), note("ours", key: "b")]
                both.withLock { $0 = Task { try await queue.enqueue(jobs, in: scope) } }
                try await fixture.until { try await fixture.waiters() == 1 }
                try await queue.enqueue([note("theirs", key: "a")], in: transaction, of: scope)
            }
        } catch let error as PostgresError {
            theirs = error
        }
        // The server gives up one of the two, and if it is the one whose transaction is not ours to
        // repeat, that is told that it may be.
        #expect(theirs == nil || theirs?.isRetriable == true)
        let task = try #require(both.withLock { $0 })
        let outcomes = try await task.value
        #expect(outcomes.count == 2 && outcomes.allSatisfy { $0.isNew == (theirs != nil) })
        #expect(try await fixture.run("select count(*) from jobs") == "2")
        await fixture.stop()
    }
}
