internal import Journeys
internal import Postgres

/// What other currencies are worth in one, by days.
struct CurrencyRates: Sendable {
    /// A rate of a day: the one from the other currency comes before the one to it.
    private struct Day {
        let day: Int32
        let rate: ExchangeRate
    }

    /// By currency, the days in order.
    private let days: [String: [Day]]

    /// For how many days a rate holds.
    private static let longest: Int32 = 7
    /// How many rates are held at most: the latest.
    private static let most: Int64 = 1_000_000

    /// The rates of a currency.
    ///
    /// - Parameters:
    ///   - currency: what others are converted to.
    ///   - transaction: any.
    /// - Returns: the rates; one that is too large to be reckoned with is left out.
    /// - Throws: `PostgresError`.
    static func read(
        of currency: String,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> CurrencyRates {
        var days: [String: [Day]] = [:]
        for row in try await transaction.query(.listRates, currency, most) {
            let other = try row.read(String.self, at: 0)
            let day = try row.read(Int32.self, at: 1)
            // The best of a day comes first.
            if days[other]?.last?.day == day { continue }
            let isDirect = try row.read(Bool.self, at: 2)
            guard let number = try row.read(PostgresDecimal.self, at: 3).trillionths,
                let rate = isDirect
                    ? ExchangeRate(multiplier: number)
                    : ExchangeRate(multiplier: 1_000_000_000_000, divisor: number)
            else { continue }
            days[other, default: []].append(Day(day: day, rate: rate))
        }
        return CurrencyRates(days: days.mapValues { $0.reversed() })
    }

    /// What a currency was worth on a day: by the latest rate of the seven days up to it.
    ///
    /// - Parameters:
    ///   - currency: another one.
    ///   - day: since 1970.
    /// - Returns: the rate; nil if there is none.
    func rate(of currency: String, on day: Int32) -> ExchangeRate? {
        guard let known = days[currency] else { return nil }
        var (low, high) = (0, known.count)
        while low < high {
            let middle = (low + high) / 2
            if known[middle].day <= day { low = middle + 1 } else { high = middle }
        }
        guard low > 0, day - known[low - 1].day <= Self.longest else { return nil }
        return known[low - 1].rate
    }
}

extension PostgresDecimal {
    /// The number in 10⁻¹²; nil if that is too large.
    fileprivate var trillionths: UInt64? {
        guard scale <= 12 else { return nil }
        var number = coefficient
        for _ in scale..<12 {
            let (product, isOverflow) = number.multipliedReportingOverflow(by: 10)
            if isOverflow { return nil }
            number = product
        }
        return UInt64(exactly: number)
    }
}

extension Statement {
    fileprivate static let listRates = Statement(
        "attribution.list_rates",
        """
        select case when quote = $1 then base else quote end as other,
            (day - date '1970-01-01')::integer, quote = $1, rate
        from ingest_v1_exchange_rates
        where base = $1 or quote = $1
        order by day desc, other, quote = $1 desc
        limit $2
        """
    )
}
