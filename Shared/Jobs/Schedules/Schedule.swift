internal import RPC
public import Tenancy
public import Wire

/// Jobs that are made again and again: what, when, and what about times that were missed.
public struct Schedule: Sendable, Hashable {
    /// What the tenant calls it: 1 to 63 of `a-z`, `0-9` and `-`, a letter first.
    public let name: String
    /// The service whose workers see to it.
    public let queue: ServiceName
    /// When.
    public var timing: Timing
    /// What is done about times that were missed.
    public var missedRuns = MissedRuns.last
    /// The jobs that are made each time, in order: 1 to 100.
    public var steps: [Step]

    /// When a schedule fires.
    public enum Timing: Sendable, Hashable {
        /// At the minutes that an expression names, by the clocks of a time zone.
        ///
        /// A minute that comes twice, when clocks are set back, counts the first time; one that
        /// clocks leave out counts as much later as they are set forward.
        case cron(CronExpression, timeZone: String)
        /// Each time so many seconds have passed, however clocks are set.
        case every(seconds: Int64)
    }

    /// What is done when nobody was there at the time, for longer than five minutes.
    ///
    /// Unless all are made up, jobs are not made while those of the time before are not over.
    public enum MissedRuns: Sendable, Hashable {
        /// Nothing.
        case skip
        /// The jobs of the last time are made, once.
        case last
        /// Those of so many of the last times are made, 1 to 1,000.
        case backfill(Int)
    }

    /// A job that a schedule makes.
    public struct Step: Sendable, Hashable {
        /// The service whose workers do it.
        public let queue: ServiceName
        /// Which of the things that service does.
        public let kind: String
        /// What is to be done.
        public let payload: [UInt8]
        /// 0 comes first, 9 last.
        public var priority = 5
        /// The steps before this one that must be done first, by their places from 1; if one of
        /// them fails for good this one is cancelled, and others go on.
        public var waitsFor: [Int] = []

        /// A step.
        ///
        /// - Parameters:
        ///   - type: the kind of job.
        ///   - payload: what is to be done.
        ///   - places: the steps that must be done before.
        public init<Payload: MessageValue>(
            _ type: JobType<Payload>,
            _ payload: Payload,
            after places: [Int] = []
        ) {
            self.init(
                queue: type.queue,
                kind: type.kind,
                payload: Array(copying: payload.encoded().bytes),
                waitsFor: places
            )
        }

        init(queue: ServiceName, kind: String, payload: [UInt8], waitsFor: [Int]) {
            self.queue = queue
            self.kind = kind
            self.payload = payload
            self.waitsFor = waitsFor
        }
    }

    /// A schedule.
    ///
    /// - Parameters:
    ///   - name: what the tenant calls it.
    ///   - queue: the service whose workers see to it.
    ///   - timing: when.
    ///   - steps: the jobs that are made each time.
    public init(_ name: String, of queue: ServiceName, _ timing: Timing, _ steps: [Step]) {
        self.name = name
        self.queue = queue
        self.timing = timing
        self.steps = steps
    }

    /// Throws what no table takes.
    func check() throws(RPCError) {
        func check(_ isRight: Bool, _ rule: String) throws(RPCError) {
            guard isRight else { throw RPCError(.invalidArgument, "schedule \(name): \(rule)") }
        }
        guard JobName.isSchedule(name) else {
            throw RPCError(
                .invalidArgument,
                "name: expected 1 to 63 of a-z, 0-9 and -, a letter first"
            )
        }
        if case .every(let seconds) = timing {
            try check((1...31_536_000).contains(seconds), "every 1 second to 365 days")
        }
        if case .backfill(let count) = missedRuns {
            try check((1...1_000).contains(count), "backfill of 1 to 1,000 times")
        }
        try check((1...100).contains(steps.count), "1 to 100 steps")
        for (index, step) in steps.enumerated() {
            try check(
                step.waitsFor.allSatisfy { (1..<index + 1).contains($0) }
                    && Set(step.waitsFor).count == step.waitsFor.count,
                "step \(index + 1) waits for steps before it only, each named once"
            )
            try check((0...9).contains(step.priority), "the priority is 0 to 9")
            try check(step.payload.count <= NewJob.mostBytes, "a payload has at most 1 MiB")
        }
    }
}
