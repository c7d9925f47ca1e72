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

    /// Deletes panels that nobody has kept, and that no model is fitted to any more.
    ///
    /// - Parameters:
    ///   - ids: which.
    ///   - transaction: the tenant's, in which models are held.
    /// - Throws: `PostgresError`.
    func deletePanels(_ ids: [PostgresUUID], in transaction: PostgresTransaction) async throws {
        for id in ids { try await transaction.query(.deleteUnusedPanel, id) }
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
    fileprivate static let deleteUnusedPanel = Statement(
        "mmm.delete_unused_panel",
        """
        delete from mix_panels where panel_id = $1 and not is_kept
            and not exists (select 1 from mix_models where panel_id = $1)
        """
    )
}
