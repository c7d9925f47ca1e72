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
        /// What is to be known of days that it has, and other outcomes do not.
        let cut: PanelFinding?
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
    ) async throws -> Made { try await panels([selection], in: scope)[0] }

    /// Puts panels together that differ in their outcomes alone: of the same rows, and of the days
    /// that all outcomes have.
    ///
    /// - Parameters:
    ///   - selections: at least one; beside outcomes they ask for the same.
    ///   - scope: the tenant's.
    /// - Returns: a panel for each.
    /// - Throws: as ``panel(_:in:)``.
    func panels(
        _ selections: [MixModelV1.PanelSelection],
        in scope: TenantScope
    ) async throws -> [Made] {
        var violations = FieldViolations()
        let asked = violations.checked(selections[0])
        try violations.finish("no panel can be made like this")
        let settings = scope.entry.settings
        let options = TransactionOptions(isolation: .repeatableRead, isReadOnly: true)
        let found = try await scope.transaction(options) { transaction in
            var known: [PanelStore.OutcomeDays] = []
            for selection in selections {
                known.append(try await days(of: selection, asked, transaction))
            }
            let common = selections.count == 1 ? asked : try Self.common(known, asked)
            var found: [(days: PanelStore.OutcomeDays, frame: PanelFrame, rows: PanelRows)] = []
            for (selection, days) in zip(selections, known) {
                let frame = try Self.frame(selection, common, days, weekStart: settings.weekStart)
                try Self.checkRoom(periods: frame.periods)
                let rows = try await store.rows(
                    selection,
                    frame,
                    in: settings.currency,
                    transaction
                )
                try await checkHolidays(of: selection, beside: rows, transaction)
                found.append((days, frame, rows))
            }
            return found
        }
        return try await offload.runBeside {
            // Who sends people with one outcome need not send them with each.
            let people = Dictionary(
                found.map { $0.rows.populations }.reversed().joined().map { ($0.key, $0.value) },
                uniquingKeysWith: { $1 }
            )
            return try zip(selections, found).map { selection, found in
                try Self.check(found.rows, selection)
                try Self.checkRoom(found.rows, selection, found.frame)
                return Made(
                    frame: found.frame,
                    maker: PanelMaker(selection, found.frame, found.rows, populations: people),
                    isMoney: found.rows.outcomes[0].isMoney ?? false,
                    cut: selections.count == 1
                        ? nil : Self.cut(selection.kpi, of: found.days, to: found.frame)
                )
            }
        }
    }

    /// What is to be known of an outcome that has more days than others, by more than a period at
    /// an end; nil if it has not.
    private static func cut(
        _ kpi: String,
        of days: PanelStore.OutcomeDays,
        to frame: PanelFrame
    ) -> PanelFinding? {
        let before = frame.first.daysSince1970 - days.first.daysSince1970
        let after = days.last.daysSince1970 - frame.last.daysSince1970
        guard max(before, after) >= 7 else { return nil }
        return PanelFinding(
            .warns,
            .otherDays,
            columns: [kpi],
            problem: "\(kpi) has rows of \(days.first.text) to \(days.last.text), of which"
                + " \(frame.first.text) to \(frame.last.text) are modelled: the days that the"
                + " other outcomes have too",
            remedy: "send the days that the others lack, or model it alone"
        )
    }

    private func days(
        of selection: MixModelV1.PanelSelection,
        _ asked: (first: PostgresDate?, last: PostgresDate?),
        _ transaction: PostgresTransaction
    ) async throws -> PanelStore.OutcomeDays {
        let (kpi, counter) = (selection.kpi, selection.countedBy)
        if let days = try await store.days(of: kpi, countedBy: counter, asked, transaction) {
            return days
        }
        let isAll = asked.first == nil && asked.last == nil
        throw Self.nothing(
            "there are no rows of the outcome '\(kpi)'" + (isAll ? "" : " in these days")
        )
    }

    /// The days that all of some outcomes have, of those that are asked for.
    private static func common(
        _ known: [PanelStore.OutcomeDays],
        _ asked: (first: PostgresDate?, last: PostgresDate?)
    ) throws(RPCError) -> (first: PostgresDate?, last: PostgresDate?) {
        let first = known.map(\.first).max()
        // The row of a week is of its first day.
        let last = known.map { $0.areWeeks ? $0.last.adding(6) : $0.last }.min()
        if let first, let last, first > last {
            throw nothing(
                "no day has rows of all outcomes: one begins on \(first.text), one ends on"
                    + " \(last.text)"
            )
        }
        return (asked.first ?? first, asked.last ?? last)
    }

    /// The periods of a panel.
    ///
    /// - Throws: FAILED_PRECONDITION if there is none, or days are asked for of rows of weeks.
    private static func frame(
        _ selection: MixModelV1.PanelSelection,
        _ asked: (first: PostgresDate?, last: PostgresDate?),
        _ days: PanelStore.OutcomeDays,
        weekStart: TenantSettings.Weekday
    ) throws(RPCError) -> PanelFrame {
        let (from, to) = (asked.first ?? days.first, asked.last ?? days.last)
        let frame: PanelFrame?
        if days.areWeeks {
            if selection.period == .day {
                throw nothing(
                    "the rows of '\(selection.kpi)' are of weeks, of which nobody knows the days"
                )
            }
            // Of the last row the whole week is there, unless it ends after the days asked for.
            frame = PanelFrame(
                rowsFrom: from,
                to: asked.last?.adding(-6) ?? to,
                like: days.first
            )
        } else {
            let isDaily = selection.period == .day
            frame = PanelFrame(from: from, to: to, weeksFrom: isDaily ? nil : weekStart)
        }
        guard let frame else { throw nothing("there is no whole week between these days") }
        return frame
    }

    /// Refuses what would not fit, before anything is made of it.
    private static func checkRoom(
        _ rows: PanelRows,
        _ selection: MixModelV1.PanelSelection,
        _ frame: PanelFrame
    ) throws(RPCError) {
        let geos = selection.geography == .byGeo ? Set(rows.outcomes.map(\.geo)).count : 1
        let channels = Set(rows.spend.compactMap(\.channel)).count
        guard channels <= mostColumns else {
            throw RPCError(
                .resourceExhausted,
                "something was spent on \(channels) channels: name at most \(mostColumns)"
            )
        }
        let others = selection.controls.count + selection.treatments.count
        try checkRoom(periods: frame.periods, geos: geos, columns: 2 + 2 * channels + others)
    }

    /// Refuses a panel that is larger than those of tenants' rows may be.
    ///
    /// - Parameter panel: that of a table.
    /// - Throws: RESOURCE_EXHAUSTED.
    static func check(_ panel: Panel) throws(RPCError) {
        guard panel.channels.count <= mostColumns else {
            throw RPCError(
                .resourceExhausted,
                "the panel has \(panel.channels.count) channels of at most \(mostColumns)"
            )
        }
        let others = panel.organic.count + panel.treatments.count + panel.controls.count
        try checkRoom(
            periods: panel.periods.count,
            geos: panel.geos.count,
            columns: 2 + 3 * panel.channels.count + others
        )
    }

    private static func checkRoom(
        periods: Int,
        geos: Int = 1,
        columns: Int = 1
    ) throws(RPCError) {
        // Each is small: rows are bounded, and days are those of the calendar.
        guard periods * geos * columns <= mostCells else {
            throw RPCError(
                .resourceExhausted,
                "\(columns) columns of \(geos) places in \(periods) periods are more than "
                    + "\(mostCells) numbers: ask for weeks, for fewer days or for fewer channels"
            )
        }
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
        for name in selection.controls + selection.treatments
        where !known.contains(name) && !ImportedHoliday.isOne(name) {
            throw nothing("there are no rows of the covariate '\(name)' in these days")
        }
        if spent.isEmpty { throw nothing("nothing was spent on any channel in these days") }
    }

    /// Refuses holidays that are of no day: those of other days than the panel's are only left out.
    private func checkHolidays(
        of selection: MixModelV1.PanelSelection,
        beside rows: PanelRows,
        _ transaction: PostgresTransaction
    ) async throws {
        let seen = Set(rows.covariates.map(\.name))
        let others = (selection.controls + selection.treatments).filter { name in
            ImportedHoliday.isOne(name) && !seen.contains(name)
        }
        let known = try await store.covariates(among: others, transaction)
        for name in others where !known.contains(name) {
            throw Self.nothing("there are no rows of the covariate '\(name)'")
        }
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
    mutating func checked(
        _ selection: MixModelV1.PanelSelection
    ) -> (first: PostgresDate?, last: PostgresDate?) {
        let names = [
            ("channels", selection.channels), ("controls", selection.controls),
            ("treatments", selection.treatments),
        ]
        check(Self.isName(selection.kpi), "selection.kpi", "expected the name of a KPI")
        check(
            selection.countedBy.isEmpty || Self.isName(selection.countedBy),
            "selection.counted_by",
            "expected up to 200 characters without U+0000"
        )
        for (field, texts) in names {
            check(
                texts.count <= PanelSource.mostColumns && texts.allSatisfy(Self.isName)
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

    /// Whether a text may be the name of a series, or of who counted it.
    static func isName(_ text: String) -> Bool {
        (1...200).contains(text.count) && !text.utf8.contains(0)
    }
}
