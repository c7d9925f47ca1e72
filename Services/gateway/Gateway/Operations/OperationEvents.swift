internal import Jobs
internal import Messages
internal import Telemetry
internal import Wire

/// Turns what is known of a job, again and again, into events: what has changed since the last.
///
/// The id of an event is made of the job alone: of its attempt, of where it is in that, and of how
/// much is done. So it is the same for whoever watches, and never falls; events that come together
/// share one.
struct OperationEvents {
    private var lastID: Int64
    private var last: JobsV1.Job?
    /// Whether something has been told that the watcher had not seen.
    private var isNew = false

    /// Events for someone who has seen some.
    ///
    /// - Parameter id: that of the last event they have seen; below zero for none.
    init(after id: Int64) { lastID = id }

    /// What has happened.
    ///
    /// - Parameters:
    ///   - job: what is known of it now.
    ///   - now: the time.
    /// - Returns: events in order; none if the watcher knows it already.
    mutating func next(_ job: JobsV1.Job, at now: UTCTimestamp) -> [OperationsV1.OperationEvent] {
        let id = Self.id(of: job)
        defer { last = job }
        // Who has come back has seen the event of their last id, and those that came with it.
        guard isNew ? id >= lastID : id > lastID else { return [] }
        isNew = true
        lastID = id
        let operation = OperationsV1.Operation(job, at: now)
        var events: [OperationsV1.OperationEvent.Event] = []
        if let problem = job.problem, job.failures != last?.failures, !job.isOver {
            var log = OperationsV1.OperationLog()
            log.message = problem.message
            events.append(.log(log))
        }
        if job.isOver {
            events.append(.done(operation))
        } else if job.state != last?.state || job.cancelRequested != last?.cancelRequested {
            events.append(.state(operation))
        } else if job.progress != last?.progress || job.stage != last?.stage {
            events.append(.progress(operation))
        }
        return events.map { event in
            var message = OperationsV1.OperationEvent()
            message.id = id
            message.event = event
            return message
        }
    }

    /// The attempt, two bits for where the job is in it, and millionths of what is done.
    private static func id(of job: JobsV1.Job) -> Int64 {
        let phase: Int64 =
            if job.isOver {
                3
            } else if job.state == .running {
                1
            } else {
                job.attempts == 0 ? 0 : 2
            }
        let millionths = Int64((min(max(job.progress, 0), 1) * 1_000_000).rounded(.down))
        return Int64(max(job.attempts, 0)) << 26 | phase << 24 | millionths
    }
}
