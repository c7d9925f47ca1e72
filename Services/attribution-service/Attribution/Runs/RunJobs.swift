internal import Jobs
internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Computes runs by jobs.
///
/// What a run looks at follows from its row alone, so that attempts after the first say the same;
/// its result is kept in the transaction that ends the job.
struct RunJobs: Sendable {
    /// Whose workers do them.
    let service: ServiceName
    let queue: JobQueue
    let type: JobType<AttributionV1.StoredRunOrder>
    private let runner: ModelRunner
    private let quality: QualityInquiry?
    private let store = RunStore()

    /// How long one attempt may take.
    private static let limit = Duration.seconds(3_600)
    /// How long until an attempt is made again that found no slot, or no timelines.
    private static let pause = (slot: Duration.seconds(2), timelines: Duration.seconds(60))
    /// For how many milliseconds a run waits for timelines.
    private static let patience: Int64 = 86_400_000

    init(
        of service: ServiceName,
        _ queue: JobQueue,
        _ runner: ModelRunner,
        _ quality: QualityInquiry?
    ) {
        self.service = service
        self.queue = queue
        self.runner = runner
        self.quality = quality
        type = JobType("run_models", of: service)
    }

    /// How they are done.
    var handler: JobHandler {
        var retries = JobRetryPolicy()
        retries.mostFailures = 5
        return JobHandler(type, retries: retries, limit: Self.limit) { order, run in
            try await attempt(order, run)
        }
    }

    /// What they end with.
    var result: JobResult { JobResult(of: type, AttributionV1.Run.self) }

    // MARK: Attempts

    private func attempt(_ order: AttributionV1.StoredRunOrder, _ run: JobRun) async throws {
        guard let stored = try await begin(order, run) else {
            // Somebody has deleted it.
            return try await run.complete()
        }
        var record = stored.record
        let result = try await compute(stored, run)
        // Not before: a run that waits for a slot is tried again and again.
        let quality = try await quality?.ask(about: stored, for: run)
        record.state = .completed
        record.problem = nil
        record.fingerprint = result.fingerprint
        record.version = result.version
        record.endTime = .now
        let ended = record
        try await run.complete(ended.message(of: service).encoded()) { transaction in
            try await store.complete(ended, result, quality, in: transaction)
        }
    }

    /// The run of a job; nil if there is none any more.
    private func begin(
        _ order: AttributionV1.StoredRunOrder,
        _ run: JobRun
    ) async throws -> StoredRun? {
        let zone = try run.scope().entry.settings.timeZone
        return try await run.transaction { transaction in
            let known = try await store.find(run.id.uuid, in: transaction)
            if known == nil, let schedule = order.schedule {
                let (from, to) = try await store.lastDays(
                    schedule.days,
                    timeZone: zone,
                    in: transaction
                )
                var request = schedule.request ?? .init()
                var journeys = request.journeys ?? .init()
                journeys.fromTime = .init(from)
                journeys.toTime = .init(to)
                request.journeys = journeys
                let record = RunRecord(
                    run.id.uuid,
                    schedule.label,
                    seed: request.seed,
                    by: run.context.actor,
                    of: (schedule.name, schedule.keepDays)
                )
                try await store.add(record, request, in: transaction)
            }
            try await store.reopen(run.id.uuid, in: transaction)
            return try await store.find(run.id.uuid, in: transaction)
        }
    }

    private func compute(
        _ stored: StoredRun,
        _ run: JobRun
    ) async throws -> AttributionV1.ModelRun {
        do {
            return try await runner.run(
                stored.request,
                ModelPlan(stored.request),
                at: stored.record.createTime,
                in: run.scope(within: Self.limit)
            )
        } catch let error as RPCError where error.code == .resourceExhausted {
            throw JobInterruption.postpone(Self.pause.slot, error.message)
        } catch let failure as TimelinesNotMade {
            let waited = UTCTimestamp.now.milliseconds - stored.record.createTime.milliseconds
            throw waited < Self.patience
                ? JobInterruption.postpone(Self.pause.timelines, failure.status.message)
                : JobInterruption.discard(failure.status.message)
        }
    }
}
