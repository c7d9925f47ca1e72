internal import Messages
internal import Postgres
internal import Tenancy

/// The models that refreshes have made.
struct RefreshStore: Sendable {
    private let models = ModelStore()

    /// The models of a refresh.
    ///
    /// - Parameters:
    ///   - refresh: its name.
    ///   - scope: the tenant's.
    /// - Returns: those that are kept, the newest first.
    /// - Throws: `PostgresError`.
    func models(of refresh: String, in scope: TenantScope) async throws -> [ModelRecord] {
        let all = try await models.list(
            MixModelV1.ListModelsRequest(),
            nil,
            before: nil,
            limit: Int(ModelStore.most.kept),
            in: scope
        )
        return all.filter { $0.definition.model?.refresh == refresh }
    }

    /// Deletes models with those that are drawn together with them; where one waits, is trained or
    /// counts, all stay.
    ///
    /// - Parameters:
    ///   - ids: which; of several outcomes the first.
    ///   - transaction: the tenant's, in which models are held.
    /// - Returns: the panels that they were fitted to.
    /// - Throws: `PostgresError`.
    func delete(
        _ ids: [PostgresUUID],
        in transaction: PostgresTransaction
    ) async throws -> [PostgresUUID] {
        var panels: [PostgresUUID] = []
        for id in ids {
            panels += try await transaction.query(.deleteIdleModels, id).map {
                try $0.read(PostgresUUID.self)
            }
        }
        return panels
    }
}

extension Statement {
    fileprivate static let deleteIdleModels = Statement(
        "mmm.delete_idle_models",
        """
        delete from mix_models
        where (model_id = $1 or leader_id = $1) and not exists (
            select from mix_models as own
            where (own.model_id = $1 or own.leader_id = $1)
                and (own.promoted_at is not null or own.state in ('queued', 'training'))
        )
        returning panel_id
        """
    )
}
