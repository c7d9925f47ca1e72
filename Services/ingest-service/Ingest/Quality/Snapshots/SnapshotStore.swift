internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// The snapshots of tenants: all their SQL.
struct SnapshotStore: Sendable {
    /// Keeps a snapshot.
    ///
    /// - Returns: the snapshot without metrics, with its number.
    func add(
        _ snapshot: IngestV1.QualitySnapshot,
        of day: PostgresDate,
        job: PostgresUUID?,
        at time: UTCTimestamp,
        in transaction: PostgresTransaction
    ) async throws -> IngestV1.QualitySnapshot {
        var (head, metrics) = (snapshot, IngestV1.QualitySnapshot())
        metrics.metrics = snapshot.metrics
        head.metrics = []
        head.number = try await transaction.query(
            .insertSnapshot,
            day,
            job,
            head.encoded(),
            metrics.encoded(),
            time
        ).one().read(Int64.self)
        head.createTime = GoogleProtobuf.Timestamp(time)
        return head
    }

    /// The snapshot that a job has taken, without metrics; nil if it has not.
    func snapshot(
        ofJob job: PostgresUUID?,
        in transaction: PostgresTransaction
    ) async throws -> IngestV1.QualitySnapshot? {
        try await transaction.query(.snapshotOfJob, job).atMostOne()
            .map { try IngestV1.QualitySnapshot(head: $0) }
    }

    /// Snapshots without metrics, the newest first.
    func snapshots(
        before number: Int64,
        limit: Int,
        in scope: TenantScope
    ) async throws -> [IngestV1.QualitySnapshot] {
        try await scope.read(.listSnapshots, number, Int64(limit))
            .map { try IngestV1.QualitySnapshot(head: $0) }
    }

    /// A snapshot; nil if there is none of the number.
    ///
    /// - Parameters:
    ///   - number: which; 0 for the newest.
    ///   - scope: the tenant's.
    /// - Returns: the snapshot with its metrics.
    /// - Throws: `PostgresError`.
    func snapshot(
        _ number: Int64,
        in scope: TenantScope
    ) async throws -> IngestV1.QualitySnapshot? {
        guard let row = try await scope.read(.findSnapshot, number).atMostOne() else { return nil }
        var snapshot = try IngestV1.QualitySnapshot(head: row)
        snapshot.metrics = try IngestV1.QualitySnapshot(of: row, at: 3).metrics
        return snapshot
    }

    /// The day of the newest snapshot of all; nil if there is none.
    func lastDay(in transaction: PostgresTransaction) async throws -> PostgresDate? {
        try await transaction.query(.lastSnapshotDay).atMostOne()?.read(PostgresDate.self)
    }

    /// The metrics of days that have a snapshot, the last of each, from day to day.
    ///
    /// - Parameters:
    ///   - days: of those, the last ones.
    ///   - count: how many of them.
    ///   - transaction: the tenant's.
    ///   - body: is given one after the other, so that one is in memory at a time.
    /// - Throws: what the closure throws, or `PostgresError`.
    func forEachDay(
        of days: ClosedRange<PostgresDate>,
        last count: Int,
        in transaction: PostgresTransaction,
        _ body: (Int64, PostgresDate, [IngestV1.QualityMetric]) throws -> Void
    ) async throws {
        let rows = try await transaction.stream(
            .metricsByDay,
            days.lowerBound,
            days.upperBound,
            Int64(count)
        )
        for try await row in rows {
            try body(
                try row.read(Int64.self, at: 0),
                try row.read(PostgresDate.self, at: 1),
                try IngestV1.QualitySnapshot(of: row, at: 2).metrics
            )
        }
    }

    /// Forgets old ones.
    func prune(before day: PostgresDate, in transaction: PostgresTransaction) async throws {
        try await transaction.query(.pruneSnapshots, day)
    }
}

extension IngestV1.QualitySnapshot {
    /// Reads the number, the time and the head of a row.
    fileprivate init(head row: Row) throws {
        try self.init(of: row, at: 1)
        number = try row.read(Int64.self, at: 0)
        createTime = GoogleProtobuf.Timestamp(try row.read(UTCTimestamp.self, at: 2))
    }

    fileprivate init(of row: Row, at place: Int) throws {
        let bytes = try row.read(SharedBytes.self, at: place)
        try self.init(decoding: bytes.bytes)
    }
}

extension Statement {
    fileprivate static let insertSnapshot = Statement(
        "ingest.insert_quality_snapshot",
        """
        insert into quality_snapshots (day, job, snapshot, metrics, created_at)
        values ($1, $2, $3, $4, $5) returning number
        """
    )
    fileprivate static let snapshotOfJob = Statement(
        "ingest.quality_snapshot_of_job",
        "select number, snapshot, created_at from quality_snapshots where job = $1"
    )
    fileprivate static let listSnapshots = Statement(
        "ingest.list_quality_snapshots",
        """
        select number, snapshot, created_at from quality_snapshots
        where number < $1 order by number desc limit $2
        """
    )
    fileprivate static let findSnapshot = Statement(
        "ingest.find_quality_snapshot",
        """
        select number, snapshot, created_at, metrics from quality_snapshots
        where $1::bigint in (0, number) order by number desc limit 1
        """
    )
    fileprivate static let lastSnapshotDay = Statement(
        "ingest.last_quality_snapshot_day",
        "select day from quality_snapshots order by day desc, number desc limit 1"
    )
    fileprivate static let metricsByDay = Statement(
        "ingest.quality_metrics_by_day",
        """
        select s.number, s.day, s.metrics
        from (
            select day, max(number) as number from quality_snapshots
            where day between $1 and $2 group by day order by day desc limit $3
        ) last
        join quality_snapshots s on s.number = last.number
        order by s.day
        """
    )
    fileprivate static let pruneSnapshots = Statement(
        "ingest.prune_quality_snapshots",
        "delete from quality_snapshots where day < $1"
    )
}
