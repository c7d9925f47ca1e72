internal import Files
internal import Messages
internal import RPC
internal import Telemetry
internal import Wire

extension IngestV1.PreviewImportResponse {
    /// How a file would be read.
    ///
    /// - Parameters:
    ///   - understanding: of the file.
    ///   - count: how many rows are shown.
    ///   - now: the time.
    /// - Throws: FAILED_PRECONDITION if the file has other columns than were declared.
    init(
        _ understanding: ImportUnderstanding,
        _ count: Int,
        now: UTCTimestamp
    ) throws(RPCError) {
        self.init()
        plan = understanding.plan
        findings = understanding.findings
        do throws(Finding) {
            rows = try understanding.preview(count, now: now)
                .map { Row($0.row, $0.text) }
        } catch {
            throw RPCError(
                .failedPrecondition,
                "row \(error.record ?? 0), '\(error.excerpt)': \(error.remedy)"
            )
        }
    }
}

extension IngestV1.PreviewImportResponse.Row {
    fileprivate init(_ row: FileReader.Row, _ text: String) {
        self.init()
        number = Int64(row.record)
        self.text = text
        switch row.fate {
        case .read(let content):
            fields = MapField(content.fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        case .rejected(let findings): self.findings = findings.map { .init($0) }
        case .passed: break
        }
    }
}

extension FileRow {
    /// What was read, by the names of fields; those that say nothing are left out.
    fileprivate var fields: [String: String] {
        var fields: [String: String] = [:]
        func note(_ name: String, _ text: String?) {
            if let text, !text.isEmpty { fields[name] = text }
        }
        switch self {
        case .event(let event):
            note("date", event.time.day.description)
            note("kind", event.kind.rawValue)
            note("name", event.name)
            note("event_id", event.eventID)
            note("visitor_id", event.visitorID)
            note("user_id", event.userID)
            note("url", event.url)
            note("source", event.source)
            note("medium", event.medium)
            note("campaign", event.campaign)
            note("channel", event.channel)
            note("order_id", event.orderID)
            note("value", event.value?.description)
            note("currency", event.currency)
        case .path(let journeys):
            note("path", journeys.steps.joined(separator: " > "))
            note("conversions", journeys.conversions.description)
            note("value", journeys.value.description)
            note("nulls", journeys.nulls.description)
        case .spend(let spend):
            note("date", spend.day.description)
            note("platform", spend.platform)
            note("channel", spend.channel)
            note("campaign", spend.campaign)
            note("ad_group", spend.adGroup)
            note("geo", spend.geo)
            note("spend", spend.spend.description)
            note("currency", spend.currency)
            note("impressions", spend.impressions?.description)
            note("clicks", spend.clicks?.description)
            note("conversions", spend.conversions?.description)
            note("conversion_value", spend.conversionValue?.description)
        case .series(let series):
            note("date", series.day.description)
            note("geo", series.geo)
            for value in series.values {
                switch value.content {
                case .number(let number):
                    note("\(value.role.rawValue): \(value.name)", number.description)
                case .word(let word): note("\(value.role.rawValue): \(value.name)", word)
                }
            }
        case .holiday(let holiday):
            note("date", holiday.day.description)
            note("holiday", holiday.name)
            note("country", holiday.country)
        }
        return fields
    }
}
