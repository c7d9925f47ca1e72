import Messages
import Telemetry
import TestKit
import Testing
import Wire

@testable import Gateway

@Suite("Events of an operation")
struct OperationEventsTests {
    private let now = UTCTimestamp(milliseconds: 1_800_000_100_000)

    private func job(
        _ state: JobsV1.Job.State,
        attempts: Int32 = 0,
        progress: Double = 0,
        stage: String = "",
        failures: Int32 = 0
    ) -> JobsV1.Job {
        var job = JobsV1.Job()
        job.id = "0197a0b0-0000-7000-8000-000000000001"
        job.service = "mmm"
        job.state = state
        job.attempts = attempts
        job.progress = progress
        job.stage = stage
        job.failures = failures
        if failures > 0 {
            var problem = JobsV1.JobProblem()
            problem.code = 14
            problem.message = "failure \(failures)"
            job.problem = problem
        }
        if attempts > 0 {
            var start = GoogleProtobuf.Timestamp()
            start.seconds = 1_800_000_000
            job.startedAt = start
        }
        return job
    }

    /// The life of a job that fails once.
    private var life: [JobsV1.Job] {
        [
            job(.queued),
            job(.running, attempts: 1),
            job(.running, attempts: 1, progress: 0.25, stage: "reading"),
            job(.running, attempts: 1, progress: 0.25, stage: "writing"),
            job(.retryable, attempts: 1, progress: 0.25, stage: "writing", failures: 1),
            job(.running, attempts: 2, progress: 0.25, stage: "writing", failures: 1),
            job(.running, attempts: 2, progress: 0.9, stage: "writing", failures: 1),
            job(.done, attempts: 2, progress: 1, failures: 1),
        ]
    }

    private func name(_ event: OperationsV1.OperationEvent) -> String {
        switch event.event {
        case .state(let operation): "state \(operation.metadata?.state.name ?? "")"
        case .progress(let operation): "progress \(operation.metadata?.progress ?? -1)"
        case .log(let log): "log \(log.message)"
        case .done(let operation): "done \(operation.done)"
        case nil: "nothing"
        }
    }

    @Test("tell what has changed, with ids that never fall")
    func changes() {
        var events = OperationEvents(after: -1)
        let all = life.flatMap { events.next($0, at: now) }
        #expect(
            all.map(name) == [
                "state STATE_WAITING", "state STATE_RUNNING", "progress 0.25", "progress 0.25",
                "log failure 1", "state STATE_RETRYING", "state STATE_RUNNING", "progress 0.9",
                "done true",
            ]
        )
        #expect(all.map(\.id) == all.map(\.id).sorted())
        #expect(Set(all.map(\.id)).count == 7)
        // What has not changed is not told again.
        #expect(events.next(life[7], at: now).map(name) == ["done true"])
    }

    @Test("go on for someone who comes back after any of them, and are the same for all")
    func resumption() {
        var events = OperationEvents(after: -1)
        let all = life.flatMap { events.next($0, at: now) }
        for (seen, event) in all.enumerated() {
            var later = OperationEvents(after: event.id)
            let rest = life.flatMap { later.next($0, at: now) }
            let expected = all.filter { $0.id > event.id }
            #expect(rest.map(\.id) == expected.map(\.id), "after event \(seen)")
            #expect(rest.last.map(name) == expected.last.map(name))
        }
        // Who comes first when it is over is told that alone.
        var late = OperationEvents(after: -1)
        #expect(late.next(life[7], at: now).map(name) == ["done true"])
    }

    @Test("say how long it will take, from what is done since it began")
    func estimate() {
        var events = OperationEvents(after: -1)
        let all = life.flatMap { events.next($0, at: now) }
        let estimates = all.compactMap { event -> Int64? in
            switch event.event {
            case .state(let operation), .progress(let operation), .done(let operation):
                operation.metadata?.etaSeconds
            case .log, nil: nil
            }
        }
        // 100 s for a quarter leave 300; for nine tenths 12.
        #expect(estimates == [300, 300, 300, 12])
    }
}
