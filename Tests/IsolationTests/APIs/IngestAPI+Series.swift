import Contracts
import Messages
import RPC
import TestTenants
import Wire

// Calls of series, mappings and the quarantine, with the tenant's word in every text.
extension TenantAPI {
    static let seriesCalls: [TenantCall] = [
        .unary(
            IngestV1.Series.writeSpend,
            answering: IngestV1.WriteRowsResponse.View.self
        ) { words in
            var (mapped, named, wrong) = (row(words), row(words), row(words))
            mapped.platform = "shared"
            named.channel = "shared"
            wrong.channel = words.canary
            var negative = row(words)
            negative.spend = "-\(words.canary)"
            var request = IngestV1.WriteSpendRequest()
            request.rows = [mapped, named, wrong, negative]
            request.source = "from \(words.canary)"
            return request
        },
        .unary(
            IngestV1.Series.writeKpi,
            answering: IngestV1.WriteRowsResponse.View.self
        ) { words in
            var row = IngestV1.KpiRow()
            (row.date, row.name, row.value) = ("2026-01-01", words.canary, "\(words.round)")
            (row.source, row.geo, row.currency) = (words.canary, words.canary, "EUR")
            var request = IngestV1.WriteKpiRequest()
            request.rows = [row]
            return request
        },
        .unary(
            IngestV1.Series.writeCovariates,
            answering: IngestV1.WriteRowsResponse.View.self
        ) { words in
            var row = IngestV1.CovariateRow()
            (row.date, row.name, row.geo) = ("2026-01-01", words.canary, words.canary)
            var request = IngestV1.WriteCovariatesRequest()
            request.rows = [row]
            return request
        },
        .unary(
            IngestV1.Series.writeExchangeRates,
            answering: IngestV1.WriteRowsResponse.View.self
        ) { words in
            var row = IngestV1.ExchangeRateRow()
            (row.date, row.base, row.quote, row.rate) = ("2026-01-01", "USD", "EUR", "0.9")
            var wrong = row
            wrong.base = words.canary
            var request = IngestV1.WriteExchangeRatesRequest()
            request.rows = [row, wrong]
            return request
        },
        .unary(
            IngestV1.Series.writeMargins,
            answering: IngestV1.WriteRowsResponse.View.self
        ) { words in
            var row = IngestV1.MarginRow()
            (row.date, row.name, row.margin) = ("2026-01-01", words.canary, "0.5")
            var request = IngestV1.WriteMarginsRequest()
            request.rows = [row]
            return request
        },
        .unary(
            IngestV1.Series.listSpend,
            answering: IngestV1.ListSpendResponse.View.self
        ) { words in
            var request = IngestV1.ListSpendRequest()
            request.dimension = .campaign
            request.pageSize = 1
            return request
        },
        .unary(
            IngestV1.Series.listSpend,
            answering: IngestV1.ListSpendResponse.View.self
        ) { words in
            var request = IngestV1.ListSpendRequest()
            (request.fromDate, request.pageToken) = (words.canary, words.canary)
            return request
        },
        .unary(
            IngestV1.Series.listKpi,
            answering: IngestV1.ListKpiResponse.View.self
        ) { words in
            var request = IngestV1.ListKpiRequest()
            request.dimension = .geo
            return request
        },
        .unary(
            IngestV1.Series.describeSeries,
            answering: IngestV1.DescribeSeriesResponse.View.self
        ) { _ in IngestV1.DescribeSeriesRequest() },
    ]

    static let mappingCalls: [TenantCall] = [
        .unary(
            IngestV1.SpendMappings.putSpendMapping,
            answering: IngestV1.SpendMapping.View.self
        ) { words in
            var test = IngestV1.RuleTest()
            (test.field, test.operator, test.values) = (.platform, .equals, ["shared"])
            var condition = IngestV1.RuleCondition()
            condition.tests = [test]
            var rule = IngestV1.ChannelRule()
            (rule.name, rule.channel) = (words.canary, "shared")
            rule.conditions = [condition]
            var request = IngestV1.PutSpendMappingRequest()
            request.rules = [rule]
            request.reason = "because of \(words.canary)"
            request.expectedVersion = Int64(words.round)
            return request
        },
        .unary(
            IngestV1.SpendMappings.getSpendMapping,
            answering: IngestV1.SpendMapping.View.self
        ) { _ in IngestV1.GetSpendMappingRequest() },
        .unary(
            IngestV1.SpendMappings.listUnmappedSpend,
            answering: IngestV1.ListUnmappedSpendResponse.View.self
        ) { _ in IngestV1.ListUnmappedSpendRequest() },
    ]

    static let rejectedCalls: [TenantCall] = [
        .unary(
            IngestV1.Rejected.listRejectedRows,
            answering: IngestV1.ListRejectedRowsResponse.View.self
        ) { _ in IngestV1.ListRejectedRowsRequest() },
        .unary(
            IngestV1.Rejected.countRejectedRows,
            answering: IngestV1.CountRejectedRowsResponse.View.self
        ) { words in
            var request = IngestV1.CountRejectedRowsRequest()
            request.filter = IngestV1.RejectedRowFilter()
            request.filter?.source = "from \(words.canary)"
            return request
        },
        // The numbers are those of any tenant's first rows.
        .unary(
            IngestV1.Rejected.discardRejectedRows,
            answering: IngestV1.DiscardRejectedRowsResponse.View.self
        ) { _ in
            var request = IngestV1.DiscardRejectedRowsRequest()
            request.numbers = [1]
            return request
        },
        .unary(
            IngestV1.Rejected.replayRejectedRows,
            answering: IngestV1.ReplayRejectedRowsResponse.View.self
        ) { _ in IngestV1.ReplayRejectedRowsRequest() },
        TenantCall(IngestV1.Rejected.exportRejectedRows) { channel, words in
            let client = IngestV1.Rejected.Client(channel)
            let stream = try await client.exportRejectedRows(.init())
            var told: [SharedBytes] = []
            while let message = try await stream.next() { told.append(message.canonicalBytes()) }
            return told
        },
    ]

    /// A row of spend whose texts are all the tenant's.
    private static func row(_ words: TenantWords) -> IngestV1.SpendRow {
        var row = IngestV1.SpendRow()
        (row.date, row.currency, row.spend) = ("2026-01-01", "EUR", "\(words.round)")
        (row.platform, row.account, row.campaign) = (words.canary, words.canary, words.canary)
        (row.adGroup, row.column, row.geo) = (words.canary, words.canary, words.canary)
        return row
    }
}
