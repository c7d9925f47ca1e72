internal import Files
internal import Messages
internal import Wire

/// Makes rows of series of a file's rows, of which one of a wide table gives many.
struct SeriesLines: Sendable {
    /// Rows of a kind, with the places of those they were made of.
    struct Made<Source: Sendable>: Sendable {
        var rows: [Source] = []
        var places: [Int] = []

        fileprivate mutating func append(_ row: Source, at place: Int) {
            rows.append(row)
            places.append(place)
        }
    }

    private(set) var spend = Made<IngestV1.SpendRow>()
    private(set) var kpi = Made<IngestV1.KpiRow>()
    private(set) var covariates = Made<IngestV1.CovariateRow>()

    private let plan: FilePlan
    private let currency: String
    private let channels: ImportChannels
    /// Of names of outcomes that have come, whether they are those of money.
    private var moneyNames: [String: Bool] = [:]

    /// For a file.
    ///
    /// - Parameters:
    ///   - plan: how it is read.
    ///   - currency: the tenant's, for amounts that name none.
    ///   - channels: what its channels are called.
    init(_ plan: FilePlan, currency: String, channels: ImportChannels) {
        self.plan = plan
        self.currency = plan.format.currency ?? currency
        self.channels = channels
    }

    // MARK: Spend

    /// Adds a row of spend.
    mutating func add(_ row: FileSpend, at place: Int) {
        var spend = IngestV1.SpendRow()
        spend.date = row.day.description
        spend.platform = row.platform ?? ""
        spend.campaign = row.campaign ?? row.campaignID ?? ""
        spend.adGroup = row.adGroup ?? ""
        spend.channel = row.channel.map { channels.slug(of: $0) } ?? ""
        if row.platform == nil && row.channel == nil {
            spend.column = plan.columns.first { $0.role == .spend }?.header ?? ""
        }
        spend.geo = row.geo ?? ""
        spend.currency = row.currency ?? currency
        spend.spend = row.spend.description
        spend.impressions = row.impressions.flatMap { Self.count($0) }
        spend.clicks = row.clicks.flatMap { Self.count($0) }
        spend.conversions = row.conversions?.rounded(to: 6).description ?? ""
        spend.conversionValue = row.conversionValue?.description ?? ""
        self.spend.append(spend, at: place)
    }

    // MARK: Tables

    /// Adds a row of a table.
    mutating func add(_ row: FileSeries, at place: Int) {
        let media = Dictionary(grouping: row.values.filter(\.isOfMedia)) { $0.name }
        for value in row.values where value.role == .spend {
            guard let amount = value.number else { continue }
            var spend = IngestV1.SpendRow()
            spend.date = row.day.description
            spend.column = plan.columns[value.column].header
            spend.geo = row.geo ?? ""
            spend.currency = currency
            spend.spend = amount.rounded(to: 6).description
            let own = media[value.name] ?? []
            spend.impressions = own.first { $0.role == .impressions }.flatMap(Self.count)
            spend.clicks = own.first { $0.role == .clicks }.flatMap(Self.count)
            self.spend.append(spend, at: place)
        }
        addKpis(of: row, at: place)
        for value in row.values where isCovariate(value, in: row, media) {
            var covariate = IngestV1.CovariateRow()
            covariate.date = row.day.description
            covariate.geo = row.geo ?? ""
            covariate.name = plan.columns[value.column].header
            switch value.content {
            case .number(let number): covariate.value = number.double
            case .word(let word):
                if Self.nothing.contains(word.lowercased()) { continue }
                covariate.name += ": " + word
                covariate.value = 1
            }
            if plan.columns[value.column].role == .seriesValue { covariate.name = value.name }
            covariates.append(covariate, at: place)
        }
    }

    private mutating func addKpis(of row: FileSeries, at place: Int) {
        let population = row.values.first { $0.role == .population }?.number
        var worth = row.values.first { $0.role == .valuePerUnit }?.number
        for value in row.values where value.role == .kpi {
            guard let number = value.number else { continue }
            var kpi = IngestV1.KpiRow()
            kpi.date = row.day.description
            kpi.geo = row.geo ?? ""
            kpi.name = value.name
            kpi.value = number.rounded(to: 6).description
            if isMoney(value.name) {
                kpi.currency = currency
            } else if let price = worth {
                // Of several outcomes it is what one of the first is worth.
                kpi.valuePerUnit = price.rounded(to: 6).description
                kpi.valueCurrency = currency
                worth = nil
            }
            kpi.population = population.flatMap { Self.count($0) }
            self.kpi.append(kpi, at: place)
        }
    }

    /// Whether a value goes beside outcomes and spend: controls, and exposure that no spend in the
    /// table is of.
    private func isCovariate(
        _ value: FileSeries.Value,
        in row: FileSeries,
        _ media: [String: [FileSeries.Value]]
    ) -> Bool {
        switch value.role {
        case .control, .organic, .reach: true
        case .impressions, .clicks:
            !(media[value.name] ?? []).contains { $0.role == .spend }
        case .valuePerUnit, .population: !row.values.contains { $0.role == .kpi }
        default: false
        }
    }

    // MARK: Holidays

    /// Adds a holiday: a control that is one on its day.
    mutating func add(_ row: FileHoliday, at place: Int) {
        var covariate = IngestV1.CovariateRow()
        covariate.date = row.day.description
        covariate.geo = row.country ?? ""
        covariate.name = "holiday: " + row.name
        covariate.value = 1
        covariates.append(covariate, at: place)
    }

    // MARK: Values

    /// Words that say that nothing was the case.
    private static let nothing: Set<String> = ["na", "n/a", "none", "null", "nan", "-"]

    private static let money = [
        "revenue", "turnover", "gmv", "umsatz", "erlös", "erloes", "profit",
    ]

    /// Whether the name of an outcome is that of an amount of money.
    private mutating func isMoney(_ name: String) -> Bool {
        if let isMoney = moneyNames[name] { return isMoney }
        let lowercased = name.lowercased()
        let isMoney = Self.money.contains { lowercased.contains($0) }
        moneyNames[name] = isMoney
        return isMoney
    }

    private static func count(_ value: FileSeries.Value) -> Int64? {
        value.number.flatMap { count($0) }
    }

    /// A whole number of things; nil if it is beyond all that are counted.
    private static func count(_ number: ExactDecimal) -> Int64? {
        Int64(exactly: number.rounded(to: 0).coefficient)
    }
}

extension FileSeries.Value {
    fileprivate var isOfMedia: Bool {
        role == .spend || role == .impressions || role == .clicks
    }

    fileprivate var number: ExactDecimal? {
        if case .number(let number) = content { number } else { nil }
    }
}
