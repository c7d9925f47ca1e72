internal import Messages
internal import Net
internal import Panels
internal import Postgres
internal import RPC
internal import Tenancy

/// Makes panels of what tenants have sent.
struct PanelSource: Sendable {
    private let store = PanelStore()
    private let offload: WorkerPool?

    init(offload: WorkerPool?) {
        self.offload = offload
    }

    /// How many numbers a panel has at most, all columns together.
    static let mostCells = 1_000_000
    /// How many channels, controls or treatments it has at most.
    static let mostColumns = 100

    /// A panel, with its periods and what was left out of it.
    struct Made: Sendable {
        let frame: PanelFrame
        let maker: PanelMaker
        /// Whether the outcome is money.
        let isMoney: Bool
    }

    /// Puts a panel together.
    ///
    /// - Parameters:
    ///   - selection: what it is made of.
    ///   - scope: the tenant's.
    /// - Returns: the panel.
    /// - Throws: INVALID_ARGUMENT with a violation for each field that makes no sense,
    ///   FAILED_PRECONDITION if there is nothing of what was asked for, RESOURCE_EXHAUSTED;
    ///   `PostgresError`.
    func panel(
        _ selection: MixModelV1.PanelSelection,
        in scope: TenantScope
    ) async throws -> Made {
        var violations = FieldViolations()
        let asked = violations.checked(selection)
        try violations.finish("no panel can be made like this")
        guard
            let days = try await store.days(
                of: selection.kpi,
                countedBy: selection.countedBy,
                in: scope
            )
        else { throw Self.nothing("there are no rows of the outcome '\(selection.kpi)'") }
        let weekStart = scope.entry.settings.weekStart
        let frame = PanelFrame(
            from: asked.first ?? days.first,
            to: asked.last ?? days.last,
            weeksFrom: selection.period == .day ? nil : weekStart
        )
        guard let frame else { throw Self.nothing("there is no whole week between these days") }
        let rows = try await store.rows(selection, frame, in: scope)
        try Self.check(rows, selection)
        let maker = try await offload.runBeside { PanelMaker(selection, frame, rows) }
        let columns =
            2 + 2 * maker.panel.channels.count
            + maker.panel.controls.count + maker.panel.treatments.count
        guard columns * maker.panel.cells <= Self.mostCells else {
            throw RPCError(
                .resourceExhausted,
                "\(columns) columns of \(maker.panel.geos.count) places in \(frame.periods) "
                    + "periods are more than \(Self.mostCells) numbers: ask for weeks, for fewer "
                    + "days or for fewer channels"
            )
        }
        return Made(frame: frame, maker: maker, isMoney: rows.outcomes[0].isMoney ?? false)
    }

    private static func check(
        _ rows: PanelRows,
        _ selection: MixModelV1.PanelSelection
    ) throws(RPCError) {
        if rows.outcomes.isEmpty {
            throw nothing("there are no rows of '\(selection.kpi)' in these days")
        }
        if Set(rows.outcomes.map(\.isMoney)).count > 1 || rows.outcomes[0].isMoney == nil {
            throw nothing("some rows of '\(selection.kpi)' are money and some are not")
        }
        let spent = Set(rows.spend.compactMap(\.channel))
        let known = Set(rows.covariates.map(\.name))
        for slug in selection.channels where !spent.contains(slug) {
            throw nothing("there is no spend of the channel '\(slug)' in these days")
        }
        for name in selection.controls + selection.treatments where !known.contains(name) {
            throw nothing("there are no rows of the covariate '\(name)' in these days")
        }
        if spent.isEmpty { throw nothing("nothing was spent on any channel in these days") }
    }

    private static func nothing(_ what: String) -> RPCError {
        RPCError(
            .failedPrecondition,
            "\(what): ListSources tells what there is",
            ErrorDetails(reason: "NOTHING_TO_MODEL")
        )
    }
}

extension FieldViolations {
    /// Checks a selection, and reads its days.
    fileprivate mutating func checked(
        _ selection: MixModelV1.PanelSelection
    ) -> (first: PostgresDate?, last: PostgresDate?) {
        let names = [
            ("channels", selection.channels), ("controls", selection.controls),
            ("treatments", selection.treatments),
        ]
        check(isName(selection.kpi), "selection.kpi", "expected the name of a KPI")
        check(
            selection.countedBy.isEmpty || isName(selection.countedBy),
            "selection.counted_by",
            "expected up to 200 characters without U+0000"
        )
        for (field, texts) in names {
            check(
                texts.count <= PanelSource.mostColumns && texts.allSatisfy(isName)
                    && Set(texts).count == texts.count,
                "selection.\(field)",
                "expected up to \(PanelSource.mostColumns) names, each once"
            )
        }
        check(
            Set(selection.controls).isDisjoint(with: selection.treatments),
            "selection.treatments",
            "expected covariates that are not controlled for"
        )
        let days = [("first_date", selection.firstDate), ("last_date", selection.lastDate)].map {
            field,
            text in
            let day = PostgresDate(text: text)
            check(
                text.isEmpty || day != nil,
                "selection.\(field)",
                "expected a day as 2026-01-31, or nothing"
            )
            return day
        }
        if let first = days[0], let last = days[1] {
            check(first <= last, "selection.last_date", "expected a day not before first_date")
        }
        check(
            [.unspecified, .day, .week].contains(selection.period),
            "selection.period",
            "expected one that there is, or nothing"
        )
        check(
            [.unspecified, .national, .byGeo].contains(selection.geography),
            "selection.geography",
            "expected one that there is, or nothing"
        )
        check(
            [.unspecified, .spend, .impressions, .clicks].contains(selection.exposure),
            "selection.exposure",
            "expected one that there is, or nothing"
        )
        return (days[0], days[1])
    }

    private func isName(_ text: String) -> Bool {
        (1...200).contains(text.count) && !text.utf8.contains(0)
    }
}
