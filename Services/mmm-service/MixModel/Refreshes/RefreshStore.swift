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

    /// Deletes models; those that wait, are trained or count stay.
    ///
    /// - Parameters:
    ///   - ids: which.
    ///   - transaction: the tenant's, in which models are held.
    /// - Returns: the panels that they were fitted to.
    /// - Throws: `PostgresError`.
    func delete(
        _ ids: [PostgresUUID],
        in transaction: PostgresTransaction
    ) async throws -> [PostgresUUID] {
        var panels: [PostgresUUID] = []
        for id in ids {
            guard let row = try await transaction.query(.deleteIdleModel, id).atMostOne() else {
                continue
            }
            panels.append(try row.read(PostgresUUID.self))
        }
        return panels
    }
}

extension Statement {
    fileprivate static let deleteIdleModel = Statement(
        "mmm.delete_idle_model",
        """
        delete from mix_models
        where model_id = $1 and promoted_at is null
            and state in ('draft', 'completed', 'failed', 'cancelled')
        returning panel_id
        """
    )
}
