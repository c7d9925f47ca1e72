internal import Messages
internal import Panels
internal import Postgres

/// Puts a panel together, of sums of rows.
struct PanelMaker: Sendable {
    /// What is put together.
    private(set) var panel: Panel
    /// What was left out of it.
    private(set) var leftOut = LeftOut()

    /// Rows that are not in the panel as they are.
    struct LeftOut: Equatable, Sendable {
        var unmappedRows: Int64 = 0
        var unmappedSpend = 0.0
        var unconvertedRows: Int64 = 0
        var misplacedRows: Int64 = 0
        var misplacedSpend = 0.0
        var spreadSpend = 0.0
        /// Cells of the outcome of which some days are missing, which count as missing.
        var partialCells: Int64 = 0
    }

    /// What the one place of a national panel is called.
    static let national = "national"

    private let places: [String: Int]
    private let isNational: Bool

    /// Puts a panel together.
    ///
    /// - Parameters:
    ///   - selection: what it is made of.
    ///   - frame: its periods.
    ///   - rows: the sums, with an outcome at least.
    ///   - populations: how many people live in places, as far as rows say so.
    init(
        _ selection: MixModelV1.PanelSelection,
        _ frame: PanelFrame,
        _ rows: PanelRows,
        populations: [String: Double]
    ) {
        let isNational = selection.geography != .byGeo
        self.isNational = isNational
        let names = isNational ? [Self.national] : Set(rows.outcomes.map(\.geo)).sorted()
        places = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
        panel = Panel(
            periods: (0..<frame.periods).map { period in
                PanelDay(number: Int(frame.first.daysSince1970) + period * frame.daysPerPeriod)
            },
            daysPerPeriod: frame.daysPerPeriod,
            geos: names.map { name in
                PanelGeo(
                    name: name,
                    population: isNational || populations.isEmpty ? 1 : populations[name] ?? .nan
                )
            },
            outcome: PanelColumn(name: selection.kpi, values: []),
            channels: []
        )
        addOutcome(rows.outcomes, daysOfEach: Int64(frame.outcomeDays))
        addSpend(rows.spend, selection)
        let covariates = Dictionary(grouping: rows.covariates, by: \.name)
        panel.controls = Self.joined(
            selection.controls.compactMap { column($0, covariates[$0] ?? []) }
        )
        panel.treatments = selection.treatments.compactMap { column($0, covariates[$0] ?? []) }
    }

    /// Where the number of a place in a period stands; nil if there is no such place.
    private func cell(_ geo: String, _ period: Int) -> Int? {
        guard let place = isNational ? 0 : places[geo] else { return nil }
        return place * panel.periods.count + period
    }

    // MARK: Outcome

    private mutating func addOutcome(_ rows: [PanelRows.Outcome], daysOfEach all: Int64) {
        var values = [Double](repeating: .nan, count: panel.cells)
        var (earned, valued, days) = (values, values, [Int64](repeating: 0, count: panel.cells))
        for row in rows {
            guard let cell = cell(row.geo, row.period) else { continue }
            leftOut.unconvertedRows += row.unconverted
            Self.add(row.amount, to: &values[cell])
            Self.add(row.earned, to: &earned[cell])
            Self.add(row.valued, to: &valued[cell])
            // Of all places together, the place with the most days.
            days[cell] = max(days[cell], row.days)
        }
        // A week of five days is no week with less of everything.
        for cell in values.indices where (1..<all).contains(days[cell]) {
            values[cell] = .nan
            leftOut.partialCells += 1
        }
        panel.outcome.values = values
        let (sum, count) = (Self.sum(earned), Self.sum(valued))
        guard count != 0 else { return }
        // Where nothing was sold nobody can say what a unit earns, and nothing comes of it.
        panel.valuePerOutcome = values.indices.map { cell in
            if valued[cell] != 0, !valued[cell].isNaN { return earned[cell] / valued[cell] }
            return values[cell] == 0 ? sum / count : .nan
        }
    }

    private static func sum(_ values: [Double]) -> Double {
        values.reduce(0) { $1.isNaN ? $0 : $0 + $1 }
    }

    private static func add(_ value: Double?, to sum: inout Double) {
        if let value { sum = sum.isNaN ? value : sum + value }
    }

    // MARK: Spend

