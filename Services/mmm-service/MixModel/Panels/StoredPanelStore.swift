internal import Messages
internal import Panels
internal import Postgres
internal import RPC
internal import Tenancy
internal import Wire

/// The panels that tenants keep: all their SQL.
struct StoredPanelStore: Sendable {
    /// How many are kept at most.
    private static let most: Int64 = 200

    /// A panel.
    ///
    /// - Throws: NOT_FOUND, or `PostgresError`.
    func panel(_ id: PostgresUUID, in scope: TenantScope) async throws -> StoredPanel {
        guard let row = try await scope.read(.findPanel, id).atMostOne() else {
            throw Self.missing(id)
        }
        return try StoredPanel(row)
    }

    /// What is in a panel.
    ///
    /// - Throws: NOT_FOUND, or `PostgresError`.
    func contents(_ id: PostgresUUID, in scope: TenantScope) async throws -> Panel {
        guard let row = try await scope.read(.findPanelContents, id).atMostOne() else {
            throw Self.missing(id)
        }
        let bytes = try row.read(SharedBytes.self)
        return Panel(try MixModelV1.PanelContents(decoding: bytes.bytes))
    }

    /// Panels, the newest first.
    ///
    /// - Parameters:
    ///   - last: the one before them; nil from the newest on.
    ///   - limit: how many.
    ///   - scope: the tenant's.
    /// - Returns: the panels.
    /// - Throws: `PostgresError`.
    func list(
        before last: PostgresUUID?,
        limit: Int,
        in scope: TenantScope
    ) async throws -> [StoredPanel] {
        try await scope.read(.listPanels, last, Int64(limit)).map { try StoredPanel($0) }
    }

    /// Keeps a panel, or finds the one that holds the same.
    ///
    /// - Parameters:
    ///   - panel: what is told of it.
    ///   - contents: what is in it.
    ///   - isKept: whether somebody keeps it, and not a refresh alone.
    ///   - transaction: the tenant's.
    /// - Returns: what is kept then.
    /// - Throws: RESOURCE_EXHAUSTED if there are too many; `PostgresError`.
    func put(
        _ panel: StoredPanel,
        _ contents: SharedBytes,
        isKept: Bool,
        in transaction: PostgresTransaction
    ) async throws -> StoredPanel {
        try await transaction.query(.holdPanels)
        let about = panel.about
        let known = try await transaction.query(
            .keepSamePanel,
            about.fingerprint,
            about.isMoney,
            about.currency,
            isKept
        )
        if let row = try known.atMostOne() { return try StoredPanel(row) }
        let count = try await transaction.query(.countPanels).one().read(Int64.self)
        guard count < Self.most else {
            throw RPCError(
                .resourceExhausted,
                "there are \(Self.most) panels, which is as many as are kept: delete some",
                ErrorDetails(reason: "PANELS_KEPT")
            )
        }
        try await transaction.query(
            .insertPanel,
            panel.id,
            about.fingerprint,
            about.isMoney,
            about.currency,
            about.label,
            panel.actor,
            about.encoded(),
            contents,
            panel.createTime,
            isKept
        )
        return panel
    }

    /// Deletes a panel.
    ///
    /// - Throws: NOT_FOUND; FAILED_PRECONDITION if a model is fitted to it; `PostgresError`.
    func delete(_ id: PostgresUUID, in scope: TenantScope) async throws {
        do {
            try await scope.transaction { transaction in
                // As who deletes models does, and takes their panels along.
                try await ModelStore().hold(in: transaction)
                let deleted = try await transaction.query(.deletePanel, id)
                guard deleted.affected == 1 else { throw Self.missing(id) }
            }
        } catch let error as PostgresError where error.constraint == "mix_models_panel_fkey" {
            throw RPCError(
                .failedPrecondition,
                "panel_id: there are models that are fitted to the panel: delete them first",
                ErrorDetails(reason: "PANEL_IN_USE")
            )
        }
    }

    private static func missing(_ id: PostgresUUID) -> RPCError {
        RPCError(.notFound, "panel_id: there is no panel '\(id)'")
    }

    /// Deletes panels that nobody has kept, and that no model is fitted to any more.
    ///
    /// - Parameters:
    ///   - ids: which.
    ///   - transaction: the tenant's, in which models are held.
    /// - Throws: `PostgresError`.
    func deleteUnused(_ ids: [PostgresUUID], in transaction: PostgresTransaction) async throws {
        for id in ids { try await transaction.query(.deleteUnusedPanel, id) }
    }
}

extension Statement {
    fileprivate static let findPanel = Statement(
        "mmm.find_panel",
        "select panel_id, about, label, actor, created_at from mix_panels where panel_id = $1"
    )
    fileprivate static let findPanelContents = Statement(
        "mmm.find_panel_contents",
        "select contents from mix_panels where panel_id = $1"
    )
    fileprivate static let listPanels = Statement(
        "mmm.list_panels",
        """
        select panel_id, about, label, actor, created_at from mix_panels
        where $1::uuid is null or (created_at, panel_id) < (
            select created_at, panel_id from mix_panels where panel_id = $1
        )
        order by created_at desc, panel_id desc limit $2
        """
    )
    /// Lets nobody else keep one before the transaction has ended.
    fileprivate static let holdPanels = Statement(
        "mmm.hold_panels",
        "select pg_advisory_xact_lock(1297121358, hashtext(current_schema()))"
    )
    /// What somebody keeps stays kept.
    ///
    /// A refresh that deletes it meanwhile has either ended, and
    /// nothing is found, or waits, and finds that it is kept.
    fileprivate static let keepSamePanel = Statement(
        "mmm.keep_same_panel",
        """
        update mix_panels set is_kept = is_kept or $4
        where fingerprint = $1 and is_money = $2 and currency = $3
        returning panel_id, about, label, actor, created_at
        """
    )
    fileprivate static let countPanels = Statement(
        "mmm.count_panels",
        "select count(*) from mix_panels"
    )
    fileprivate static let insertPanel = Statement(
        "mmm.insert_panel",
        """
        insert into mix_panels (panel_id, fingerprint, is_money, currency, label, actor, about,
            contents, created_at, is_kept)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """
    )
    fileprivate static let deleteUnusedPanel = Statement(
        "mmm.delete_unused_panel",
        """
        delete from mix_panels where panel_id = $1 and not is_kept
            and not exists (select 1 from mix_models where panel_id = $1)
        """
    )
    fileprivate static let deletePanel = Statement(
        "mmm.delete_panel",
        "delete from mix_panels where panel_id = $1"
    )
}
