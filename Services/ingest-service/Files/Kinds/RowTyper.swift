internal import Wire

/// Makes rows of cells into rows of their kind.
struct RowTyper: Sendable {
    private let plan: FilePlan
    private let separator: [UInt8]
    private let series: [Int]
    private var cells: CellReader

    init(_ plan: FilePlan, now: Int) {
        self.plan = plan
        separator = Array(plan.pathSeparator.utf8)
        series = plan.columns.indices.filter { plan.columns[$0].role.isSeries }
        cells = CellReader(plan, now: now)
    }

    /// Reads a row.
    ///
    /// - Parameter row: the row, without a fault.
    /// - Returns: what it says, or what is wrong with it.
    mutating func read(_ row: borrowing RowReader) -> Result<FileRow, RowFindings> {
        cells.begin()
        let read: FileRow? =
            switch plan.kind {
            case .events, .ga4: event(row).map { .event($0) }
            case .paths: path(row).map { .path($0) }
            case .spend: spend(row).map { .spend($0) }
            case .kpi, .covariates, .mixModel: series(row).map { .series($0) }
            case .holidays: holiday(row).map { .holiday($0) }
            }
        if let read, cells.findings.isEmpty { return .success(read) }
        return .failure(RowFindings(findings: cells.findings))
    }

    /// Whether a row sums up others or closes the file: its first words say so, and it has no date
    /// of its own.
    func isTotal(_ row: borrowing RowReader) -> Bool {
        let dates = cells.columns(of: .date)
        guard let first = firstColumn(row), !dates.isEmpty else { return false }
        let hasDate = dates.contains { $0 != first && !row.cell($0).trimmed.isMissing }
        return !hasDate && row.cell(first).trimmed.isTotal
    }

    private func firstColumn(_ row: borrowing RowReader) -> Int? {
        for column in 0..<min(row.cellCount, plan.columns.count) {
            if !row.cell(column).trimmed.isMissing { return column }
        }
        return nil
    }
}

/// What is wrong with a row.
struct RowFindings: Error {
    let findings: [Finding]
}

extension RowTyper {
    private mutating func event(_ row: borrowing RowReader) -> FileEvent? {
        let time = cells.date(in: row)
        let visitor = cells.text(.visitorID, in: row)
        let user = cells.text(.userID, in: row)
        if visitor == nil && user == nil {
            cells.require(cells.columns(of: .visitorID).isEmpty ? .userID : .visitorID, in: row)
        }
        let name = cells.text(.eventName, in: row)
        if plan.kind == .ga4 && name == nil { cells.require(.eventName, in: row) }
        let kind = eventKind(row, name ?? "")
        guard let time else { return nil }
        var event = FileEvent(time: time)
        event.eventID = cells.text(.eventID, in: row) ?? joinedID(row)
        event.kind = kind
        event.name = name ?? ""
        event.visitorID = visitor
        event.userID = user
        event.sessionID = cells.text(.sessionID, in: row)
        event.url = cells.text(.url, in: row)
        event.referrer = cells.text(.referrer, in: row)
        event.source = cells.text(.source, in: row)
        event.medium = cells.text(.medium, in: row)
        event.campaign = cells.text(.campaign, in: row)
        event.term = cells.text(.term, in: row)
        event.content = cells.text(.content, in: row)
        event.clickID = cells.text(.clickID, in: row)
        event.channel = cells.text(.channel, in: row)
        event.orderID = cells.text(.orderID, in: row)
        event.value = cells.money(.value, in: row)
        event.currency = cells.currency(in: row)
        return event
    }

    /// An id of the parts that tell events apart; nil if the file has no such columns.
    private func joinedID(_ row: borrowing RowReader) -> String? {
        let columns = cells.columns(of: .eventIDPart)
        if columns.isEmpty { return nil }
        // The date, the name and the visitor are parts too: GA4's export has no id.
        let others = [ColumnRole.date, .eventName, .visitorID].compactMap {
            cells.place($0, in: row)
        }
        return (others + columns)
            .map { String(repairing: row.cell($0).trimmed) }
            .joined(separator: "|")
    }

    /// The kind by its column, or by the usual names of events.
    private mutating func eventKind(_ row: borrowing RowReader, _ name: String) -> FileEvent.Kind {
        if let column = cells.place(.eventKind, in: row) {
            let word = String(repairing: row.cell(column).trimmed).lowercased()
            if let kind = Self.kinds[word] ?? FileEvent.Kind(rawValue: word) { return kind }
            cells.add(.eventKind, column, in: row)
            return .custom
        }
        return Self.kinds[name.lowercased()] ?? .custom
    }

    private static let kinds: [String: FileEvent.Kind] = [
        "page_view": .page, "pageview": .page, "page view": .page, "page": .page, "screen": .page,
        "screen_view": .page, "click": .click, "ad_click": .click, "impression": .impression,
        "ad_impression": .impression, "view": .impression, "purchase": .conversion,
        "order completed": .conversion, "conversion": .conversion, "refund": .refund,
        "order refunded": .refund, "exposure": .exposure, "experiment viewed": .exposure,
        "identify": .identify, "alias": .alias, "track": .custom, "custom": .custom,
    ]