    private mutating func addSpend(
        _ rows: [PanelRows.Spend],
        _ selection: MixModelV1.PanelSelection
    ) {
        let found = Set(rows.compactMap(\.channel)).sorted()
        let slugs = selection.channels.isEmpty ? found : selection.channels
        var numbers: [String: Int] = [:]
        for slug in slugs where numbers[slug] == nil { numbers[slug] = numbers.count }
        var spend = slugs.map { _ in [Double](repeating: 0, count: panel.cells) }
        var units = spend
        for row in rows {
            guard let slug = row.channel, let number = numbers[slug] else {
                leftOut.unmappedRows += row.rows
                leftOut.unmappedSpend += row.amount
                continue
            }
            let seen = Self.seen(row, selection.exposure)
            let shares = shares(of: row)
            if !shares.isEmpty { leftOut.unconvertedRows += row.unconverted }
            for (cell, share) in shares {
                spend[number][cell] += row.amount * share
                units[number][cell] += seen * share
            }
        }
        let isSpend = [.unspecified, .spend].contains(selection.exposure)
        panel.channels = slugs.indices.map { number in
            PanelChannel(
                name: slugs[number],
                spend: spend[number],
                exposure: isSpend ? .spend : .units(units[number])
            )
        }
    }

    /// How much people saw; NaN if something was spent and nobody says what for.
    private static func seen(
        _ row: PanelRows.Spend,
        _ exposure: MixModelV1.PanelSelection.Exposure
    ) -> Double {
        switch exposure {
        case .impressions: row.impressions ?? .nan
        case .clicks: row.clicks ?? .nan
        default: 0
        }
    }

    /// Which cells rows belong to, and how much of them to each.
    private mutating func shares(of row: PanelRows.Spend) -> [(cell: Int, share: Double)] {
        if let cell = cell(row.geo, row.period) { return [(cell, 1)] }
        guard row.geo.isEmpty else {
            leftOut.misplacedRows += row.rows
            leftOut.misplacedSpend += row.amount
            return []
        }
        leftOut.spreadSpend += row.amount
        let people = Self.sum(panel.geos.map(\.population))
        return panel.geos.enumerated().compactMap { number, geo in
            geo.population.isNaN
                ? nil : (number * panel.periods.count + row.period, geo.population / people)
        }
    }

    // MARK: Covariates

    /// What there is of a covariate; nil of a holiday that has no day in the panel.
    private func column(_ name: String, _ rows: [PanelRows.Covariate]) -> PanelColumn? {
        guard ImportedHoliday.isOne(name) else { return covariate(name, rows) }
        if rows.isEmpty { return nil }
        let holidays = PanelHolidays(rows, in: panel)
        let values = isNational ? holidays.ofAll : holidays.byPlace(panel.geos.map(\.name))
        return PanelColumn(name: name, values: values)
    }

    /// Holidays of the same periods become one control: no data tell their effects apart.
    static func joined(_ columns: [PanelColumn]) -> [PanelColumn] {
        let names = Set(columns.map(\.name))
        return columns.reduce(into: []) { all, column in
            let same = all.firstIndex { ImportedHoliday.isOne($0.name) && isAlike($0, column) }
            guard ImportedHoliday.isOne(column.name), let same else { return all.append(column) }
            let name = ImportedHoliday.joined(all[same].name, column.name)
            guard !names.contains(name) else { return all.append(column) }
            all[same].name = name
        }
    }

    /// Whether one is the other times a number, but for rounding.
    private static func isAlike(_ one: PanelColumn, _ other: PanelColumn) -> Bool {
        let (most, otherMost) = (one.values.max() ?? 0, other.values.max() ?? 0)
        return zip(one.values, other.values).allSatisfy { mine, theirs in
            abs(mine * otherMost - theirs * most) <= 1e-9 * most * otherMost
        }
    }

    /// The mean of each period's days; of rows that name no place where those of a place are
    /// missing, and where all places are one, before those that name one.
    private func covariate(_ name: String, _ rows: [PanelRows.Covariate]) -> PanelColumn {
        var own = [(sum: Double, count: Int64)](repeating: (0, 0), count: panel.cells)
        var general = [(sum: Double, count: Int64)](
            repeating: (0, 0),
            count: panel.periods.count
        )
        for row in rows {
            if row.geo.isEmpty {
                general[row.period].sum += row.sum
                general[row.period].count += row.count
            } else if let cell = cell(row.geo, row.period) {
                own[cell].sum += row.sum
                own[cell].count += row.count
            }
        }
        let values = own.indices.map { cell in
            let all = general[cell % panel.periods.count]
            let prefersAll = isNational ? all.count > 0 : own[cell].count == 0
            let chosen = prefersAll ? all : own[cell]
            return chosen.count == 0 ? Double.nan : chosen.sum / Double(chosen.count)
        }
        return PanelColumn(name: name, values: values)
    }
}
