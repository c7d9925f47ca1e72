internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// The calibrations of tenants: all their SQL.
struct CalibrationStore: Sendable {
    /// How many are in force at most.
    static let most: Int64 = 1_000

    // MARK: Reading

    /// A revision.
    ///
    /// - Parameters:
    ///   - name: of the calibration.
    ///   - revision: which; 0 for the last.
    ///   - scope: the tenant's.
    /// - Returns: the revision.
    /// - Throws: NOT_FOUND, or `PostgresError`.
    func calibration(
        _ name: String,
        _ revision: Int64,
        in scope: TenantScope
    ) async throws -> StoredCalibration {
        let rows = try await scope.read(.findCalibration, name, revision)
        guard let row = try rows.atMostOne() else { throw Self.missing(name, revision) }
        return try StoredCalibration(row)
    }

    /// Revisions in the order of names, and of a name the newest first.
    ///
    /// - Parameters:
    ///   - filter: which of them.
    ///   - place: the name and revision after which they begin; nil for the first.
    ///   - limit: how many.
    ///   - scope: the tenant's.
    /// - Returns: the revisions.
    /// - Throws: `PostgresError`.
    func list(
        _ filter: MixModelV1.ListCalibrationsRequest,
        after place: (name: String, revision: Int64)?,
        limit: Int,
        in scope: TenantScope
    ) async throws -> [StoredCalibration] {
        try await scope.read(
            .listCalibrations,
            filter.channel.isEmpty ? nil : filter.channel,
            filter.kpi.isEmpty ? nil : filter.kpi,
            filter.includeRetired,
            place?.name ?? "",
            place?.revision ?? .max,
            Int64(limit)
        ).map { try StoredCalibration($0) }
    }

    private static func missing(_ name: String, _ revision: Int64 = 0) -> RPCError {
        let what = revision == 0 ? "calibration" : "revision \(revision) of a calibration"
        return RPCError(.notFound, "name: there is no \(what) '\(name)'")
    }

    // MARK: Writing

    /// Puts calibrations in force in place of those of their names, all or none; the same once more
    /// changes nothing.
    ///
    /// - Parameters:
    ///   - calibrations: checked, without what the service gives, each name once.
    ///   - actor: in whose name.
    ///   - isTrial: whether it is undone.
    ///   - scope: the tenant's.
    /// - Returns: what is in force then, or would be, in the same order.
    /// - Throws: NOT_FOUND if there is no such channel; RESOURCE_EXHAUSTED; `PostgresError`.
    func put(
        _ calibrations: [MixModelV1.Calibration],
        by actor: String,
        isTrial: Bool,
        in scope: TenantScope
    ) async throws -> [StoredCalibration] {
        let now = UTCTimestamp.now
        return try await scope.transaction { transaction in
            try await transaction.query(.holdCalibrations)
            var room =
                Self.most - (try await transaction.query(.countCalibrations).one().read(Int64.self))
            var put: [StoredCalibration] = []
            for calibration in calibrations {
                let (last, next) = try await Self.next(calibration, by: actor, at: now, transaction)
                put.append(next)
                guard last?.revision != next.revision else { continue }
                if last == nil || last?.retireTime != nil { try Self.take(&room) }
                guard !isTrial else { continue }
                if last?.retireTime == nil {
                    try await transaction.query(
                        .retireCalibration,
                        next.content.name,
                        now,
                        actor,
                        ""
                    )
                }
                try await Self.add(next, in: transaction)
            }
            return put
        }
    }

    /// The last revision of a name, and the one that is in force when a calibration has been put.
    private static func next(
        _ calibration: MixModelV1.Calibration,
        by actor: String,
        at now: UTCTimestamp,
        _ transaction: PostgresTransaction
    ) async throws -> (last: StoredCalibration?, next: StoredCalibration) {
        guard
            let channel = try await transaction.query(.findChannel, calibration.channel)
                .atMostOne()
        else {
            throw RPCError(
                .notFound,
                "calibration.channel: there is no channel '\(calibration.channel)'; make it "
                    + "first, or give one this slug"
            )
        }
        let last = try await transaction.query(.findCalibration, calibration.name, Int64(0))
            .atMostOne().map { try StoredCalibration($0) }
        if let last, last.retireTime == nil, last.content == calibration { return (last, last) }
        let made = StoredCalibration(
            calibration,
            revision: (last?.revision ?? 0) + 1,
            of: try channel.read(Int32.self),
            by: actor,
            at: now
        )
        return (last, made)
    }

