internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Wire

extension RejectedRowFilter {
    /// Checks a filter.
    ///
    /// - Parameter message: as it came; nil for all rows.
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    init(_ message: IngestV1.RejectedRowFilter?) throws(RPCError) {
        let message = message ?? IngestV1.RejectedRowFilter()
        var violations = FieldViolations()
        let kinds = RowKind.allCases.map(\.rawValue)
        violations.check(
            message.kind.isEmpty || kinds.contains(message.kind),
            "filter.kind",
            "expected one of \(kinds.joined(separator: ", "))"
        )
        kind = message.kind
        reason = message.reason
        field = message.field
        source = message.source
        batch = PostgresUUID(message.batch)
        violations.check(
            message.batch.isEmpty || batch != nil,
            "filter.batch",
            "expected the id of a batch"
        )
        if message.state != .unspecified {
            state = QuarantinedRow.State.allCases.first {
                IngestV1.RejectedRow.State($0) == message.state
            }
            violations.check(state != nil, "filter.state", "expected one of the states")
        }
        try violations.finish("the filter is not well made")
    }
}

extension IngestV1.RejectedRow {
    /// A row as callers see it.
    ///
    /// - Parameters:
    ///   - row: the row.
    ///   - days: for how many days rows are kept.
    ///   - showsText: whether its body is told.
    init(_ row: QuarantinedRow, keptFor days: Int, showsText: Bool = true) {
        self.init()
        number = row.number
        kind = row.kind.rawValue
        form = .init(row.form)
        messageType = row.form.messageType
        if showsText, let body = row.body { text = Self.text(of: body, row.form) }
        reason = row.reason
        field = row.field
        explanation = row.description
        source = row.source
        self.row = row.row
        byteOffset = row.byteOffset
        batch = row.batch.description
        rejectTime = GoogleProtobuf.Timestamp(row.rejectTime)
        state = State(row.state)
        outcome = row.outcome
        replays = row.replays
        settleTime = row.settleTime.map { GoogleProtobuf.Timestamp($0) }
        deleteTime = GoogleProtobuf.Timestamp(row.lastTime.adding(days: days))
    }

    /// The row as text: a message as JSON, if it is of a type that is known and has such a form.
    private static func text(of body: SharedBytes, _ form: RejectedRow.Form) -> String {
        if case .protobuf(let type) = form {
            let schema = schemas.first { $0.fullName == type }
            guard let schema, let json = try? schema.json(of: body) else { return "" }
            return String(decoding: Array(copying: json.bytes), as: UTF8.self)
        }
        return String(decoding: Array(copying: body.bytes), as: UTF8.self)
    }

    /// The messages that rows come as.
    private static let schemas = [
        IngestV1.SpendRow.schema, IngestV1.KpiRow.schema, IngestV1.CovariateRow.schema,
        IngestV1.ExchangeRateRow.schema, IngestV1.MarginRow.schema,
    ]
}

extension IngestV1.RejectedRow.State {
    init(_ state: QuarantinedRow.State) {
        self =
            switch state {
            case .waiting: .waiting
            case .replayed: .replayed
            case .discarded: .discarded
            }
    }
}

extension IngestV1.RejectedRow.Form {
    fileprivate init(_ form: RejectedRow.Form) {
        self =
            switch form {
            case .protobuf: .protobuf
            case .json: .json
            case .line: .line
            }
    }
}

extension IngestV1.CountRejectedRowsResponse.Count {
    /// Reads a row of the statement that counts.
    init(_ row: Row) throws {
        self.init()
        let (kind, reason, field, state, rows, first, last) = try row.read(
            String.self,
            String.self,
            String.self,
            String.self,
            Int64.self,
            UTCTimestamp.self,
            UTCTimestamp.self
        )
        self.kind = kind
        self.reason = reason
        self.field = field
        self.state = QuarantinedRow.State(rawValue: state).map { .init($0) } ?? .unspecified
        self.rows = rows
        firstTime = GoogleProtobuf.Timestamp(first)
        lastTime = GoogleProtobuf.Timestamp(last)
    }
}
