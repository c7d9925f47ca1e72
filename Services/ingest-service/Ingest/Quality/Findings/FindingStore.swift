internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Which findings; what is empty or nil counts for all.
struct FindingFilter: Sendable {
    var isOpen: Bool?
    var rule = ""
    var leastSeverity: Int16 = 0
    var excludesMuted = false
}

/// The findings of tenants, and what was noted on them: all their SQL.
struct FindingStore: Sendable {
    /// How many notes of a finding are told.
    private static let mostNotes = 20
    /// How many findings may be open.
    private static let mostOpen = 10_000

    // MARK: What snapshots do

    /// All open findings.
    func open(in transaction: PostgresTransaction) async throws -> [FindingLedger.Known] {
        try await transaction.query(.openFindings, Int64(Self.mostOpen)).map { row in
            let bytes = try row.read(SharedBytes.self, at: 8)
            let message = try IngestV1.QualityFinding(decoding: bytes.bytes)
            return FindingLedger.Known(
                number: try row.read(Int64.self, at: 0),
                key: .init(
                    rule: try row.read(String.self, at: 1),
                    subject: try row.read(String.self, at: 2)
                ),
                state: FindingState(
                    firstDay: try row.read(PostgresDate.self, at: 3).daysSince1970,
                    lastDay: try row.read(PostgresDate.self, at: 4).daysSince1970,
                    lookedDay: try row.read(PostgresDate.self, at: 5).daysSince1970,
                    snapshots: try row.read(Int32.self, at: 6),
                    silences: try row.read(Int32.self, at: 7),
                    isOpen: true
                ),
                message: message
            )
        }
    }

    /// Keeps what a snapshot has done.
    func keep(
        _ ledger: FindingLedger,
        at time: UTCTimestamp,
        in transaction: PostgresTransaction
    ) async throws {
        let (opened, moved) = (ledger.opened, ledger.moved)
        var batch = Batch()
        batch.append(
            .moveFindings,
            moved.map(\.number),
            moved.map(\.state.isOpen),
            moved.compactMap { PostgresDate(daysSince1970: $0.state.lastDay) },
            moved.compactMap { PostgresDate(daysSince1970: $0.state.lookedDay) },
            moved.map(\.state.snapshots),
            moved.map(\.state.silences),
            moved.map { Int16($0.message.severity.rawValue) },
            moved.map { $0.message.encoded() },
            time
        )
        batch.append(
            .openNewFindings,
            opened.map(\.key.rule),
            opened.map(\.key.subject),
            opened.map { Int16($0.message.severity.rawValue) },
            opened.compactMap { PostgresDate(daysSince1970: $0.state.firstDay) },
            opened.map { $0.message.encoded() },
            time
        )
        _ = try await transaction.run(batch)
    }

    /// Forgets findings that were resolved long ago.
    func prune(before time: UTCTimestamp, in transaction: PostgresTransaction) async throws {
        try await transaction.query(.pruneFindings, time)
    }

    // MARK: What people see and say

