import Contracts
import Messages
import RPC
import Tenancy
import TestTenants
import Testing
import Wire

extension ServedIngest {
    // MARK: Writing

    @discardableResult
    func write(
        _ rows: [IngestV1.SpendRow],
        from source: String = ""
    ) async throws -> IngestV1.WriteRowsResponse {
        var request = IngestV1.WriteSpendRequest()
        request.rows = rows
        request.source = source
        return try await series.writeSpend(request).message.value()
    }

    @discardableResult
    func write(_ rows: [IngestV1.KpiRow]) async throws -> IngestV1.WriteRowsResponse {
        var request = IngestV1.WriteKpiRequest()
        request.rows = rows
        return try await series.writeKpi(request).message.value()
    }

    @discardableResult
    func write(_ rows: [IngestV1.CovariateRow]) async throws -> IngestV1.WriteRowsResponse {
        var request = IngestV1.WriteCovariatesRequest()
        request.rows = rows
        return try await series.writeCovariates(request).message.value()
    }

    @discardableResult
    func write(_ rows: [IngestV1.ExchangeRateRow]) async throws -> IngestV1.WriteRowsResponse {
        var request = IngestV1.WriteExchangeRatesRequest()
        request.rows = rows
        return try await series.writeExchangeRates(request).message.value()
    }

    @discardableResult
    func write(_ rows: [IngestV1.MarginRow]) async throws -> IngestV1.WriteRowsResponse {
        var request = IngestV1.WriteMarginsRequest()
        request.rows = rows
        return try await series.writeMargins(request).message.value()
    }

    // MARK: Mapping

    @discardableResult
    func put(
        mapping rules: [IngestV1.ChannelRule],
        after version: Int64,
        _ change: (inout IngestV1.PutSpendMappingRequest) -> Void = { _ in }
    ) async throws -> IngestV1.SpendMapping {
        var request = IngestV1.PutSpendMappingRequest()
        request.rules = rules
        request.reason = "a test"
        request.expectedVersion = version
        change(&request)
        return try await mappings.putSpendMapping(request).message.value()
    }

    /// A rule of one test of spend.
    static func rule(
        _ channel: String,
        _ field: IngestV1.RuleTest.Field,
        _ values: String...
    ) -> IngestV1.ChannelRule {
        var rule = rule("\(field) \(values)", channel, values)
        rule.conditions[0].tests[0].field = field
        return rule
    }

    // MARK: Tables

    /// What a statement says in the schema of the first tenant, a line each.
    func lines(_ sql: String) async throws -> [String] {
        let schema = served.members[0].id.schemaName
        return try await served.fixture.lines("set search_path = \(schema); \(sql)")
    }
}

extension IngestV1.SpendRow {
    /// Euros that a campaign of Google cost.
    static func row(
        _ date: String,
        _ spend: String,
        _ change: (inout IngestV1.SpendRow) -> Void = { _ in }
    ) -> IngestV1.SpendRow {
        var row = IngestV1.SpendRow()
        row.date = date
        row.platform = "google_ads"
        row.campaign = "brand"
        row.currency = "EUR"
        row.spend = spend
        change(&row)
        return row
    }
}

extension IngestV1.KpiRow {
    /// A KPI.
    static func row(
        _ date: String,
        _ name: String,
        _ value: String,
        _ change: (inout IngestV1.KpiRow) -> Void = { _ in }
    ) -> IngestV1.KpiRow {
        var row = IngestV1.KpiRow()
        row.date = date
        row.name = name
        row.value = value
        change(&row)
        return row
    }
}

extension IngestV1.CovariateRow {
    /// A covariate.
    static func row(_ date: String, _ name: String, _ value: Double) -> IngestV1.CovariateRow {
        var row = IngestV1.CovariateRow()
        row.date = date
        row.name = name
        row.value = value
        return row
    }
}

extension IngestV1.ExchangeRateRow {
    /// A rate.
    static func row(
        _ date: String,
        _ base: String,
        _ quote: String,
        _ rate: String
    ) -> IngestV1.ExchangeRateRow {
        var row = IngestV1.ExchangeRateRow()
        row.date = date
        row.base = base
        row.quote = quote
        row.rate = rate
        return row
    }
}

extension IngestV1.MarginRow {
    /// A margin.
    static func row(_ date: String, _ name: String, _ margin: String) -> IngestV1.MarginRow {
        var row = IngestV1.MarginRow()
        row.date = date
        row.name = name
        row.margin = margin
        return row
    }
}

extension IngestV1.WriteRowsResponse {
    /// What became of each row: `+`, `~`, `=` or what it was rejected for.
    var signs: [String] {
        fates.map { fate in
            switch fate.fate {
            case .accepted: "+"
            case .corrected: "~"
            case .duplicate: "="
            default: "\(fate.reason) \(fate.field)"
            }
        }
    }
}
