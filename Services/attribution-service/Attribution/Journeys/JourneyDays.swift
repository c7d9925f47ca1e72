internal import Messages
internal import Postgres
internal import RPC
internal import Tenancy
internal import Wire

extension AttributionV1.JourneySelection {
    /// The selection with times in place of its days.
    ///
    /// - Parameter scope: the tenant's, whose clocks count.
    /// - Returns: a selection that has no days.
    /// - Throws: INVALID_ARGUMENT for what is no day, or a day and a time; `PostgresError`.
    func timed(in scope: TenantScope) async throws -> AttributionV1.JourneySelection {
        guard !firstDay.isEmpty || !lastDay.isEmpty else { return self }
        var violations = FieldViolations()
        let days = [
            (firstDay, "first_day", fromTime != nil, "from_time"),
            (lastDay, "last_day", toTime != nil, "to_time"),
        ]
        let found = days.map { text, field, hasTime, time -> PostgresDate? in
            guard !text.isEmpty else { return nil }
            let day = PostgresDate(text: text)
                .flatMap { Self.known.contains($0.daysSince1970) ? $0 : nil }
            violations.check(
                day != nil,
                "journeys.\(field)",
                "expected a day from 1970 to 2999, as 2026-01-31"
            )
            violations.check(!hasTime, "journeys.\(field)", "expected nothing beside \(time)")
            return day
        }
        if let first = found[0], let last = found[1] {
            violations.check(
                first <= last,
                "journeys.last_day",
                "expected a day not before first_day"
            )
        }
        try violations.finish("the journeys cannot be looked at")
        let row = try await scope.read(
            .findDays,
            found[0],
            found[1],
            scope.entry.settings.timeZone
        )
        .one()
        var selection = self
        (selection.firstDay, selection.lastDay) = ("", "")
        if found[0] != nil {
            let time = try row.read(PostgresTimestamp.self, at: 0)
            selection.fromTime = .init(microseconds: time.microsecondsSince1970)
        }
        if found[1] != nil {
            let time = try row.read(PostgresTimestamp.self, at: 1)
            selection.toTime = .init(microseconds: time.microsecondsSince1970)
        }
        return selection
    }

    /// The days of 1970 to 2999.
    private static let known: Range<Int32> = 0..<376_200
}

extension Statement {
    fileprivate static let findDays = Statement(
        "attribution.find_days",
        """
        select $1::date::timestamp at time zone $3,
            ($2::date + 1)::timestamp at time zone $3
        """
    )
}
