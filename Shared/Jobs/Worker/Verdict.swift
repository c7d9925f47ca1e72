internal import Postgres
internal import RPC

/// What becomes of a job after an attempt.
struct Verdict: Sendable {
    /// What metrics and logs call it.
    let name: String
    private let step: Step

    private enum Step {
        /// All has been said already, or must not be said by this worker.
        case none
        case fail(isDead: Bool, pause: Duration, JobRecord.Problem)
        case giveBack(pause: Duration, JobRecord.Problem?)
        case cancel
    }

    /// Judges an attempt.
    ///
    /// - Parameters:
    ///   - outcome: how it ended.
    ///   - job: of which job.
    ///   - retries: the rules of its kind.
    ///   - mapping: what the service's own errors mean; nil for what it does not know.
    init(
        _ outcome: JobWorker.Outcome,
        of job: ClaimedJob,
        _ retries: JobRetryPolicy,
        _ mapping: (any Error) -> RPCError?
    ) {
        switch outcome {
        case .completed: self.init(name: "done", step: .none)
        case .lost: self.init(name: "lost", step: .none)
        case .cancelled: self.init(name: "cancelled", step: .cancel)
        case .interrupted: self.init(name: "interrupted", step: .giveBack(pause: .zero, nil))
        case .failed(let error): self.init(error, of: job, retries, mapping)
        }
    }

    private init(
        _ error: any Error,
        of job: ClaimedJob,
        _ retries: JobRetryPolicy,
        _ mapping: (any Error) -> RPCError?
    ) {
        if case .postpone(let pause, let reason)? = error as? JobInterruption {
            let problem = JobRecord.Problem(code: .unavailable, message: reason)
            self.init(name: "postponed", step: .giveBack(pause: pause.asPause, problem))
            return
        }
        let (problem, mayHelp) = Self.problem(error, mapping)
        let failures = job.failures + 1
        let isDead = !mayHelp || failures >= retries.mostFailures
        let pause = isDead ? .zero : retries.pause(after: failures, of: job.id)
        self.init(
            name: isDead ? "dead" : "failed",
            step: .fail(isDead: isDead, pause: pause, problem)
        )
    }

    private init(name: String, step: Step) {
        self.name = name
        self.step = step
    }

    /// What the owner of a job is told of an error, and whether trying again may help.
    private static func problem(
        _ error: any Error,
        _ mapping: (any Error) -> RPCError?
    ) -> (JobRecord.Problem, mayHelp: Bool) {
        switch error {
        case JobInterruption.discard(let reason):
            return (JobRecord.Problem(code: .failedPrecondition, message: reason), false)
        case let error as PostgresError:
            let told = mapping(error) ?? RPCError(error)
            let mayHelp = error.sqlState.map { !$0.isOfTheStatement } ?? true
            return (JobRecord.Problem(code: told.code, message: told.message), mayHelp)
        default:
            let told = RPCError.told(of: error, mapping)
            // What another service has refused it will refuse again.
            let mayHelp = JobRetryPolicy.mayHelp(against: error as? RPCError ?? told)
            return (JobRecord.Problem(code: told.code, message: told.message), mayHelp)
        }
    }

    /// Whether there is something to write.
    var mustBeWritten: Bool {
        if case .none = step { false } else { true }
    }

    /// How long it is until the job is started again; nil if it is not.
    var pause: Duration? {
        switch step {
        case .giveBack(let pause, _): pause
        case .fail(let isDead, let pause, _): isDead ? nil : pause
        case .none, .cancel: nil
        }
    }

    /// Adds what writes it down, if there is something to write.
    func append(to batch: inout Batch, _ job: ClaimedJob) {
        switch step {
        case .none: break
        case .cancel: batch.append(.endCancelled, job.id.uuid, job.lease)
        case .giveBack(let pause, let problem):
            batch.append(
                .giveBack,
                job.id.uuid,
                job.lease,
                pause.seconds,
                (problem?.code.rawValue).map(Int16.init),
                problem?.message.storable
            )
        case .fail(let isDead, let pause, let problem):
            batch.append(
                .fail,
                job.id.uuid,
                job.lease,
                isDead,
                pause.seconds,
                Int16(problem.code.rawValue),
                problem.message.storable
            )
        }
    }
}

extension String {
    /// The text as a column takes it: without U+0000, and at most 1,000 characters.
    var storable: String { String(prefix(1_000).map { $0 == "\0" ? " " : $0 }) }
}

extension SQLState {
    /// Whether it is the statement or its values that are wrong, which no second try mends: classes
    /// 0A, 22, 23 and 42.
    fileprivate var isOfTheStatement: Bool {
        ["0A", "22", "23", "42"].contains(String(category))
    }
}