    private mutating func path(_ row: borrowing RowReader) -> FileJourneys? {
        let conversions = cells.count(.conversions, in: row)
        // What many journeys were worth is a sum, which is not rounded before it is added up.
        let value = cells.place(.value, in: row).flatMap { cells.number(at: $0, in: row) }
        let nulls = cells.count(.nulls, in: row)
        guard let column = cells.place(.path, in: row) else {
            cells.require(.path, in: row)
            return nil
        }
        let steps = row.cell(column).parts(between: separator)
        if steps.isEmpty {
            cells.require(.path, in: row)
            return nil
        }
        return FileJourneys(
            steps: steps,
            conversions: conversions ?? .zero,
            value: value ?? .zero,
            nulls: nulls ?? .zero
        )
    }

    private mutating func spend(_ row: borrowing RowReader) -> FileSpend? {
        let time = cells.date(in: row)
        if cells.place(.spend, in: row) == nil { cells.require(.spend, in: row) }
        guard let amount = cells.money(.spend, negative: .negativeSpend, in: row), let time else {
            return nil
        }
        var spend = FileSpend(day: time.day, spend: amount)
        spend.currency = cells.currency(in: row)
        spend.platform = cells.text(.platform, in: row) ?? plan.platform?.rawValue
        spend.channel = cells.text(.channel, in: row)
        spend.campaign = cells.text(.campaign, in: row)
        spend.campaignID = cells.text(.campaignID, in: row)
        spend.adGroup = cells.text(.adGroup, in: row)
        spend.geo = cells.text(.geo, in: row)
        spend.impressions = cells.count(.impressions, in: row)
        spend.clicks = cells.count(.clicks, in: row)
        spend.conversions = cells.count(.conversions, in: row)
        spend.conversionValue = cells.money(.conversionValue, in: row)
        return spend
    }

    private mutating func series(_ row: borrowing RowReader) -> FileSeries? {
        // Controls are known ahead, and a table without outcomes is a plan.
        let isPlan = !plan.columns.contains { $0.role == .kpi }
        let mayLieAhead = plan.kind == .covariates || (plan.kind == .mixModel && isPlan)
        let time = cells.date(in: row, mayLieAhead: mayLieAhead)
        var values: [FileSeries.Value] = []
        for column in series {
            guard let content = content(column, row) else { continue }
            values.append(value(column, plan.columns[column].name, content))
        }
        if let column = cells.columns(of: .seriesValue).first {
            let name = cells.text(.seriesName, in: row)
            if name == nil { cells.require(.seriesName, in: row) }
            if let name, let number = cells.number(at: column, in: row) {
                values.append(value(column, name, .number(number)))
            }
        }
        if values.isEmpty, cells.findings.isEmpty {
            cells.require(series.first.map { plan.columns[$0].role } ?? .seriesValue, in: row)
        }
        let geo = cells.text(.geo, in: row)
        return time.map { FileSeries(day: $0.day, geo: geo, values: values) }
    }

    private func value(
        _ column: Int,
        _ name: String,
        _ content: FileSeries.Content
    ) -> FileSeries.Value {
        let role: ColumnRole =
            switch plan.columns[column].role {
            case .seriesValue: plan.kind == .covariates ? .control : .kpi
            case let role: role
            }
        return FileSeries.Value(column: column, role: role, name: name, content: content)
    }

    private mutating func content(
        _ column: Int,
        _ row: borrowing RowReader
    ) -> FileSeries.Content? {
        switch plan.columns[column].role {
        case .control: cells.content(at: column, in: row)
        case .kpi: cells.number(at: column, in: row).map { .number($0) }
        case .spend:
            cells.number(at: column, negative: .negativeSpend, in: row).map { .number($0) }
        default: cells.number(at: column, negative: .negative, in: row).map { .number($0) }
        }
    }

    private mutating func holiday(_ row: borrowing RowReader) -> FileHoliday? {
        let time = cells.date(in: row, mayLieAhead: true)
        guard let name = cells.text(.holiday, in: row) else {
            cells.require(.holiday, in: row)
            return nil
        }
        let country = cells.text(.country, in: row) ?? cells.text(.geo, in: row)
        return time.map { FileHoliday(day: $0.day, name: name, country: country) }
    }
}

extension RawSpan {
    /// Whether a cell says that its row is a sum, or who made the file.
    fileprivate var isTotal: Bool {
        let words: [StaticString] = [
            "total", "totals", "grand total", "overall total", "gesamt", "gesamtergebnis", "summe",
        ]
        for word in words {
            let width = word.utf8CodeUnitCount
            guard byteCount >= width, extracting(0..<width).equalsIgnoringCase(word) else {
                continue
            }
            let rest = extracting(width..<byteCount)
            if rest.isEmpty || rest.hasPrefix(":") || rest.hasPrefix(" -") { return true }
        }
        return hasPrefix("©")
    }

    /// The texts between separators, without blanks at their ends and without empty ones.
    fileprivate func parts(between separator: [UInt8]) -> [String] {
        var parts: [String] = []
        var start = 0
        var offset = 0
        func add(_ end: Int) {
            let part = extracting(start..<end).trimmed
            if part.byteCount > 0 { parts.append(String(repairing: part)) }
        }
        while offset + separator.count <= byteCount, let first = separator.first {
            offset = firstOffset(of: first, from: offset)
            let end = offset + separator.count
            guard end <= byteCount else { break }
            if extracting(offset..<end).hasSameBytes(as: separator.rawBytes) {
                add(offset)
                offset = end
                start = end
            } else {
                offset += 1
            }
        }
        add(byteCount)
        return parts
    }
}