    /// Findings, the newest first.
    func findings(
        _ filter: FindingFilter,
        before number: Int64,
        limit: Int,
        in scope: TenantScope
    ) async throws -> [IngestV1.QualityFinding] {
        let rows = try await scope.read(
            .listFindings,
            number,
            filter.isOpen,
            filter.rule,
            filter.leastSeverity,
            filter.excludesMuted,
            UTCTimestamp.now,
            Int64(limit)
        )
        var findings = try rows.map { try IngestV1.QualityFinding($0) }
        let notes = try await scope.read(
            .listNotes,
            findings.map(\.number),
            Int64(Self.mostNotes)
        )
        let places = Dictionary(
            findings.enumerated().map { ($1.number, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        for row in notes {
            guard let place = places[try row.read(Int64.self, at: 0)] else { continue }
            findings[place].notes.append(try IngestV1.QualityFinding.Note(row))
        }
        return findings
    }

    /// A finding; nil if there is none of the number.
    func finding(
        _ number: Int64,
        in scope: TenantScope
    ) async throws -> IngestV1.QualityFinding? {
        guard number > 0, number < .max else { return nil }
        let found = try await findings(.init(), before: number + 1, limit: 1, in: scope).first
        return found?.number == number ? found : nil
    }

    /// Notes something on a finding.
    ///
    /// - Returns: whether there is one of the number.
    func note(
        _ number: Int64,
        reason: String,
        muteUntil: UTCTimestamp?,
        at time: UTCTimestamp,
        in scope: TenantScope
    ) async throws -> Bool {
        try await scope.write(
            .insertNote,
            number,
            reason,
            scope.context.actor.description,
            time,
            muteUntil
        ).affected == 1
    }
}

extension IngestV1.QualityFinding {
    /// Reads a row of ``Statement/listFindings``.
    fileprivate init(_ row: Row) throws {
        let bytes = try row.read(SharedBytes.self, at: 6)
        try self.init(decoding: bytes.bytes)
        number = try row.read(Int64.self, at: 0)
        state = try row.read(Bool.self, at: 1) ? .open : .resolved
        firstDate = try row.read(PostgresDate.self, at: 2).text
        lastDate = try row.read(PostgresDate.self, at: 3).text
        snapshots = try row.read(Int32.self, at: 4)
        openTime = GoogleProtobuf.Timestamp(try row.read(UTCTimestamp.self, at: 5))
        resolveTime = try row.read(UTCTimestamp?.self, at: 7).map { GoogleProtobuf.Timestamp($0) }
        muted = try row.read(Bool.self, at: 8)
    }
}

extension IngestV1.QualityFinding.Note {
    /// Reads a row of ``Statement/listNotes``.
    fileprivate init(_ row: Row) throws {
        self.init()
        reason = try row.read(String.self, at: 1)
        actor = try row.read(String.self, at: 2)
        createTime = GoogleProtobuf.Timestamp(try row.read(UTCTimestamp.self, at: 3))
        muteUntil = try row.read(UTCTimestamp?.self, at: 4).map { GoogleProtobuf.Timestamp($0) }
    }
}

extension Statement {
    fileprivate static let openFindings = Statement(
        "ingest.open_quality_findings",
        """
        select number, rule, subject, first_day, last_day, looked_day, snapshots, silences, finding
        from quality_findings where is_open order by number limit $1
        """
    )
    fileprivate static let moveFindings = Statement(
        "ingest.move_quality_findings",
        """
        update quality_findings f set is_open = m.is_open, last_day = m.last_day,
            looked_day = m.looked_day, snapshots = m.snapshots, silences = m.silences,
            severity = m.severity, finding = m.finding,
            resolved_at = case when m.is_open then null else $9::timestamptz end
        from unnest($1::bigint[], $2::boolean[], $3::date[], $4::date[], $5::integer[],
            $6::integer[], $7::smallint[], $8::bytea[]) as m (number, is_open, last_day,
            looked_day, snapshots, silences, severity, finding)
        where f.number = m.number
        """
    )
    fileprivate static let openNewFindings = Statement(
        "ingest.open_new_quality_findings",
        """
        insert into quality_findings (rule, subject, severity, is_open, first_day, last_day,
            looked_day, snapshots, silences, finding, opened_at)
        select rule, subject, severity, true, day, day, day, 1, 0, finding, $6
        from unnest($1::text[], $2::text[], $3::smallint[], $4::date[], $5::bytea[])
            as n (rule, subject, severity, day, finding)
        order by rule, subject
        """
    )
    fileprivate static let pruneFindings = Statement(
        "ingest.prune_quality_findings",
        "delete from quality_findings where resolved_at < $1"
    )
    /// Muted is what the last note about that of the finding, or of one before it, says.
    fileprivate static let listFindings = Statement(
        "ingest.list_quality_findings",
        """
        select f.number, f.is_open, f.first_day, f.last_day, f.snapshots, f.opened_at, f.finding,
            f.resolved_at, coalesce(m.mute_until > $6, false)
        from quality_findings f
        left join lateral (
            select n.mute_until from quality_notes n
            where n.rule = f.rule and n.subject = f.subject and n.mute_until is not null
            order by n.number desc limit 1
        ) m on true
        where f.number < $1 and ($2::boolean is null or f.is_open = $2)
            and ($3 = '' or f.rule = $3) and f.severity >= $4
            and (not $5 or m.mute_until is null or m.mute_until <= $6)
        order by f.number desc limit $7
        """
    )
    fileprivate static let listNotes = Statement(
        "ingest.list_quality_notes",
        """
        select finding, reason, actor, created_at, mute_until
        from (
            select finding, number, reason, actor, created_at, mute_until,
                row_number() over (partition by finding order by number desc) as place
            from quality_notes where finding = any($1)
        ) n
        where place <= $2
        order by finding, number desc
        """
    )
    fileprivate static let insertNote = Statement(
        "ingest.insert_quality_note",
        """
        insert into quality_notes (finding, rule, subject, reason, actor, created_at, mute_until)
        select number, rule, subject, $2, $3, $4, $5 from quality_findings where number = $1
        """
    )
}
