internal import Postgres
internal import RPC

/// Why journeys are not looked at: the tenant's timelines have not been made for the first time, so
/// that nobody knows how many persons are missing.
struct TimelinesNotMade: Error, Sendable {
    /// Whether anybody has begun to make them.
    let isBegun: Bool
    /// How many persons have one.
    let persons: Int64
    /// How many ids are known that wait, counted to ``mostWaiting``.
    let waiting: Int64

    private static let mostWaiting: Int64 = 10_000

    /// Looks whether they have been made.
    ///
    /// - Parameter transaction: any.
    /// - Returns: how far they are; nil if they have been made.
    /// - Throws: `PostgresError`.
    static func found(
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> TimelinesNotMade? {
        let row = try await transaction.query(.firstBuild, mostWaiting).atMostOne()
        return try row.map { row throws(PostgresError) in
            TimelinesNotMade(
                isBegun: try row.read(Bool.self, at: 0),
                persons: try row.read(Int64.self, at: 1),
                waiting: try row.read(Int64.self, at: 2)
            )
        }
    }

    /// What callers are told.
    var status: RPCError {
        let more = waiting == Self.mostWaiting ? " or more" : ""
        let state =
            isBegun
            ? "the timelines of persons are made for the first time: \(persons) persons are done, "
                + "\(waiting)\(more) ids wait"
            : "the timelines of persons have never been made: that begins by itself"
        return RPCError(
            .failedPrecondition,
            "\(state): ask again when GET /v1/attribution/timelines has a current_time, or give "
                + "allow_partial to look at those that are there",
            ErrorDetails(reason: "TIMELINES_NOT_MADE", retryAfter: .seconds(30))
        )
    }
}

extension Statement {
    fileprivate static let firstBuild = Statement(
        "attribution.first_build_of_timelines",
        """
        select xid <> '0', (select count(*) from timelines where not is_too_large),
            (select count(*) from (select from timeline_changes limit $1) c)
        from timeline_head where current_at is null
        """
    )
}
