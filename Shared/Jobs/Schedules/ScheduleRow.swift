internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

extension Schedule.Timing {
    /// Reads the columns `cron`, `time_zone` and `every_seconds`.
    init(cron: String?, timeZone: String?, seconds: Int64?) throws {
        if let cron, let timeZone {
            self = .cron(try CronExpression(cron), timeZone: timeZone)
        } else if let seconds {
            self = .every(seconds: seconds)
        } else {
            throw RPCError.damagedData
        }
    }

    /// The time that follows one, in seconds of the clock that the schedule goes by.
    func following(_ seconds: Int64) -> Int64? {
        switch self {
        case .cron(let expression, _):
            expression.next(after: CivilMinute(seconds: seconds)).map { $0.minutes * 60 }
        case .every(let period): seconds + period
        }
    }
}

extension Schedule.MissedRuns {
    /// What stands in the column `missed_runs`.
    var name: String {
        switch self {
        case .skip: "skip"
        case .last: "last"
        case .backfill: "backfill"
        }
    }

    /// What stands in the column `backfill_limit`.
    var limit: Int32 { isBackfill ? Int32(mostWanted) : 0 }

    /// Whether missed times are made up one by one.
    var isBackfill: Bool { if case .backfill = self { true } else { false } }

    /// How many of the times that have come are wanted.
    var mostWanted: Int { if case .backfill(let count) = self { count } else { 1 } }

    /// Reads the columns `missed_runs` and `backfill_limit`.
    init(name: String, limit: Int) throws(RPCError) {
        switch name {
        case "skip": self = .skip
        case "last": self = .last
        case "backfill": self = .backfill(limit)
        default: throw RPCError.damagedData
        }
    }
}

extension CivilMinute {
    /// The minute in which a second lies.
    init(seconds: Int64) { self.init(minutes: seconds.dividedDown(by: 60).quotient) }
}

/// A schedule that is due, as its row has it.
struct DueSchedule {
    let name: String
    let timing: Schedule.Timing
    let missedRuns: Schedule.MissedRuns
    let context: TenantContext
    /// The first time that jobs have not been made for, and the present, by the schedule's clock.
    let first, now: Int64
    /// The present, in seconds since 1970.
    let moment: Int64

    /// Reads a row of ``Statement/dueSchedule``.
    init(_ row: Row, of tenant: TenantID) throws {
        let (
            name, cron, timeZone, seconds, missedRuns, limit, next, now, civilNext, civilNow, actor,
            scopes
        ) = try row.read(
            String.self,
            String?.self,
            String?.self,
            Int64?.self,
            String.self,
            Int.self,
            Int64.self,
            Int64.self,
            Int64?.self,
            Int64?.self,
            String.self,
            String.self
        )
        self.name = name
        timing = try Schedule.Timing(cron: cron, timeZone: timeZone, seconds: seconds)
        self.missedRuns = try Schedule.MissedRuns(name: missedRuns, limit: limit)
        guard let actor = Actor(text: actor), let scopes = ScopeSet(text: scopes) else {
            throw RPCError.damagedData
        }
        context = TenantContext(tenant: tenant, actor: actor, scopes: scopes)
        moment = now
        first = civilNext ?? next
        // Clocks that are set back may show less than when the time came.
        self.now = max(civilNow ?? now, first)
    }

    /// How late a time may be and still count as kept, in seconds.
    static let grace: Int64 = 300

    /// The moments that jobs are made for, and the next.
    ///
    /// - Parameter transaction: asks the database what moments clocks mean.
    /// - Returns: moments that have come, in order, each once; and the first that has not, nil if
    ///   there is none.
    /// - Throws: `PostgresError`.
    func moments(
        in transaction: PostgresTransaction
    ) async throws -> (due: [UTCTimestamp], next: UTCTimestamp?) {
        let most = missedRuns.mostWanted
        // Of the last that clocks have shown some may be later than they say.
        let times = FireTimes(from: first, until: now, most: most + Self.lookAhead, timing)
        let present = moment * 1_000
        var moments = try await transaction.moments(times.due, by: timing).map(\.milliseconds)
        // Clocks that are set back show times again: what they show next may have been.
        var (next, ahead) = (Int64?.none, times.next)
        var size = 1
        while next == nil, let first = ahead {
            var asked = [first]
            ahead = timing.following(first)
            while asked.count < size, let time = ahead {
                asked.append(time)
                ahead = timing.following(time)
            }
            let found = try await transaction.moments(asked, by: timing).map(\.milliseconds)
            moments += found.filter { $0 <= present }
            next = found.first { $0 > present }
            size = Self.lookAhead
        }
        // Clocks that are set forward show several times at one moment.
        var due = Array(Set(moments.filter { $0 <= present }).sorted().suffix(most))
        next = moments.filter { $0 > present }.min() ?? next
        if missedRuns == .skip { due.removeAll { present - $0 > Self.grace * 1_000 } }
        return (
            due.map { UTCTimestamp(milliseconds: $0) }, next.map { UTCTimestamp(milliseconds: $0) }
        )
    }

    /// How many times are looked at beyond those that have come: more than clocks ever repeat.
    private static let lookAhead = 200
}

extension PostgresTransaction {
    /// The moments at which the clock that a schedule goes by shows times.
    func moments(
        _ times: [Int64],
        by timing: Schedule.Timing
    ) async throws(PostgresError) -> [UTCTimestamp] {
        switch timing {
        case .every: return times.map { UTCTimestamp(milliseconds: $0 * 1_000) }
        case .cron(_, let zone):
            if times.isEmpty { return [] }
            var moments: [UTCTimestamp] = []
            for row in try await query(.moments, zone, times) {
                moments.append(try row.read(UTCTimestamp.self, at: 0))
            }
            return moments
        }
    }

    /// The steps of a schedule, in order.
    func steps(of schedule: String) async throws -> [Schedule.Step] {
        var steps: [Schedule.Step] = []
        for row in try await query(.scheduleSteps, schedule) {
            let (_, queue, kind, payload, priority, places) = try row.read(
                Int.self,
                String.self,
                String.self,
                SharedBytes.self,
                Int.self,
                [Int].self
            )
            guard let queue = ServiceName(queue) else {
                throw RPCError.damagedData
            }
            var step = Schedule.Step(
                queue: queue,
                kind: kind,
                payload: Array(copying: payload.bytes),
                waitsFor: places
            )
            step.priority = priority
            steps.append(step)
        }
        return steps
    }
}
