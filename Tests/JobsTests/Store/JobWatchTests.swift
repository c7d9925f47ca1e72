import Net
import RPC
import Schema
import Telemetry
import TestTenants
import Testing
import Wire

@testable import Jobs
@_spi(PostgresSessions) import Tenancy

@Suite("A watch of a job", .timeLimit(.minutes(5)))
struct JobWatchTests {
    private func watch(_ id: JobID, in fixture: JobsFixture) throws -> JobWatch {
        JobWatch(
            id,
            of: try fixture.schema.context(fixture.tenant),
            fixture.queue,
            fixture.database,
            on: fixture.schema.group.loops[0],
            every: .milliseconds(2)
        )
    }

    /// Runs a watch on its loop.
    private func run(
        _ watch: JobWatch,
        in fixture: JobsFixture,
        _ body: @escaping @Sendable (JobRecord) async throws -> Void = { _ in }
    ) async throws {
        let loop = fixture.schema.group.loops[0]
        try await withTaskExecutorPreference(loop) {
            guard await loop.arrive() else { throw CancellationError() }
            try await watch.run(body)
        }
    }

    @Test("tells of each change once, from how the job is now until it is over")
    func changes() async throws {
        let fixture = try await JobsFixture()
        let seen = Locked<[JobRecord]>([])
        let worker = fixture.worker([
            .noting { _, run in
                run.report(0.5, "half")
                while seen.withLock({ $0.last?.progress }) != 0.5 {
                    try await run.loop.sleep(for: .milliseconds(2))
                }
                // A heartbeat that comes to the database after a checkpoint that says more.
                try await run.save(checkpoint: SharedBytes([1]), progress: 0.75)
                run.report(0.6, "late")
                while seen.withLock({ $0.last?.progressText }) != "late" {
                    try await run.loop.sleep(for: .milliseconds(2))
                }
            }
        ])
        let id = try await fixture.enqueue("x")
        try await run(try watch(id, in: fixture), in: fixture) { record in
            seen.withLock { $0.append(record) }
            if record.state == .queued { worker.start() }
        }
        let records = seen.withLock { $0 }
        #expect(records.first?.state == .queued && records.last?.state == .done)
        #expect(records.contains { $0.state == .running && $0.progressText == "half" })
        for (before, after) in zip(records, records.dropFirst()) {
            #expect(before != after && before.progress <= after.progress)
        }
        // Of what is over there is one thing to tell.
        let count = Locked(0)
        try await run(try watch(id, in: fixture), in: fixture) { _ in count.withLock { $0 += 1 } }
        #expect(count.withLock { $0 } == 1)
        await fixture.stop(worker)
    }

    @Test("ends with its body's error, with that of who calls, and if there is nothing to watch")
    func ends() async throws {
        struct Enough: Error {}
        let fixture = try await JobsFixture()
        let id = try await fixture.enqueue("x")
        await #expect(throws: Enough.self) {
            try await run(try watch(id, in: fixture), in: fixture) { _ in throw Enough() }
        }
        let hasSeen = Locked(false)
        let task = Task {
            try await run(try watch(id, in: fixture), in: fixture) { _ in
                hasSeen.withLock { $0 = true }
            }
        }
        try await fixture.until { hasSeen.withLock { $0 } }
        task.cancel()
        await #expect(throws: (any Error).self) { try await task.value }
        let missing = await #expect(throws: RPCError.self) {
            let stranger = JobsFixture.note.job(Text(saying: "y")).id
            try await run(try watch(stranger, in: fixture), in: fixture)
        }
        #expect(missing?.code == .notFound)
        await fixture.stop()
    }

    @Test("ends when its tenant is not served any more, in the middle")
    func suspended() async throws {
        let fixture = try await JobsFixture()
        let id = try await fixture.enqueue("x")
        let error = await #expect(throws: RPCError.self) {
            try await run(try watch(id, in: fixture), in: fixture) { _ in
                try await fixture.schema.administration.suspend(fixture.tenant)
                try await fixture.database.directory.refresh()
            }
        }
        #expect(error?.code == .permissionDenied)
        await fixture.stop()
    }
}
