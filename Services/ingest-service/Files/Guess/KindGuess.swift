/// What a table is about, and what its columns say.
struct KindGuess {
    /// What a column was taken for, and why.
    typealias Column = SeriesColumns.Judgement

    private(set) var kind = FileKind.kpi
    private(set) var platform: AdPlatform?
    private(set) var columns: [Column]
    private(set) var reason = ""
    private(set) var confidence = 0.0

    private let table: SampleTable
    private let names: [HeaderName]
    private let known: Set<String>

    /// Judges a table.
    ///
    /// - Parameters:
    ///   - table: the sample.
    ///   - names: its header's names.
    init(_ table: SampleTable, _ names: [HeaderName]) {
        self.table = table
        self.names = names
        known = Set(names.map(\.text))
        columns = names.map {
            Column(role: .ignored, name: $0.original, reason: "no rule knows it", confidence: 0.5)
        }
        let date = assignDate()
        if let platform = AdPlatform.of(known, table.preamble) {
            self.platform = platform
            settle(.spend, "the columns are those of \(platform.rawValue)", 0.95)
            assign(Vocabulary.spend)
        } else if known.isSuperset(of: ["event_name", "event_timestamp", "user_pseudo_id"]) {
            settle(.ga4, "the columns are those of GA4's export to BigQuery", 0.98)
            assign(Vocabulary.event)
            ignoreFirstTouch()
        } else if isPaths {
            settle(.paths, "a column of paths, with counts beside it", 0.95)
            clearDate()
            assign(Vocabulary.paths)
        } else if date && hasAny(Vocabulary.event, [.visitorID, .userID]) {
            settle(.events, "a time, and who did it", 0.9)
            assign(Vocabulary.event)
        } else if date && !known.isDisjoint(with: ["holiday", "holiday_name", "feiertag"]) {
            settle(.holidays, "a day, and the name of a holiday", 0.95)
            assign(Vocabulary.holidays)
        } else if date && isSpend {
            settle(.spend, "a day, money spent, and on what", 0.9)
            assign(Vocabulary.spend)
        } else {
            assignSeries(date)
        }
    }

    private mutating func settle(_ kind: FileKind, _ reason: String, _ confidence: Double) {
        self.kind = kind
        self.reason = reason
        self.confidence = confidence
    }

    private func hasAny(_ vocabulary: [(ColumnRole, [String])], _ roles: [ColumnRole]) -> Bool {
        vocabulary.contains { roles.contains($0.0) && !known.isDisjoint(with: $0.1) }
    }

    private var isPaths: Bool {
        hasAny(Vocabulary.paths, [.path]) && hasAny(Vocabulary.paths, [.conversions, .nulls])
    }

    private var isSpend: Bool {
        hasAny(Vocabulary.spend, [.spend])
            && hasAny(Vocabulary.spend, [.channel, .platform, .campaign, .campaignID])
    }

    /// Gives roles to columns by their names.
    private mutating func assign(_ vocabulary: [(ColumnRole, [String])]) {
        for (column, name) in names.enumerated() where columns[column].role == .ignored {
            guard let (role, _) = vocabulary.first(where: { $0.1.contains(name.text) }) else {
                continue
            }
            columns[column] = Column(
                role: role,
                name: name.original,
                reason: "“\(name.original)” is a usual name of it",
                confidence: 0.9
            )
        }
    }

    /// Finds the date: by its name, or by cells that are dates.
    private mutating func assignDate() -> Bool {
        var best: Int?
        for name in Vocabulary.date {
            best = names.firstIndex { $0.text == name }
            if best != nil { break }
        }
        let byName = best != nil
        best = best ?? table.profiles.firstIndex { $0.isDate }
        guard let best else { return false }
        columns[best] = Column(
            role: .date,
            name: names[best].original,
            reason: byName
                ? "“\(names[best].original)” is a usual name of it" : "its cells are dates",
            confidence: byName ? 0.95 : 0.7
        )
        return true
    }

    private mutating func clearDate() {
        for column in columns.indices where columns[column].role == .date {
            columns[column] = Column(
                role: .ignored,
                name: names[column].original,
                reason: "paths have no date",
                confidence: 0.6
            )
        }
    }

    /// GA4's `traffic_source` is the first touch of the user, never of the event.
    private mutating func ignoreFirstTouch() {
        for (column, name) in names.enumerated() where name.text.hasPrefix("traffic_source_") {
            columns[column] = Column(
                role: .ignored,
                name: name.original,
                reason: "the user's first touch, not the event's",
                confidence: 0.95
            )
        }
    }

    /// A table whose columns are series.
    private mutating func assignSeries(_ hasDate: Bool) {
        let geo = names.firstIndex { Vocabulary.geo.contains($0.text) }
        let series = names.firstIndex { Vocabulary.seriesNames.contains($0.text) }
        let value = names.firstIndex { Vocabulary.seriesValues.contains($0.text) }
        for column in columns.indices where columns[column].role == .ignored {
            if column == geo {
                set(column, .geo, 0.9)
            } else if let series, let value, column == series || column == value {
                set(column, column == series ? .seriesName : .seriesValue, 0.9)
            } else if series == nil || value == nil {
                columns[column] = SeriesColumns.judge(names[column], table.profiles[column])
            }
        }
        let roles = columns.map(\.role)
        let media = roles.count { [.spend, .impressions, .clicks, .reach, .organic].contains($0) }
        if !hasDate {
            settle(.kpi, "no column is a date", 0.1)
        } else if series != nil && value != nil {
            let isControl = known.contains("variable") || known.contains("covariate")
            settle(isControl ? .covariates : .kpi, "a day, the name of a series, its value", 0.85)
        } else if media > 0 {
            let outcome = roles.contains(.kpi) ? "" : ", no outcome: of use for planning only"
            settle(.mixModel, "a day, and \(media) columns of media\(outcome)", 0.9)
        } else if roles.contains(.kpi) {
            settle(.kpi, "a day, and outcomes", 0.85)
        } else {
            settle(.covariates, "a day, and columns of numbers that are no outcomes", 0.6)
        }
    }

    private mutating func set(_ column: Int, _ role: ColumnRole, _ confidence: Double) {
        columns[column] = Column(
            role: role,
            name: names[column].original,
            reason: "“\(names[column].original)” is a usual name of it",
            confidence: confidence
        )
    }
}

extension AdPlatform {
    /// The platform whose exports have such columns.
    ///
    /// - Parameters:
    ///   - names: the names of the columns.
    ///   - preamble: what stands above them.
    /// - Returns: the platform; nil if it is none of them.
    static func of(_ names: Set<String>, _ preamble: [Sample.Row]) -> AdPlatform? {
        let hasCampaign = !names.isDisjoint(with: ["campaign", "campaign_name", "campaign_id"])
        if names.contains("amount_spent") && (hasCampaign || names.contains("reporting_starts")) {
            return .meta
        }
        let isMicrosoft =
            preamble.contains { $0.cells.first?.lowercased().hasPrefix("report name") == true }
            || !names.isDisjoint(with: ["gregorian_date", "timeperiod", "time_period"])
        if names.contains("spend"), isMicrosoft { return .microsoft }
        guard names.contains("cost"), hasCampaign else { return nil }
        if !names.isDisjoint(with: ["by_day", "stat_time_day"]) { return .tiktok }
        let google = ["impr", "currency_code", "avg_cpc", "conv_value", "interaction_rate"]
        return names.isDisjoint(with: google) ? nil : .googleAds
    }
}
