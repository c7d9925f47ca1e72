internal import Jobs
internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Takes snapshots: counts what has changed, measures, and moves findings.
///
/// Counting a day is a transaction of its own, and no loss if it is done twice; all that a snapshot
/// concludes is one transaction with the end of the job, and so happens once.
struct SnapshotJob: Sendable {
    private let offload: WorkerPool?
    private let facts = FactStore()
    private let snapshots = SnapshotStore()
    private let rules = QualityRuleStore()
    private let findings = FindingStore()

    /// How many days back a snapshot may be of, and how long what it leaves is kept.
    static let mostDaysBack: Int32 = 400
    /// How long a statement may take that counts a day or reads many.
    private static let patience = Duration.seconds(300)

    /// The jobs that take snapshots.
    static func type(of service: ServiceName) -> JobType<IngestV1.TakeSnapshotRequest> {
        JobType("quality_snapshot", of: service)
    }

    /// One each night, of the day before.
    static func nightly(of service: ServiceName) -> NightlyWork {
        NightlyWork(
            scheduleName: "data-quality",
            hour: 2,
            step: Schedule.Step(type(of: service), IngestV1.TakeSnapshotRequest())
        )
    }

    /// How they are done.
    ///
    /// - Parameters:
    ///   - service: whose workers do them.
    ///   - offload: threads for what takes long; nil to take the loop's time.
    /// - Returns: the handler.
    static func handler(of service: ServiceName, offload: WorkerPool?) -> JobHandler {
        let job = SnapshotJob(offload)
        return JobHandler(type(of: service)) { request, run in try await job.take(request, run) }
    }

    private init(_ offload: WorkerPool?) { self.offload = offload }

    // MARK: Taking one

    private func take(_ request: IngestV1.TakeSnapshotRequest, _ run: JobRun) async throws {
        let scope = try run.scope(within: Self.patience)
        let zone = scope.entry.settings.timeZone
        let today = try await facts.today(in: scope)
        let day = PostgresDate(text: request.date) ?? today.adding(-1)
        let days = day.adding(1 - QualityFacts.days)...day
        let (rows, recounted) = try await rows(of: days, timeZone: zone, run)
        let (metrics, isTruncated) = try await offload.runBeside {
            try FactStore.facts(rows, of: day, isComplete: day < today).metrics()
        }
        var snapshot = IngestV1.QualitySnapshot()
        snapshot.date = day.text
        snapshot.timeZone = zone
        snapshot.complete = day < today
        snapshot.metrics = metrics
        snapshot.metricCount = Int32(metrics.count)
        snapshot.truncated = isTruncated
        snapshot.recountedDays = Int32(recounted)
        try await conclude(snapshot, of: day, today: today, run)
    }

    /// How often days are counted that another snapshot finds to have changed meanwhile.
    private static let mostTries = 10

    /// What the tables say once all days are counted, and how many had to be.
    private func rows(
        of days: ClosedRange<PostgresDate>,
        timeZone: String,
        _ run: JobRun
    ) async throws -> ([Rows], Int) {
        var recounted = 0
        for _ in 0..<Self.mostTries {
            recounted += try await count(days, timeZone: timeZone, run)
            let rows = try await run.transaction(within: Self.patience) { transaction in
                try await facts.read(days, timeZone: timeZone, in: transaction)
            }
            if let rows { return (rows, recounted) }
        }
        throw RPCError(.aborted, "days change faster than they are counted")
    }

    /// Counts the days of which something has changed, or that never were counted.
    private func count(
        _ days: ClosedRange<PostgresDate>,
        timeZone: String,
        _ run: JobRun
    ) async throws -> Int {
        try await run.transaction(within: Self.patience) { transaction in
            try await facts.forgetChangedDays(timeZone: timeZone, in: transaction)
        }
        let uncounted = try await facts.uncounted(days, in: try run.scope())
        for (place, day) in uncounted.enumerated() {
            run.report(Double(place) / Double(uncounted.count), "counts \(day.text)")
            try await run.transaction(within: Self.patience) { transaction in
                try await facts.count(day, timeZone: timeZone, in: transaction)
            }
        }
        return uncounted.count
    }

    /// Keeps a snapshot with what follows from it, and ends the job.
    ///
    /// An attempt after one that was lost in between finds the snapshot by its job.
    private func conclude(
        _ snapshot: IngestV1.QualitySnapshot,
        of day: PostgresDate,
        today: PostgresDate,
        _ run: JobRun
    ) async throws {
        let now = UTCTimestamp.now
        let job = run.id.uuid
        let kept = try await run.transaction(within: Self.patience) { transaction in
            try await facts.hold(in: transaction)
            if let known = try await snapshots.snapshot(ofJob: job, in: transaction) {
                return known
            }
            var snapshot = snapshot
            let last = try await snapshots.lastDay(in: transaction)
            if last.map({ $0 <= day }) ?? true {
                let ledger = try await ledger(snapshot.metrics, of: day, in: transaction)
                try await findings.keep(ledger, at: now, in: transaction)
                snapshot.openedFindings = Int32(ledger.opened.count)
                snapshot.resolvedFindings = Int32(ledger.resolved)
            }
            try await prune(today, at: now, in: transaction)
            return try await snapshots.add(snapshot, of: day, job: job, at: now, in: transaction)
        }
        try await run.complete(kept.encoded())
    }

    private func prune(
        _ today: PostgresDate,
        at now: UTCTimestamp,
        in transaction: PostgresTransaction
    ) async throws {
        let first = today.adding(-Self.mostDaysBack)
        try await snapshots.prune(before: first, in: transaction)
        try await facts.prune(before: first.adding(-QualityFacts.days), in: transaction)
        let time = now.adding(days: -Int(Self.mostDaysBack))
        try await findings.prune(before: time, in: transaction)
    }

    private func ledger(
        _ metrics: [IngestV1.QualityMetric],
        of day: PostgresDate,
        in transaction: PostgresTransaction
    ) async throws -> FindingLedger {
        var streaks = try await rules.rules(in: transaction)
            .compactMap { $0.rule.map { RuleStreaks(QualityRule(checked: $0)) } }
        let window = streaks.map(\.rule.window).max() ?? 1
        if window > 1 {
            try await snapshots.forEachDay(
                of: day.adding(1 - Int32(window))...day.adding(-1),
                last: window,
                in: transaction
            ) { _, day, metrics in
                for place in streaks.indices {
                    streaks[place].go(on: metrics, of: day.daysSince1970)
                }
            }
        }
        for place in streaks.indices { streaks[place].go(on: metrics, of: day.daysSince1970) }
        return FindingLedger(
            try await findings.open(in: transaction),
            streaks,
            on: day.daysSince1970
        )
    }
}
