internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// The models of tenants: all their SQL but that of trainings.
struct ModelStore: Sendable {
    /// How many models are kept, and how many may wait or be trained.
    static let most: (kept: Int64, open: Int64) = (200, 50)

    // MARK: Reading

    /// A model.
    ///
    /// - Throws: NOT_FOUND, or `PostgresError`.
    func model(_ id: PostgresUUID, in scope: TenantScope) async throws -> ModelRecord {
        guard let row = try await scope.read(.findModel, id).atMostOne() else {
            throw Self.missing(id)
        }
        return try ModelRecord(row)
    }

    /// A model, which nobody else changes before the transaction has ended.
    ///
    /// - Throws: NOT_FOUND, or `PostgresError`.
    func held(_ id: PostgresUUID, in transaction: PostgresTransaction) async throws -> ModelRecord {
        try await hold(in: transaction)
        guard let row = try await transaction.query(.findModel, id).atMostOne() else {
            throw Self.missing(id)
        }
        return try ModelRecord(row)
    }

    /// Lets nobody else create or change a model before the transaction has ended.
    func hold(in transaction: PostgresTransaction) async throws {
        try await transaction.query(.holdModels)
    }

    /// Models, the newest first.
    ///
    /// - Parameters:
    ///   - filter: which of them.
    ///   - state: where they stand; nil for all.
    ///   - last: the one before them; nil from the newest on.
    ///   - limit: how many.
    ///   - scope: the tenant's.
    /// - Returns: the models.
    /// - Throws: `PostgresError`.
    func list(
        _ filter: MixModelV1.ListModelsRequest,
        _ state: ModelRecord.State?,
        before last: PostgresUUID?,
        limit: Int,
        in scope: TenantScope
    ) async throws -> [ModelRecord] {
        try await scope.read(
            .listModels,
            state?.rawValue,
            filter.kpi.isEmpty ? nil : filter.kpi,
            filter.label.isEmpty ? nil : filter.label,
            filter.promoted,
            last,
            Int64(limit)
        ).map { try ModelRecord($0) }
    }

    // MARK: Room

    /// Refuses models for which there is no room, before their panel is made and kept.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - trained: whether they are trained at once.
    ///   - scope: the tenant's.
    /// - Throws: RESOURCE_EXHAUSTED, or `PostgresError`.
    func checkRoom(for count: Int, trained: Bool, in scope: TenantScope) async throws {
        let counts = try Counts(try await scope.read(.countModels))
        try counts.checkRoom(for: count)
        if trained { try counts.checkTraining() }
    }

    /// How many models there are, and how many trainings wait or run.
    private struct Counts {
        let kept: Int64
        let open: Int64

        init(_ rows: Rows) throws {
            (kept, open) = try rows.one().read(Int64.self, Int64.self)
        }

        func checkRoom(for count: Int) throws(RPCError) {
            guard kept + Int64(count) <= ModelStore.most.kept else {
                throw RPCError(
                    .resourceExhausted,
                    "there are \(kept) models, and \(ModelStore.most.kept) are kept: delete some",
                    ErrorDetails(reason: "MODELS_KEPT")
                )
            }
        }

        func checkTraining() throws(RPCError) {
            guard open < ModelStore.most.open else {
                throw RPCError(
                    .resourceExhausted,
                    "\(ModelStore.most.open) models wait or are trained: have this trained when"
                        + " one is done",
                    ErrorDetails(reason: "TRAININGS_OPEN", retryAfter: .seconds(30))
                )
            }
        }
    }

    // MARK: Writing

    /// The models that are drawn together with one, in order, it among them.
    ///
    /// - Parameters:
    ///   - record: the first of them.
    ///   - transaction: the tenant's, in which models are held.
    /// - Returns: that alone if it is drawn alone.
    /// - Throws: DATA_LOSS if one is gone; `PostgresError`.
    func group(
        of record: ModelRecord,
        in transaction: PostgresTransaction
    ) async throws -> [ModelRecord] {
        var group = [record]
        for id in record.group.dropFirst() {
            guard let row = try await transaction.query(.findModel, id).atMostOne() else {
                throw RPCError(
                    .dataLoss,
                    "the model '\(id)', which '\(record.id)' is drawn together with, is gone"
                )
            }
            group.append(try ModelRecord(row))
        }
        return group
    }

    /// Keeps drafts that are drawn together.
    ///
    /// - Parameters:
    ///   - made: the drafts.
    ///   - ids: what each will be called.
    ///   - actor: in whose name.
    ///   - transaction: the tenant's.
    /// - Throws: RESOURCE_EXHAUSTED if there are too many; NOT_FOUND if a panel was deleted
    ///   meanwhile; `PostgresError`.
    func add(
        _ made: ModelMaker.Made,
        as ids: [PostgresUUID],
        by actor: String,
        in transaction: PostgresTransaction
    ) async throws {
        try await hold(in: transaction)
        try Counts(try await transaction.query(.countModels)).checkRoom(for: ids.count)
        for (id, member) in zip(ids, made.members) {
            guard let panel = member.panel else {
                throw RPCError(.internalError, "a model of a panel that is not kept cannot be kept")
            }
            var definition = member.definition
            for (index, other) in zip(definition.model?.joint.indices ?? 0..<0, ids) {
                definition.model?.joint[index].modelID = "\(other)"
            }
            let leader = id == ids[0] ? nil : ids[0]
            try await add(id, definition, leader, panel, by: actor, in: transaction)
        }
    }

