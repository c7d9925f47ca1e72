public import Messages
internal import RPC
public import Telemetry
internal import Wire

extension OperationsV1.Operation {
    /// A job as its caller sees it (AIP-151).
    ///
    /// - Parameters:
    ///   - job: with its result, if it is done.
    ///   - now: the time, for how long it will take.
    public init(_ job: JobsV1.Job, at now: UTCTimestamp) {
        self.init()
        name = "operations/\(job.service).\(job.id)"
        metadata = OperationsV1.OperationMetadata(job, at: now)
        done = job.isOver
        guard done else { return }
        if job.state == .done {
            result = .response(job.result ?? GoogleProtobuf.Struct())
        } else {
            result = .error(OperationsV1.OperationError(job))
        }
    }
}

extension OperationsV1.OperationError {
    /// Why a job failed, or that it was cancelled.
    fileprivate init(_ job: JobsV1.Job) {
        self.init()
        if let problem = job.problem, job.state == .dead || !job.stoppedBy.isEmpty {
            code = problem.code
            message = problem.message
        } else if job.state == .cancelled {
            code = Int32(StatusCode.cancelled.rawValue)
            message =
                job.stoppedBy.isEmpty
                ? "the operation was cancelled"
                : "what had to be done before has ended without success"
        } else {
            code = Int32(StatusCode.unknown.rawValue)
            message = "the operation has failed"
        }
    }
}

extension OperationsV1.OperationMetadata {
    fileprivate init(_ job: JobsV1.Job, at now: UTCTimestamp) {
        self.init()
        state =
            switch job.state {
            case .running: .running
            case .retryable: .retrying
            case .done: .succeeded
            case .dead: .failed
            case .cancelled: .cancelled
            default: .waiting
            }
        progress = job.progress
        stage = job.stage
        etaSeconds = job.secondsLeft(at: now)
        kind = job.kind
        createdAt = job.createdAt
        startedAt = job.startedAt
        finishedAt = job.finishedAt
        cancelRequested = job.cancelRequested
    }
}

extension JobsV1.Job {
    /// Whether nothing more happens by itself.
    public var isOver: Bool { state == .done || state == .dead || state == .cancelled }

    /// How long it takes from now on, if it goes on as it has since it was started first.
    fileprivate func secondsLeft(at now: UTCTimestamp) -> Int64? {
        guard state == .running, progress > 0, progress <= 1,
            let start = startedAt.flatMap({ UTCTimestamp($0) })
        else { return nil }
        let elapsed = Double(max(now.milliseconds - start.milliseconds, 0)) / 1_000
        return Int64(exactly: (elapsed * (1 - progress) / progress).rounded(.up))
    }
}
