internal import Messages
internal import Postgres
internal import RPC
internal import Tenancy
internal import Wire

/// An event as it came, by one of the ways that there are.
enum EventArrival: Sendable {
    /// As we have events.
    case message(IngestV1.Event)
    /// As Segment's libraries send it, with what was made of it.
    case segment(GoogleProtobuf.Value, Result<IngestV1.Event, RowFault>)

    /// The event.
    ///
    /// - Throws: why it is none.
    func event() throws(RowFault) -> IngestV1.Event {
        switch self {
        case .message(let event): event
        case .segment(_, let result): try result.get()
        }
    }

    /// The ids of persons that it names, also if it is no event.
    var personIDs: [String] {
        switch self {
        case .message(let event):
            PersonID.ids(
                visitor: event.anonymousID,
                user: event.userID,
                previous: event.previousID
            )
        case .segment(let value, _):
            if case .structValue(let fields)? = value.kind {
                PersonID.ids(
                    visitor: fields.textOrNumber("anonymousId"),
                    user: fields.textOrNumber("userId"),
                    previous: fields.textOrNumber("previousId")
                )
            } else {
                []
            }
        }
    }

    /// The event as it is kept when it is rejected: whole, as it came.
    ///
    /// - Parameters:
    ///   - fault: why.
    ///   - place: its place among those that came with it.
    /// - Returns: the row.
    func rejected(for fault: RowFault, at place: Int) -> RejectedRow {
        let (form, body): (RejectedRow.Form, SharedBytes) =
            switch self {
            case .message(let event):
                (.protobuf(IngestV1.Event.schema.fullName), event.encoded())
            case .segment(let value, _):
                // What was read as JSON can be written as such.
                (.json, (try? value.json()) ?? SharedBytes([]))
            }
        return RejectedRow(kind: .event, form: form, body: body, fault: fault, row: place)
    }
}

/// Writes events again that were rejected.
struct EventReplayer: Replayer {
    let catalogue: TenantCatalogue

    let kinds: [RowKind] = [.event]

    func replay(
        _ rows: [QuarantinedRow],
        of kind: RowKind,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws -> [RowOutcome] {
        let currency = scope.entry.settings.currency
        return try await EventTransaction(catalogue: catalogue).write(in: transaction, scope) {
            tenant in
            rows.map { row in
                Result { () throws(RowFault) in
                    // It came when it was rejected: clocks are corrected by that.
                    let reader = EventReader(
                        tenant,
                        origin: row.source,
                        hasFixedTimes: false,
                        now: row.rejectTime
                    )
                    return try reader.row(Self.event(row, currency: currency))
                }
            }
        }.outcomes
    }

    private static func event(
        _ row: QuarantinedRow,
        currency: String
    ) throws(RowFault) -> IngestV1.Event {
        guard let body = row.body else { throw unreadable }
        switch row.form {
        case .protobuf(IngestV1.Event.schema.fullName):
            guard let event = try? IngestV1.Event(decoding: body.bytes) else { throw unreadable }
            return event
        case .json:
            guard let fields = try? GoogleProtobuf.Struct(json: body.bytes) else {
                throw unreadable
            }
            return try SegmentEvent(fields, call: "", in: .init(), currency: currency).event()
        default: throw unreadable
        }
    }

    private static let unreadable = RowFault(
        .unreadable,
        "",
        "the row is of a form that cannot be written again"
    )
}