    private static func add(
        _ stored: StoredCalibration,
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.query(
            .insertCalibration,
            stored.content.name,
            stored.revision,
            stored.content.channel,
            stored.content.kpi,
            stored.content.encoded(),
            stored.actor,
            stored.createTime
        )
    }

    private static func take(_ room: inout Int64) throws(RPCError) {
        guard room > 0 else {
            throw RPCError(
                .resourceExhausted,
                "\(most) calibrations are in force, which is as many as there may be: retire some",
                ErrorDetails(reason: "CALIBRATIONS_IN_FORCE")
            )
        }
        room -= 1
    }

    /// Takes a calibration out of force.
    ///
    /// - Parameters:
    ///   - name: which.
    ///   - reason: why.
    ///   - actor: in whose name.
    ///   - scope: the tenant's.
    /// - Returns: the revision that was in force, or the last that was, if it was retired for the
    ///   same reason.
    /// - Throws: NOT_FOUND, or `PostgresError`.
    func retire(
        _ name: String,
        because reason: String,
        by actor: String,
        in scope: TenantScope
    ) async throws -> StoredCalibration {
        try await scope.transaction { transaction in
            try await transaction.query(.holdCalibrations)
            try await transaction.query(.retireCalibration, name, UTCTimestamp.now, actor, reason)
            let row = try await transaction.query(.findCalibration, name, Int64(0)).atMostOne()
            guard let stored = try row.map({ try StoredCalibration($0) }),
                stored.retireReason == reason
            else { throw Self.missing(name) }
            return stored
        }
    }
}

extension Statement {
    fileprivate static let findCalibration = Statement(
        "mmm.find_calibration",
        """
        select c.revision, c.calibration, c.actor, c.created_at, c.retired_at, c.retire_actor,
            c.retire_reason, coalesce(n.number, 0)
        from calibrations c left join ingest_v1_channels n on n.slug = c.channel
        where c.name = $1 and ($2 = 0 or c.revision = $2)
        order by c.revision desc limit 1
        """
    )
    fileprivate static let listCalibrations = Statement(
        "mmm.list_calibrations",
        """
        select c.revision, c.calibration, c.actor, c.created_at, c.retired_at, c.retire_actor,
            c.retire_reason, coalesce(n.number, 0)
        from calibrations c left join ingest_v1_channels n on n.slug = c.channel
        where ($1::text is null or c.channel = $1) and ($2::text is null or c.kpi = $2)
            and ($3 or c.retired_at is null)
            and (c.name > $4 or (c.name = $4 and c.revision < $5))
        order by c.name, c.revision desc limit $6
        """
    )
    /// Lets nobody else put or retire before the transaction has ended.
    fileprivate static let holdCalibrations = Statement(
        "mmm.hold_calibrations",
        "select pg_advisory_xact_lock(1296911683, hashtext(current_schema()))"
    )
    fileprivate static let findChannel = Statement(
        "mmm.find_channel",
        "select number from ingest_v1_channels where slug = $1"
    )
    fileprivate static let countCalibrations = Statement(
        "mmm.count_calibrations",
        "select count(*) from calibrations where retired_at is null"
    )
    fileprivate static let insertCalibration = Statement(
        "mmm.insert_calibration",
        """
        insert into calibrations (name, revision, channel, kpi, calibration, actor, created_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """
    )
    fileprivate static let retireCalibration = Statement(
        "mmm.retire_calibration",
        """
        update calibrations set retired_at = $2, retire_actor = $3, retire_reason = $4
        where name = $1 and retired_at is null
        """
    )
}
