internal import Contracts
public import Messages
internal import Postgres
internal import RPC
internal import Telemetry
public import Tenancy
internal import Wire

/// Serves the daily series of tenants; its contract says what each method does.
struct SeriesService: IngestV1.Series.Service {
    private let database: TenantDatabase
    private let pages: PageTokens
    private let writer: SeriesWriter
    private let store = SeriesStore()

    init(_ database: TenantDatabase, _ writer: SeriesWriter, pages: PageTokens) {
        self.database = database
        self.writer = writer
        self.pages = pages
    }

    // MARK: Writing

    func writeSpend(
        _ request: Message<IngestV1.WriteSpendRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.WriteRowsResponse> {
        let value = request.value()
        return try await write(value.rows, as: SpendRow.self, from: value.source, call)
    }

    func writeKpi(
        _ request: Message<IngestV1.WriteKpiRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.WriteRowsResponse> {
        let value = request.value()
        return try await write(value.rows, as: KpiRow.self, from: value.source, call)
    }

    func writeCovariates(
        _ request: Message<IngestV1.WriteCovariatesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.WriteRowsResponse> {
        let value = request.value()
        return try await write(value.rows, as: CovariateRow.self, from: value.source, call)
    }

    func writeExchangeRates(
        _ request: Message<IngestV1.WriteExchangeRatesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.WriteRowsResponse> {
        let value = request.value()
        return try await write(value.rows, as: ExchangeRateRow.self, from: value.source, call)
    }

    func writeMargins(
        _ request: Message<IngestV1.WriteMarginsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.WriteRowsResponse> {
        let value = request.value()
        return try await write(value.rows, as: MarginRow.self, from: value.source, call)
    }

    private func write<Row: SeriesRow>(
        _ rows: [Row.Source],
        as type: Row.Type,
        from source: String,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.WriteRowsResponse> {
        var violations = FieldViolations()
        violations.check(
            (1...SeriesWriter.mostRows).contains(rows.count),
            "rows",
            "expected 1 to 10,000"
        )
        let name = try? RowReader(at: .now).text(source, "source")
        violations.check(
            name != nil,
            "source",
            "expected up to 200 characters, none a control character"
        )
        try violations.finish("the rows cannot be written")
        let scope = try database.scope(for: call)
        let result = try await writer.write(rows, as: type, from: name ?? "", in: scope)
        return Reply(IngestV1.WriteRowsResponse(result))
    }

    // MARK: Reading

    func listSpend(
        _ request: Message<IngestV1.ListSpendRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ListSpendResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let query = try SpendQuery(value)
        let sums = try await store.spend(
            query,
            offset: page.offset,
            limit: page.count + 1,
            in: database.scope(for: call)
        )
        var response = IngestV1.ListSpendResponse()
        (response.sums, response.nextPageToken) = page.cutByOffset(sums)
        return Reply(response)
    }

    func listKpi(
        _ request: Message<IngestV1.ListKpiRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ListKpiResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let query = try KpiQuery(value)
        let sums = try await store.kpi(
            query,
            offset: page.offset,
            limit: page.count + 1,
            in: database.scope(for: call)
        )
        var response = IngestV1.ListKpiResponse()
        (response.sums, response.nextPageToken) = page.cutByOffset(sums)
        return Reply(response)
    }

    func describeSeries(
        _ request: Message<IngestV1.DescribeSeriesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.DescribeSeriesResponse> {
        let kind = request.value().kind
        let kinds = RowKind.series.map(\.rawValue)
        guard kind.isEmpty || kinds.contains(kind) else {
            throw RPCError(
                .invalidArgument,
                "kind: expected one of \(kinds.joined(separator: ", "))"
            )
        }
        return Reply(try await store.describe(kind, in: database.scope(for: call)))
    }
}

extension IngestV1.ListSpendRequest: PagedRequest {}
extension IngestV1.ListKpiRequest: PagedRequest {}

extension Page {
    /// How many entries are left out, of a list that is reckoned anew for each page.
    var offset: Int { placeText.flatMap { Int($0) } ?? 0 }

    /// The entries of the page, and the token of the next one.
    func cutByOffset<Entry>(_ entries: [Entry]) -> ([Entry], String) {
        let (shown, token) = cut(entries) { _ in "\(offset + count)" }
        return (shown, token)
    }
}

extension IngestV1.WriteRowsResponse {
    fileprivate init(_ result: SeriesWriter.Result) {
        self.init()
        var numbers = result.numbers[...]
        for outcome in result.outcomes {
            var fate = IngestV1.RowFate()
            switch outcome {
            case .accepted:
                accepted += 1
                fate.fate = .accepted
            case .corrected:
                corrected += 1
                fate.fate = .corrected
            case .duplicate:
                duplicate += 1
                fate.fate = .duplicate
            case .rejected(let fault):
                rejected += 1
                fate.fate = .rejected
                fate.reason = fault.reason.rawValue
                fate.field = fault.field
                fate.explanation = fault.description
                fate.rejectedNumber = numbers.popFirst() ?? 0
            }
            fates.append(fate)
        }
        commitID = result.commit ?? 0
        batch = result.batch?.description ?? ""
    }
}
