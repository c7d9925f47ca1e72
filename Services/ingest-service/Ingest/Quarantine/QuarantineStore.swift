internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// The rejected rows of tenants: all their SQL.
struct QuarantineStore: Sendable {
    /// Bodies that are longer are told only one by one.
    static let mostShownBytes = 4_096

    /// Keeps rows, as a part of what rejects them; one that waits already waits on, for what is
    /// wrong with it now.
    ///
    /// - Parameters:
    ///   - rows: in the order in which they came, each of a place of its own.
    ///   - source: where they came from; at most 200 characters.
    ///   - batch: what they came with.
    ///   - transaction: the tenant's.
    /// - Returns: the number of each, in their order.
    /// - Throws: `PostgresError`.
    func add(
        _ rows: [RejectedRow],
        from source: String,
        batch: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> [Int64] {
        if rows.isEmpty { return [] }
        let digests = rows.map { $0.digest(from: source) }
        let added = try await transaction.query(
            .insertRejectedRows,
            rows.map(\.kind.rawValue),
            rows.map(\.form.name),
            rows.map(\.form.messageType),
            rows.map(\.body),
            rows.map(\.fault.reason.rawValue),
            rows.map(\.fault.field),
            rows.map { String($0.fault.description.prefix(1_000)) },
            rows.map { Int64($0.row) },
            rows.map(\.byteOffset),
            digests.map { SharedBytes($0) },
            source,
            batch,
            UTCTimestamp.now
        )
        var numbers: [[UInt8]: Int64] = [:]
        for row in added {
            let (digest, number) = try row.read(SharedBytes.self, Int64.self)
            numbers[Array(copying: digest.bytes)] = number
        }
        return digests.map { numbers[$0] ?? 0 }
    }

    /// Rows of a filter, the newest first.
    ///
    /// - Parameters:
    ///   - filter: which.
    ///   - number: before which number.
    ///   - limit: how many.
    ///   - scope: the tenant's.
    /// - Returns: the rows, without bodies of more than ``mostShownBytes``.
    /// - Throws: `PostgresError`.
    func rows(
        _ filter: RejectedRowFilter,
        before number: Int64,
        limit: Int,
        in scope: TenantScope
    ) async throws(PostgresError) -> [QuarantinedRow] {
        let found = try await scope.read(
            .listRejectedRows,
            number,
            filter.kind,
            filter.reason,
            filter.field,
            filter.source,
            filter.batch,
            filter.state?.rawValue ?? "",
            Int64(limit),
            Int32(Self.mostShownBytes)
        )
        return try found.map { row throws(PostgresError) in try QuarantinedRow(row) }
    }

    /// All rows of a filter one by one, the oldest first.
    func stream(
        _ filter: RejectedRowFilter,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> RowStream {
        try await transaction.stream(
            .exportRejectedRows,
            filter.kind,
            filter.reason,
            filter.field,
            filter.source,
            filter.batch,
            filter.state?.rawValue ?? ""
        )
    }

    /// How many rows have the same kind, reason, field and state, the most frequent first.
    func counts(
        _ filter: RejectedRowFilter,
        in scope: TenantScope
    ) async throws(PostgresError) -> Rows {
        try await scope.read(
            .countRejectedRows,
            filter.kind,
            filter.reason,
            filter.field,
            filter.source,
            filter.batch,
            filter.state?.rawValue ?? ""
        )
    }

    // MARK: What becomes of them

    /// Rows by their numbers, whatever their state, held until the transaction ends.
    func lock(
        _ numbers: [Int64],
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> [QuarantinedRow] {
        try await transaction.query(.lockRejectedRows, numbers)
            .map { row throws(PostgresError) in try QuarantinedRow(row) }
    }

    /// The numbers of the first waiting rows of a filter.
    func waiting(
        _ filter: RejectedRowFilter,
        after number: Int64,
        limit: Int,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> [Int64] {
        try await transaction.query(
            .findWaitingRows,
            number,
            filter.kind,
            filter.reason,
            filter.field,
            filter.source,
            filter.batch,
            Int64(limit)
        ).map { row throws(PostgresError) in try row.read(Int64.self) }
    }

    /// Notes what became of rows that were written again.
    func settle(
        _ outcomes: [(number: Int64, outcome: RowOutcome)],
        in transaction: PostgresTransaction
    ) async throws(PostgresError) {
        if outcomes.isEmpty { return }
        let faults = outcomes.map { _, outcome in
            if case .rejected(let fault) = outcome { fault } else { RowFault?.none }
        }
        try await transaction.query(
            .settleRejectedRows,
            outcomes.map(\.number),
            outcomes.map { $0.outcome.name ?? "" },
            faults.map { $0?.reason.rawValue },
            faults.map { $0?.field },
            faults.map { fault in fault.map { String($0.description.prefix(1_000)) } },
            UTCTimestamp.now
        )
    }

    /// Gives waiting rows up.
    ///
    /// - Returns: how many waited.
    func discard(_ numbers: [Int64], in scope: TenantScope) async throws(PostgresError) -> Int {
        try await scope.write(.discardRejectedRows, numbers, UTCTimestamp.now).affected
    }

    /// Rows of which nothing became after a time.
    ///
    /// - Parameters:
    ///   - time: up to when.
    ///   - limit: how many at most, those first that have been there longest.
    ///   - scope: the tenant's.
    /// - Returns: their numbers.
    /// - Throws: `PostgresError`.
    func numbers(
        before time: UTCTimestamp,
        limit: Int,
        in scope: TenantScope
    ) async throws(PostgresError) -> [Int64] {
        try await scope.read(.findEndedRows, time, Int64(limit))
            .map { row throws(PostgresError) in try row.read(Int64.self) }
    }

    /// Deletes some of them.
    ///
    /// - Parameters:
    ///   - numbers: which.
    ///   - time: those of which something has become since stay.
    ///   - transaction: the tenant's.
    /// - Returns: how many are deleted.
    /// - Throws: `PostgresError`.
    func end(
        _ numbers: [Int64],
        before time: UTCTimestamp,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> Int {
        try await transaction.query(.endRejectedRows, numbers, time).affected
    }
}

extension QuarantinedRow {
    /// Reads a row of ``Statement/listRejectedRows`` and its like.
    init(_ row: Row) throws(PostgresError) {
        number = try row.read(Int64.self, at: 0)
        kind = try row.read(RowKind.self, at: 1)
        let form = try row.read(FormName.self, at: 2)
        self.form = .init(form, try row.read(String.self, at: 3))
        state = try row.read(State.self, at: 13)
        body = try row.read(SharedBytes?.self, at: 4)
        reason = try row.read(String.self, at: 5)
        field = try row.read(String.self, at: 6)
        description = try row.read(String.self, at: 7)
        source = try row.read(String.self, at: 8)
        self.row = try row.read(Int64.self, at: 9)
        byteOffset = try row.read(Int64.self, at: 10)
        batch = try row.read(PostgresUUID.self, at: 11)
        rejectTime = try row.read(UTCTimestamp.self, at: 12)
        outcome = try row.read(String.self, at: 14)
        replays = try row.read(Int32.self, at: 15)
        settleTime = try row.read(UTCTimestamp?.self, at: 16)
    }
}

/// A word of a table that is one of a few.
protocol TableWord: RawRepresentable<String>, PostgresDecodable {}

extension TableWord {
    static func canRead(_ type: PostgresType) -> Bool { String.canRead(type) }

    static func read(_ bytes: RawSpan, as type: PostgresType) -> Self? {
        String.read(bytes, as: type).flatMap { Self(rawValue: $0) }
    }
}

extension RowKind: TableWord {}
extension QuarantinedRow.State: TableWord {}

/// The forms of rows as the table has them.
private enum FormName: String, TableWord {
    case protobuf, json, line
}

extension RejectedRow.Form {
    fileprivate init(_ name: FormName, _ messageType: String) {
        self =
            switch name {
            case .protobuf: .protobuf(messageType)
            case .json: .json
            case .line: .line
            }
    }

    /// What the table calls it.
    fileprivate var name: String {
        let name: FormName =
            switch self {
            case .protobuf: .protobuf
            case .json: .json
            case .line: .line
            }
        return name.rawValue
    }
}

extension Statement {
    /// Numbers are given in the order of the rows.
    fileprivate static let insertRejectedRows = Statement(
        "ingest.insert_rejected_rows",
        """
        insert into rejected_rows (kind, form, message_type, body, reason, field, description,
            row_number, byte_offset, digest, source, batch, rejected_at)
        select kind, form, message_type, body, reason, field, description, row_number,
            byte_offset, digest, $11, $12, $13
        from unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[],
                $7::text[], $8::bigint[], $9::bigint[], $10::bytea[])
            with ordinality as r(kind, form, message_type, body, reason, field, description,
                row_number, byte_offset, digest, place)
        order by place
        on conflict (digest) where state = 'waiting' do update set
            reason = excluded.reason, field = excluded.field, description = excluded.description,
            batch = excluded.batch, rejected_at = excluded.rejected_at
        returning digest, number
        """
    )
    fileprivate static let listRejectedRows = Statement(
        "ingest.list_rejected_rows",
        """
        select number, kind, form, message_type,
            case when octet_length(body) <= $9 then body end, reason, field, description, source,
            row_number, byte_offset, batch, rejected_at, state, outcome, replays, settled_at
        from rejected_rows
        where number < $1 and ($2 = '' or kind = $2) and ($3 = '' or reason = $3)
            and ($4 = '' or field = $4) and ($5 = '' or source = $5)
            and ($6::uuid is null or batch = $6) and ($7 = '' or state = $7)
        order by number desc limit $8
        """
    )
    fileprivate static let exportRejectedRows = Statement(
        "ingest.export_rejected_rows",
        """
        select number, kind, form, message_type, body, reason, field, description, source,
            row_number, byte_offset, batch, rejected_at, state, outcome, replays, settled_at
        from rejected_rows
        where ($1 = '' or kind = $1) and ($2 = '' or reason = $2) and ($3 = '' or field = $3)
            and ($4 = '' or source = $4) and ($5::uuid is null or batch = $5)
            and ($6 = '' or state = $6)
        order by number
        """
    )
    fileprivate static let countRejectedRows = Statement(
        "ingest.count_rejected_rows",
        """
        select kind, reason, field, state, count(*), min(rejected_at), max(rejected_at)
        from rejected_rows
        where ($1 = '' or kind = $1) and ($2 = '' or reason = $2) and ($3 = '' or field = $3)
            and ($4 = '' or source = $4) and ($5::uuid is null or batch = $5)
            and ($6 = '' or state = $6)
        group by kind, reason, field, state
        order by count(*) desc, kind, reason, field, state
        limit 1000
        """
    )
    fileprivate static let lockRejectedRows = Statement(
        "ingest.lock_rejected_rows",
        """
        select number, kind, form, message_type, body, reason, field, description, source,
            row_number, byte_offset, batch, rejected_at, state, outcome, replays, settled_at
        from rejected_rows
        where number = any($1)
        order by number for update
        """
    )
    fileprivate static let findWaitingRows = Statement(
        "ingest.find_waiting_rows",
        """
        select number from rejected_rows
        where state = 'waiting' and number > $1 and ($2 = '' or kind = $2)
            and ($3 = '' or reason = $3) and ($4 = '' or field = $4) and ($5 = '' or source = $5)
            and ($6::uuid is null or batch = $6)
        order by number limit $7
        """
    )
    /// What was rejected again waits on, with its new reason.
    fileprivate static let settleRejectedRows = Statement(
        "ingest.settle_rejected_rows",
        """
        update rejected_rows set
            state = case when s.outcome = '' then 'waiting' else 'replayed' end,
            outcome = s.outcome, replays = rejected_rows.replays + 1, settled_at = $6,
            reason = coalesce(s.reason, rejected_rows.reason),
            field = coalesce(s.field, rejected_rows.field),
            description = coalesce(s.description, rejected_rows.description)
        from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])
            as s(number, outcome, reason, field, description)
        where rejected_rows.number = s.number
        """
    )
    static let findEndedRows = Statement(
        "ingest.find_ended_rejected_rows",
        """
        select number from rejected_rows
        where greatest(rejected_at, settled_at) < $1
        order by greatest(rejected_at, settled_at) limit $2
        """
    )
    fileprivate static let endRejectedRows = Statement(
        "ingest.end_rejected_rows",
        """
        delete from rejected_rows
        where number = any ($1) and greatest(rejected_at, settled_at) < $2
        """
    )
    fileprivate static let discardRejectedRows = Statement(
        "ingest.discard_rejected_rows",
        """
        update rejected_rows set state = 'discarded', settled_at = $2
        where number = any($1) and state = 'waiting'
        """
    )
}
