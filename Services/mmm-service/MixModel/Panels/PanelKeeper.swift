internal import Messages
internal import Net
internal import Panels
internal import Postgres
internal import RPC
internal import Tenancy
internal import Wire

/// Makes panels that are kept: of what tenants have sent, or of tables.
struct PanelKeeper: Sendable {
    private let source: PanelSource
    private let offload: WorkerPool?
    private let store = StoredPanelStore()

    init(offload: WorkerPool?) {
        source = PanelSource(offload: offload)
        self.offload = offload
    }

    /// A panel that could be kept.
    struct Made: Sendable {
        /// What is in it.
        let panel: Panel
        /// What is told of it.
        let stored: StoredPanel
        /// What is to be known of it.
        let findings: PanelFindings
        /// What is to be known of days that it has, and other outcomes do not.
        var cut: PanelFinding?
    }

    /// Makes a panel of what a tenant has sent.
    ///
    /// - Parameters:
    ///   - selection: what it is made of.
    ///   - label: what it is called.
    ///   - scope: the tenant's.
    /// - Returns: the panel.
    /// - Throws: as ``PanelSource/panel(_:in:)``; FAILED_PRECONDITION if amounts have no rate.
    func make(
        _ selection: MixModelV1.PanelSelection,
        label: String,
        in scope: TenantScope
    ) async throws -> Made {
        try await make([selection], label: label, in: scope)[0]
    }

    /// Makes panels of what a tenant has sent, which differ in their outcomes alone.
    ///
    /// - Parameters:
    ///   - selections: what they are made of.
    ///   - label: what they are called.
    ///   - scope: the tenant's.
    /// - Returns: a panel for each.
    /// - Throws: as ``PanelSource/panels(_:in:)``; FAILED_PRECONDITION if amounts have no rate.
    func make(
        _ selections: [MixModelV1.PanelSelection],
        label: String,
        in scope: TenantScope
    ) async throws -> [Made] {
        let made = try await source.panels(selections, in: scope)
        let unconverted = made.map(\.maker.leftOut.unconvertedRows).max() ?? 0
        guard unconverted == 0 else {
            throw RPCError(
                .failedPrecondition,
                "the currency of \(unconverted) rows has no rate: send the rates of these days",
                ErrorDetails(reason: "PANEL_REFUSED")
            )
        }
        let (currency, actor) = (
            scope.entry.settings.currency, scope.context.actor.description
        )
        return try await offload.runBeside {
            zip(selections, made).map { selection, made in
                var findings = PanelContract(isOutcomeMoney: made.isMoney).check(made.maker.panel)
                if let cut = made.cut { findings.add(cut) }
                var stored = StoredPanel(
                    made.maker.panel,
                    label: label,
                    isMoney: made.isMoney,
                    currency: currency,
                    findings,
                    by: actor
                )
                stored.tell(selection)
                return Made(
                    panel: made.maker.panel,
                    stored: stored,
                    findings: findings,
                    cut: made.cut
                )
            }
        }
    }

    /// Makes a panel of a table.
    ///
    /// - Parameters:
    ///   - table: the table.
    ///   - label: what it is called.
    ///   - scope: the tenant's.
    /// - Returns: the panel.
    /// - Throws: INVALID_ARGUMENT if it cannot be read; RESOURCE_EXHAUSTED.
    func make(
        _ table: MixModelV1.PanelTable,
        label: String,
        in scope: TenantScope
    ) async throws -> Made {
        var violations = FieldViolations()
        let declaration = violations.checked(table)
        try violations.finish("no panel can be made like this")
        let currency = table.currency.isEmpty ? scope.entry.settings.currency : table.currency
        let actor = scope.context.actor.description
        return try await offload.runBeside {
            do throws(PanelFindings) {
                let text = try declaration.table(table.csv.rawBytes)
                let roles = try declaration.roles(of: text)
                let reading = try declaration.reading(text, roles)
                var findings = reading.findings
                let contract = PanelContract(isOutcomeMoney: reading.isOutcomeMoney)
                findings.add(contract.check(reading.panel))
                var stored = StoredPanel(
                    reading.panel,
                    label: label,
                    isMoney: reading.isOutcomeMoney,
                    currency: currency,
                    findings,
                    by: actor
                )
                stored.tell(nil, columns: roles.shown(for: text))
                return Made(panel: reading.panel, stored: stored, findings: findings)
            } catch {
                throw RPCError(
                    .invalidArgument,
                    "table.csv: \(error.all.prefix(10).map(\.description).joined(separator: "; "))"
                )
            }
        }
    }

    /// Keeps panels, or finds those that hold the same.
    ///
    /// - Parameters:
    ///   - all: the panels: all are kept, or none.
    ///   - forRefresh: whether they are only for the models of a refresh, and go with them.
    ///   - scope: the tenant's.
    /// - Returns: what is kept then, of each.
    /// - Throws: FAILED_PRECONDITION if no model may be fitted to one; RESOURCE_EXHAUSTED;
    ///   `PostgresError`.
    func keep(
        _ all: [Made],
        forRefresh: Bool = false,
        in scope: TenantScope
    ) async throws -> [StoredPanel] {
        for made in all {
            if made.findings.isRefusal { throw made.findings.refusal }
            try PanelSource.check(made.panel)
        }
        let contents = try await offload.runBeside {
            all.map { MixModelV1.PanelContents($0.panel).encoded() }
        }
        return try await scope.transaction { transaction in
            var kept: [StoredPanel] = []
            for (made, contents) in zip(all, contents) {
                kept.append(
                    try await store.put(
                        made.stored,
                        contents,
                        isKept: !forRefresh,
                        in: transaction
                    )
                )
            }
            return kept
        }
    }
}
