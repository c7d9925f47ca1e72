internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// What trainings write: all their SQL.
struct TrainingStore: Sendable {
    private let models = ModelStore()
    private let chains = ChainStore()

    /// What a training finds.
    enum Start: Sendable {
        /// Nothing to be trained: somebody has deleted or cancelled it.
        case none
        /// The tenant has another model trained.
        case wait
        /// It begins, or goes on, with those that are drawn together with it.
        case begins([ModelRecord])
    }

    /// Begins a training, or goes on with it.
    ///
    /// - Parameters:
    ///   - id: the model; of several outcomes the first.
    ///   - job: the job that trains it.
    ///   - version: the program's; what another has drawn is forgotten.
    ///   - transaction: the job's.
    /// - Returns: what there is to do.
    /// - Throws: `PostgresError`.
    func begin(
        _ id: PostgresUUID,
        by job: PostgresUUID,
        version: String,
        in transaction: PostgresTransaction
    ) async throws -> Start {
        let record: ModelRecord
        do {
            record = try await models.held(id, in: transaction)
        } catch let error as RPCError where error.code == .notFound {
            return .none
        }
        guard record.state.isUnderWay, record.job == job else { return .none }
        let others = try await transaction.query(.countTrainings, id).one().read(Int64.self)
        guard others == 0 else { return .wait }
        if record.version != version { try await chains.delete(of: id, in: transaction) }
        try await transaction.query(.beginTraining, id, version, UTCTimestamp.now)
        return .begins(try await models.group(of: record, in: transaction))
    }

    /// Keeps how far a training is.
    ///
    /// - Parameters:
    ///   - progress: how far; nil if that has not changed.
    ///   - saved: chains to be kept.
    ///   - records: the models that are drawn together, in order.
    ///   - job: what trains them.
    ///   - transaction: the job's.
    /// - Returns: whether it is to go on: nobody has cancelled or deleted it.
    /// - Throws: `PostgresError`.
    func keep(
        _ progress: MixModelV1.TrainingProgress?,
        _ saved: [(number: Int, bytes: SharedBytes)],
        of records: [ModelRecord],
        by job: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws -> Bool {
        // Before the rows themselves, as all do who change more than one.
        if records.count > 1 { try await models.hold(in: transaction) }
        let id = records[0].id
        let kept = try await transaction.query(.keepProgress, id, job, progress?.encoded())
        guard kept.affected > 0 else { return false }
        try await chains.put(saved, of: id, in: transaction)
        return true
    }

    /// Ends a training; nothing if somebody has cancelled or deleted it.
    ///
    /// - Parameters:
    ///   - end: what comes of it.
    ///   - records: the models that were drawn together, in order.
    ///   - job: what has trained them.
    ///   - transaction: the job's.
    /// - Throws: `PostgresError`.
    func end(
        _ end: TrainingEnd,
        of records: [ModelRecord],
        by job: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws {
        let promotes = records.contains { $0.definition.promotes } && end.problem == nil
        if promotes || records.count > 1 { try await models.hold(in: transaction) }
        for (index, record) in records.enumerated() {
            let ended = try await transaction.query(
                .endTraining,
                record.id,
                job,
                end.problem == nil ? "completed" : "failed",
                end.problem,
                index < end.summaries.count ? end.summaries[index].encoded() : nil,
                UTCTimestamp.now,
                end.progress?.encoded()
            )
            guard ended.affected == 1 else { return }
            if index == 0 { try await chains.put(end.chains, of: record.id, in: transaction) }
            if promotes { try await models.promote(record, in: transaction) }
        }
    }

    /// Models that wait or are trained, with their jobs.
    func open(in scope: TenantScope) async throws -> [(model: PostgresUUID, job: PostgresUUID)] {
        try await scope.read(.listOpenTrainings).map {
            try $0.read(PostgresUUID.self, PostgresUUID.self)
        }
    }

    /// Notes that a job has ended without a word to its model.
    ///
    /// - Parameters:
    ///   - id: the model.
    ///   - job: its job; nothing happens if it has another by now.
    ///   - problem: why; nil if somebody has cancelled it.
    ///   - time: when.
    ///   - scope: the tenant's.
    /// - Throws: `PostgresError`.
    func abandon(
        _ id: PostgresUUID,
        by job: PostgresUUID,
        _ problem: String?,
        at time: UTCTimestamp,
        in scope: TenantScope
    ) async throws {
        let state = problem == nil ? "cancelled" : "failed"
        let nothing = SharedBytes?.none
        try await scope.write(.endTraining, id, job, state, problem, nothing, time, nothing)
    }
}

/// What comes of a training.
struct TrainingEnd: Sendable {
    /// What is thought of it, of each model in order; none if there are no draws.
    var summaries: [MixModelV1.TrainingSummary] = []
    /// Why the models cannot be used; nil if they can.
    var problem: String?
    /// How far chains were in the end; nil of fits.
    var progress: MixModelV1.TrainingProgress?
    /// What was drawn.
    var chains: [(number: Int, bytes: SharedBytes)] = []
}

extension Statement {
    fileprivate static let countTrainings = Statement(
        "mmm.count_trainings",
        """
        select count(*) from mix_models
        where state = 'training' and model_id <> $1 and leader_id is distinct from $1
        """
    )
    fileprivate static let beginTraining = Statement(
        "mmm.begin_training",
        """
        update mix_models set
            started_at = case when state = 'training' then started_at else $3 end,
            state = 'training', version = $2
        where model_id = $1 or leader_id = $1
        """
    )
    fileprivate static let keepProgress = Statement(
        "mmm.keep_progress",
        """
        update mix_models set progress = coalesce($3, progress)
        where (model_id = $1 or leader_id = $1) and job_id = $2 and state = 'training'
        """
    )
    fileprivate static let endTraining = Statement(
        "mmm.end_training",
        """
        update mix_models set state = $3, problem = $4, summary = $5, completed_at = $6,
            progress = coalesce($7, progress)
        where model_id = $1 and job_id = $2 and state in ('queued', 'training')
        """
    )
    fileprivate static let listOpenTrainings = Statement(
        "mmm.list_open_trainings",
        """
        select model_id, job_id from mix_models where state in ('queued', 'training')
        order by model_id
        """
    )
}
