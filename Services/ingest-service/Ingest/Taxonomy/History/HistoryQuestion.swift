internal import Messages
internal import Postgres
internal import RPC
internal import Tenancy

/// What a question about stored events is bounded by, as its caller says.
struct HistoryQuestion: Sendable {
    private let first: PostgresDate?
    private let last: PostgresDate?
    /// How many events are looked at at most.
    let most: Int
    let seed: Int64

    private static let mostDays: Int32 = 800
    private static let usualDays: Int32 = 30
    private static let mostEvents: Int32 = 200_000
    private static let usualEvents: Int32 = 50_000

    /// Reads the bounds of a request.
    ///
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    init(
        from: String,
        to: String,
        mostEvents: Int32 = 0,
        seed: Int64 = 0
    ) throws(RPCError) {
        var violations = FieldViolations()
        (first, last) = violations.days(from, to)
        violations.check(
            (0...Self.mostEvents).contains(mostEvents),
            "most_events",
            "expected 1 to 200,000, or 0 for 50,000"
        )
        try violations.finish("history cannot be looked at like this")
        most = Int(mostEvents == 0 ? Self.usualEvents : mostEvents)
        self.seed = seed
    }

    /// The days, where the tenant is.
    ///
    /// - Parameters:
    ///   - store: knows the time.
    ///   - scope: the tenant's.
    /// - Returns: at most 800 days.
    /// - Throws: INVALID_ARGUMENT if they are more; `PostgresError`.
    func days(_ store: TouchStore, in scope: TenantScope) async throws -> HistoryDays {
        let timeZone = scope.entry.settings.timeZone
        let end: PostgresDate
        if let last { end = last } else { end = try await store.today(in: timeZone, scope) }
        let usual = PostgresDate(daysSince1970: end.daysSince1970 - Self.usualDays + 1)
        guard let start = first ?? usual, start <= end,
            end.daysSince1970 - start.daysSince1970 < Self.mostDays
        else {
            throw RPCError(
                .invalidArgument,
                "from, to: expected a first and a last day, 800 days at most"
            )
        }
        return HistoryDays(first: start, last: end, timeZone: timeZone)
    }
}

/// Some days where a tenant is.
struct HistoryDays: Sendable {
    let first: PostgresDate
    let last: PostgresDate
    let timeZone: String
}

extension FieldViolations {
    /// Reads the first and the last day of a request, either of which may be left open.
    mutating func days(_ from: String, _ to: String) -> (PostgresDate?, PostgresDate?) {
        let rule = "expected a day as 2026-01-31, or nothing"
        let (first, last) = (PostgresDate(text: from), PostgresDate(text: to))
        check(from.isEmpty || first != nil, "from", rule)
        check(to.isEmpty || last != nil, "to", rule)
        if let first, let last { check(first <= last, "to", "expected no day before from") }
        return (first, last)
    }
}