    private func add(
        _ id: PostgresUUID,
        _ definition: MixModelV1.StoredModel,
        _ leader: PostgresUUID?,
        _ panel: PostgresUUID,
        by actor: String,
        in transaction: PostgresTransaction
    ) async throws {
        let model = definition.model ?? .init()
        do {
            try await transaction.query(
                .insertModel,
                id,
                model.label,
                model.kpi,
                panel,
                model.configurationDigest,
                actor,
                definition.encoded(),
                UTCTimestamp.now,
                leader
            )
        } catch {
            guard error.constraint == "mix_models_panel_fkey" else { throw error }
            throw RPCError(.notFound, "panel_id: the panel '\(panel)' was deleted meanwhile")
        }
    }

    /// Has a model wait for its training, with those that are drawn together with it.
    ///
    /// - Parameters:
    ///   - id: the first of them.
    ///   - job: what trains it.
    ///   - transaction: the tenant's, in which models are held.
    /// - Throws: RESOURCE_EXHAUSTED if too many wait; `PostgresError`.
    func queue(
        _ id: PostgresUUID,
        as job: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws {
        try Counts(try await transaction.query(.countModels)).checkTraining()
        try await transaction.query(.queueModel, id, job)
    }

    /// Makes a model the one that counts.
    func promote(_ model: ModelRecord, in transaction: PostgresTransaction) async throws {
        let told = model.definition.model ?? .init()
        try await transaction.query(.demoteModels, told.kpi, told.label)
        try await transaction.query(.promoteModel, model.id, UTCTimestamp.now)
    }

    /// Notes that somebody has ended the training of a model, and of those that are drawn together
    /// with it, of which it is the first; nothing if it has ended by itself.
    func cancel(_ id: PostgresUUID, in transaction: PostgresTransaction) async throws {
        try await transaction.query(.cancelModel, id, UTCTimestamp.now)
    }

    /// Deletes a model with its draws, those that are drawn together with it, and panels that
    /// nobody has kept or uses.
    ///
    /// - Returns: its job, if it had one.
    /// - Throws: NOT_FOUND; FAILED_PRECONDITION if it is not the first of those that are drawn
    ///   together; `PostgresError`.
    func delete(_ id: PostgresUUID, in scope: TenantScope) async throws -> PostgresUUID? {
        try await scope.transaction { transaction in
            let record = try await held(id, in: transaction)
            guard record.leader == id else {
                throw RPCError(
                    .failedPrecondition,
                    "model_id: '\(id)' has its draws from '\(record.leader)', which it was drawn"
                        + " together with: delete that, and it goes with it",
                    ErrorDetails(reason: "MODEL_JOINT")
                )
            }
            let panels = try await transaction.query(.deleteModels, id).map {
                try $0.read(PostgresUUID.self)
            }
            try await StoredPanelStore().deleteUnused(panels, in: transaction)
            return record.job
        }
    }

    static func missing(_ id: PostgresUUID) -> RPCError {
        RPCError(.notFound, "model_id: there is no model '\(id)'")
    }
}

extension Statement {
    fileprivate static let findModel = Statement(
        "mmm.find_model",
        """
        select model_id, state, panel_id, job_id, version, definition, problem, progress, summary,
            created_at, started_at, completed_at, promoted_at
        from mix_models where model_id = $1
        """
    )
    fileprivate static let listModels = Statement(
        "mmm.list_models",
        """
        select model_id, state, panel_id, job_id, version, definition, problem, progress, summary,
            created_at, started_at, completed_at, promoted_at
        from mix_models
        where ($1::text is null or state = $1) and ($2::text is null or kpi = $2)
            and ($3::text is null or label = $3) and (not $4 or promoted_at is not null)
            and ($5::uuid is null or model_id < $5)
        order by model_id desc limit $6
        """
    )
    fileprivate static let holdModels = Statement(
        "mmm.hold_models",
        "select pg_advisory_xact_lock(1296911692, hashtext(current_schema()))"
    )
    fileprivate static let countModels = Statement(
        "mmm.count_models",
        """
        select count(*),
            count(*) filter (where state in ('queued', 'training') and leader_id is null)
        from mix_models
        """
    )
    fileprivate static let insertModel = Statement(
        "mmm.insert_model",
        """
        insert into mix_models (model_id, state, label, kpi, panel_id, configuration_digest, actor,
            definition, created_at, leader_id)
        values ($1, 'draft', $2, $3, $4, $5, $6, $7, $8, $9)
        """
    )
    fileprivate static let queueModel = Statement(
        "mmm.queue_model",
        """
        update mix_models set state = 'queued', job_id = $2, problem = null, completed_at = null,
            progress = null, summary = null
        where model_id = $1 or leader_id = $1
        """
    )
    fileprivate static let demoteModels = Statement(
        "mmm.demote_models",
        """
        update mix_models set promoted_at = null
        where kpi = $1 and label = $2 and promoted_at is not null
        """
    )
    fileprivate static let promoteModel = Statement(
        "mmm.promote_model",
        "update mix_models set promoted_at = $2 where model_id = $1 and state = 'completed'"
    )
    fileprivate static let cancelModel = Statement(
        "mmm.cancel_model",
        """
        update mix_models set state = 'cancelled', completed_at = $2
        where (model_id = $1 or leader_id = $1) and state in ('queued', 'training')
        """
    )
    fileprivate static let deleteModels = Statement(
        "mmm.delete_models",
        "delete from mix_models where model_id = $1 or leader_id = $1 returning panel_id"
    )
}
