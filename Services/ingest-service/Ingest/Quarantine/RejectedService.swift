internal import Contracts
public import Messages
internal import Postgres
internal import RPC
internal import Telemetry
public import Tenancy
internal import Wire

/// Serves the quarantine of tenants; its contract says what each method does.
struct RejectedService: IngestV1.Rejected.Service {
    private let database: TenantDatabase
    private let pages: PageTokens
    private let replayers: [RowKind: any Replayer]
    private let lines: LineReplayer
    private let days: Int
    private let store = QuarantineStore()

    /// How many rows a call may replay or give up.
    private static let mostRows = 1_000
    /// How many bytes of rows a message of an export has, unless one row alone has more.
    private static let mostMessageBytes = 256 << 10

    /// A service.
    ///
    /// - Parameters:
    ///   - database: the tenants'.
    ///   - replayers: write rows of calls again; each kind has at most one.
    ///   - lines: writes rows of files again.
    ///   - days: for how many days rows are kept.
    ///   - pages: signs the pages of lists.
    init(
        _ database: TenantDatabase,
        _ replayers: [any Replayer],
        lines: LineReplayer,
        days: Int,
        pages: PageTokens
    ) {
        self.lines = lines
        self.days = days
        self.database = database
        self.pages = pages
        var known: [RowKind: any Replayer] = [:]
        for replayer in replayers { for kind in replayer.kinds { known[kind] = replayer } }
        self.replayers = known
    }

    // MARK: Reading

    func listRejectedRows(
        _ request: Message<IngestV1.ListRejectedRowsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ListRejectedRowsResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let rows = try await store.rows(
            RejectedRowFilter(value.filter),
            before: page.placeText.flatMap { Int64($0) } ?? .max,
            limit: page.count + 1,
            in: database.scope(for: call)
        )
        let (shown, next) = page.cut(rows) { "\($0.number)" }
        var response = IngestV1.ListRejectedRowsResponse()
        response.rows = shown.map { IngestV1.RejectedRow($0, keptFor: days) }
        response.nextPageToken = next
        return Reply(response)
    }

    func countRejectedRows(
        _ request: Message<IngestV1.CountRejectedRowsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.CountRejectedRowsResponse> {
        let filter = try RejectedRowFilter(request.value().filter)
        let rows = try await store.counts(filter, in: database.scope(for: call))
        var response = IngestV1.CountRejectedRowsResponse()
        response.counts = try rows.map { row in
            try IngestV1.CountRejectedRowsResponse.Count(row)
        }
        return Reply(response)
    }

    func exportRejectedRows(
        _ request: Message<IngestV1.ExportRejectedRowsRequest.View>,
        _ responses: ResponseStream<IngestV1.RejectedRows>,
        _ call: ServerCall
    ) async throws {
        let filter = try RejectedRowFilter(request.value().filter)
        let scope = try database.scope(for: call)
        try await scope.transaction(TransactionOptions(isReadOnly: true)) { transaction in
            try await export(try await store.stream(filter, in: transaction), to: responses)
        }
    }

    private func export(
        _ rows: RowStream,
        to responses: ResponseStream<IngestV1.RejectedRows>
    ) async throws {
        var message = IngestV1.RejectedRows()
        var bytes = 0
        for try await row in rows {
            let row = try QuarantinedRow(row)
            message.rows.append(IngestV1.RejectedRow(row, keptFor: days))
            bytes += 200 + (row.body?.count ?? 0)
            if bytes >= Self.mostMessageBytes {
                try await responses.send(message)
                message = IngestV1.RejectedRows()
                bytes = 0
            }
        }
        if !message.rows.isEmpty { try await responses.send(message) }
    }

    // MARK: What becomes of them

    func replayRejectedRows(
        _ request: Message<IngestV1.ReplayRejectedRowsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ReplayRejectedRowsResponse> {
        let value = request.value()
        var violations = FieldViolations()
        violations.check(value.numbers.count <= Self.mostRows, "numbers", "expected at most 1,000")
        violations.check(
            value.numbers.isEmpty || value.filter == nil,
            "filter",
            "expected numbers or a filter"
        )
        violations.check((0...1_000).contains(value.limit), "limit", "expected 0 to 1,000")
        let state = value.filter?.state ?? .unspecified
        violations.check(
            state == .unspecified || state == .waiting,
            "filter.state",
            "only waiting rows are replayed"
        )
        try violations.finish("rows cannot be replayed like this")
        let filter = try RejectedRowFilter(value.filter)
        let scope = try database.scope(for: call)
        let response = try await scope.transaction { transaction in
            var numbers = value.numbers
            if numbers.isEmpty {
                numbers = try await store.waiting(
                    filter,
                    after: value.afterNumber,
                    limit: value.limit == 0 ? Self.mostRows : Int(value.limit),
                    in: transaction
                )
            }
            return try await replay(numbers, in: transaction, scope)
        }
        return Reply(response)
    }

    private func replay(
        _ numbers: [Int64],
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws -> IngestV1.ReplayRejectedRowsResponse {
        let waiting = try await store.lock(numbers, in: transaction).filter { $0.state == .waiting }
        let ofFiles = waiting.filter { $0.form == .line }
        let written = try await lines.replay(ofFiles, in: transaction, scope)
        var outcomes = zip(ofFiles, written).map { (number: $0.number, outcome: $1) }
        for kind in RowKind.allCases {
            let rows = waiting.filter { $0.kind == kind && $0.form != .line }
            if rows.isEmpty { continue }
            guard let replayer = replayers[kind] else {
                throw RPCError(
                    .failedPrecondition,
                    "rows of the kind '\(kind.rawValue)' cannot be replayed"
                )
            }
            let became = try await replayer.replay(rows, of: kind, in: transaction, scope)
            outcomes += zip(rows, became).map { ($0.number, $1) }
        }
        try await store.settle(outcomes, in: transaction)
        var response = IngestV1.ReplayRejectedRowsResponse()
        response.replayed = Int64(outcomes.count { $0.outcome.name != nil })
        response.rejected = Int64(outcomes.count) - response.replayed
        response.rows = try await store.lock(numbers, in: transaction).map { row in
            IngestV1.RejectedRow(row, keptFor: days, showsText: false)
        }
        return response
    }

    func discardRejectedRows(
        _ request: Message<IngestV1.DiscardRejectedRowsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.DiscardRejectedRowsResponse> {
        let numbers = request.value().numbers
        guard (1...Self.mostRows).contains(numbers.count) else {
            throw RPCError(.invalidArgument, "numbers: expected 1 to 1,000")
        }
        var response = IngestV1.DiscardRejectedRowsResponse()
        response.discarded = Int64(
            try await store.discard(numbers, in: database.scope(for: call))
        )
        return Reply(response)
    }
}

extension IngestV1.ListRejectedRowsRequest: PagedRequest {}
