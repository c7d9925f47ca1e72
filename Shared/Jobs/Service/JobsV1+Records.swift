public import Messages
public import RPC
internal import Tenancy
internal import Wire

extension JobsV1.Job {
    /// What its owner is told of a job, but for what came of it.
    public init(_ record: JobRecord) {
        self.init()
        id = "\(record.id)"
        service = record.queue
        kind = record.kind
        state = record.state.message
        priority = Int32(record.priority)
        actor = "\(record.actor)"
        schedule = record.schedule ?? ""
        createdAt = .init(record.createdAt)
        runAt = .init(record.runAt)
        startedAt = record.startedAt.map { .init($0) }
        finishedAt = record.finishedAt.map { .init($0) }
        attempts = Int32(clamping: record.attempts)
        failures = Int32(clamping: record.failures)
        cancelRequested = record.isCancelRequested
        progress = record.progress
        stage = record.progressText ?? ""
        if let found = record.problem {
            var problem = JobsV1.JobProblem()
            problem.code = Int32(found.code.rawValue)
            problem.message = found.message
            self.problem = problem
        }
        stoppedBy = record.stoppedBy.map { "\($0)" } ?? ""
    }
}

extension JobState {
    /// The state as the contract has it.
    var message: JobsV1.Job.State {
        switch self {
        case .blocked: .blocked
        case .queued: .queued
        case .scheduled: .scheduled
        case .running: .running
        case .retryable: .retryable
        case .done: .done
        case .dead: .dead
        case .cancelled: .cancelled
        }
    }

    /// The state that is asked for; nil if any.
    init?(asked state: JobsV1.Job.State) throws(RPCError) {
        if state == .unspecified { return nil }
        guard let found = Self.allCases.first(where: { $0.message == state }) else {
            throw RPCError(.invalidArgument, "state: there is no state \(state.rawValue)")
        }
        self = found
    }
}

extension JobsV1.Schedule {
    /// What its owner is told of a schedule.
    public init(_ stored: StoredSchedule) {
        self.init()
        let schedule = stored.schedule
        name = schedule.name
        service = schedule.queue.text
        switch schedule.timing {
        case .cron(let expression, let zone):
            var cron = JobsV1.CronTiming()
            cron.expression = expression.text
            cron.timeZone = zone
            timing = .cron(cron)
        case .every(let seconds): timing = .everySeconds(seconds)
        }
        switch schedule.missedRuns {
        case .skip: missedRuns = .skip
        case .last: missedRuns = .last
        case .backfill(let limit):
            missedRuns = .backfill
            backfillLimit = Int32(clamping: limit)
        }
        steps = schedule.steps.map { step in
            var message = JobsV1.ScheduleStep()
            message.service = step.queue.text
            message.kind = step.kind
            message.payload = step.payload
            message.priority = Int32(step.priority)
            message.waitsFor = step.waitsFor.map { Int32($0) }
            return message
        }
        paused = stored.isPaused
        nextAt = stored.nextAt.map { .init($0) }
        lastAt = stored.lastAt.map { .init($0) }
    }
}

extension Schedule {
    /// The schedule that a message describes; what it says of the past and the future is not
    /// looked at.
    ///
    /// - Parameter message: all of it.
    /// - Throws: INVALID_ARGUMENT naming the field.
    public init(_ message: JobsV1.Schedule) throws(RPCError) {
        let timing: Timing
        switch message.timing {
        case .cron(let cron):
            do {
                timing = .cron(try CronExpression(cron.expression), timeZone: cron.timeZone)
            } catch {
                throw RPCError(.invalidArgument, "cron.expression: \(error)")
            }
        case .everySeconds(let seconds): timing = .every(seconds: seconds)
        case nil: throw RPCError(.invalidArgument, "timing: expected cron or every_seconds")
        }
        var steps: [Step] = []
        for step in message.steps { steps.append(try Step(step)) }
        self.init(message.name, of: try Self.service(message.service), timing, steps)
        switch message.missedRuns {
        case .unspecified, .last: missedRuns = .last
        case .skip: missedRuns = .skip
        case .backfill: missedRuns = .backfill(Int(message.backfillLimit))
        default: throw RPCError(.invalidArgument, "missed_runs: there is no such rule")
        }
    }

    fileprivate static func service(_ text: String) throws(RPCError) -> ServiceName {
        guard let name = ServiceName(text) else {
            throw RPCError(.invalidArgument, "service: expected a service's name, as ingest")
        }
        return name
    }
}

extension Schedule.Step {
    init(_ message: JobsV1.ScheduleStep) throws(RPCError) {
        guard JobName.isKind(message.kind) else {
            throw RPCError(
                .invalidArgument,
                "steps.kind: expected 1 to 63 of a-z, 0-9 and _, a letter first"
            )
        }
        self.init(
            queue: try Schedule.service(message.service),
            kind: message.kind,
            payload: message.payload,
            waitsFor: message.waitsFor.map { Int($0) }
        )
        if let priority = message.priority { self.priority = Int(priority) }
    }
}
