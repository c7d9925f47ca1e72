internal import Postgres
internal import RPC

/// Days by the clocks of a time zone, of those times that are asked about.
struct LocalDays: Sendable {
    /// The days in order, as `2026-01-31`.
    let names: [String]
    /// When each begins, in microseconds since 1970.
    private let starts: [Int64]

    /// How many days of UTC times may be on: more than a hundred years.
    private static let most = 40_000
    private static let dayLength: Int64 = 86_400_000_000

    /// Days of UTC that times are on.
    ///
    /// - Parameter times: in microseconds since 1970, in any order.
    /// - Returns: days since 1970, each once.
    static func days(of times: [Int64]) -> [Int32] {
        var days: Set<Int32> = []
        var last = Int32.min
        for time in times {
            let (day, rest) = time.quotientAndRemainder(dividingBy: dayLength)
            let number = Int32(clamping: rest < 0 ? day - 1 : day)
            if number != last { days.insert(number) }
            last = number
        }
        return days.sorted()
    }

    /// The days of a time zone that meet days of UTC.
    ///
    /// - Parameters:
    ///   - days: days since 1970.
    ///   - timeZone: its name.
    ///   - transaction: any.
    /// - Returns: the days.
    /// - Throws: FAILED_PRECONDITION if there are too many; `PostgresError`.
    static func read(
        meeting days: [Int32],
        of timeZone: String,
        in transaction: PostgresTransaction
    ) async throws -> LocalDays {
        guard days.count <= most else {
            throw RPCError(
                .failedPrecondition,
                "booking: there is credit on more than \(most) days: take a shorter range"
            )
        }
        var names: [String] = []
        var starts: [Int64] = []
        for row in try await transaction.query(.listDayStarts, days, timeZone) {
            names.append(try row.read(String.self, at: 0))
            starts.append(try row.read(PostgresTimestamp.self, at: 1).microsecondsSince1970)
        }
        return LocalDays(names: names, starts: starts)
    }

    /// The place of the day that a time is on.
    ///
    /// - Parameter time: on one of the days of UTC that were asked about.
    /// - Returns: its place among ``names``.
    func place(of time: Int64) -> Int {
        var (low, high) = (0, starts.count)
        while low < high {
            let middle = (low + high) / 2
            if starts[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }
}

extension Statement {
    /// No clock is a day or more away from UTC: with the days before and after all are there.
    ///
    /// A day that a zone has left out begins with the next one, which comes after it here.
    fileprivate static let listDayStarts = Statement(
        "attribution.list_day_starts",
        """
        with days as (
            select distinct date '1970-01-01' + number + step as day
            from unnest($1::integer[]) number, generate_series(-1, 1) step
        )
        select to_char(day, 'YYYY-MM-DD'), day::timestamp at time zone $2
        from days
        order by day
        """
    )
}
