import Messages

/// What the views of spend and KPIs should say, reckoned row by row with whole numbers: amounts in
/// millionths, rates in millionths of millionths, and days as numbers.
struct ViewOracle {
    struct Spend: Hashable {
        var day: Int
        var platform: String
        var currency: String
        var amount: Int128
        var impressions: Int64?
        var clicks: Int64?
    }

    struct Kpi: Hashable {
        var day: Int
        var name: String
        var source: String
        var currency: String
        var amount: Int128
    }

    struct Rate: Hashable {
        var day: Int
        var base: String
        var quote: String
        var rate: Int128
    }

    var spend: [Spend] = []
    var kpi: [Kpi] = []
    var rates: [Rate] = []
    let reporting: String

    /// A sum in a currency, in the reporting currency; nil if there is no rate.
    private func converted(_ amount: Int128, _ currency: String, _ day: Int) -> (Int128, Bool)? {
        if currency == reporting { return (amount, false) }
        var best: (age: Int, isInverse: Bool, rate: Int128)?
        for rate in rates where (0...7).contains(day - rate.day) {
            let isDirect = rate.base == currency && rate.quote == reporting
            let isInverse = rate.base == reporting && rate.quote == currency
            guard isDirect || isInverse else { continue }
            let age = day - rate.day
            if let best, (best.age, best.isInverse ? 1 : 0) < (age, isInverse ? 1 : 0) { continue }
            best = (age, isInverse, rate.rate)
        }
        guard let best else { return nil }
        let million: Int128 = 1_000_000_000_000
        let value =
            best.isInverse
            ? Self.quotient(amount * million, best.rate)
            : Self.quotient(amount * best.rate, million)
        return (value, best.age > 0)
    }

    /// Rounded to the nearest, halves away from zero.
    private static func quotient(_ number: Int128, _ divisor: Int128) -> Int128 {
        let half = (2 * number.magnitude + divisor.magnitude) / (2 * divisor.magnitude)
        return number < 0 ? -Int128(half) : Int128(half)
    }

    private struct Sum {
        var value: Int128? = 0
        var unconverted = 0
        var stale = 0
    }

    /// The sum of rows of one day: each currency's is converted as a whole.
    private func sum(_ rows: [(currency: String, amount: Int128)], on day: Int) -> Sum {
        var sum = Sum()
        for (currency, same) in Dictionary(grouping: rows, by: \.currency) {
            let amount = same.map(\.amount).reduce(0, +)
            guard let (value, isStale) = converted(amount, currency, day) else {
                sum.value = nil
                sum.unconverted += same.count
                continue
            }
            if isStale { sum.stale += same.count }
            sum.value = sum.value.map { $0 + value }
        }
        return sum
    }

    // MARK: The views

    /// `ingest_v1_cross_platform_kpi_daily`, a line for each row, in no order.
    var crossPlatform: Set<String> {
        var lines: Set<String> = []
        let conversions = kpi.filter { $0.name == "conversions" && $0.currency.isEmpty }
        let revenue = kpi.filter { $0.name == "revenue" && !$0.currency.isEmpty }
        var places: Set<[String]> = []
        for row in spend { places.insert(["\(row.day)", row.platform]) }
        for row in conversions + revenue { places.insert(["\(row.day)", row.source]) }
        for place in places {
            guard let day = Int(place[0]) else { continue }
            let costs = spend.filter { $0.day == day && $0.platform == place[1] }
            let gains = revenue.filter { $0.day == day && $0.source == place[1] }
            let counts = conversions.filter { $0.day == day && $0.source == place[1] }
            let cost = sum(costs.map { ($0.currency, $0.amount) }, on: day)
            let gain = sum(gains.map { ($0.currency, $0.amount) }, on: day)
            lines.insert(
                [
                    Self.date(day), place[1], costs.isEmpty ? "" : Self.text(cost.value),
                    Self.count(costs.map(\.impressions)), Self.count(costs.map(\.clicks)),
                    counts.isEmpty ? "" : Self.text(counts.map(\.amount).reduce(0, +)),
                    gains.isEmpty ? "" : Self.text(gain.value), reporting,
                    "\(cost.unconverted)", "\(gain.unconverted)", "\(cost.stale + gain.stale)",
                ].joined(separator: "|")
            )
        }
        return lines
    }

    /// `ingest_v1_blended_paid_kpi_daily`, a line for each row, in no order.
    var blended: Set<String> {
        let platforms = Set(spend.map(\.platform)).subtracting([""])
        let counted = kpi.filter { !platforms.contains($0.source) }
        var lines: Set<String> = []
        for day in Set(spend.map(\.day)).union(counted.map(\.day)) {
            let costs = spend.filter { $0.day == day }
            // Platforms are summed one by one, as in the view above.
            var cost: Int128? = 0
            var unconverted = 0
            for (_, rows) in Dictionary(grouping: costs, by: \.platform) {
                let part = sum(rows.map { ($0.currency, $0.amount) }, on: day)
                unconverted += part.unconverted
                cost = cost.flatMap { cost in part.value.map { cost + $0 } }
            }
            let costTexts = [
                costs.isEmpty ? "" : Self.text(cost), Self.count(costs.map(\.impressions)),
                Self.count(costs.map(\.clicks)), reporting, "\(unconverted)",
            ]
            let groups = Dictionary(grouping: counted.filter { $0.day == day }) { row in
                [row.name, row.source, row.currency.isEmpty ? "f" : "t"]
            }
            for (key, rows) in groups {
                let isMoney = key[2] == "t"
                let value = sum(
                    rows.map { (isMoney ? $0.currency : reporting, $0.amount) },
                    on: day
                )
                let texts = [Self.date(day), key[0], key[1], Self.text(value.value), key[2]]
                lines.insert((texts + costTexts + ["\(value.unconverted)"]).joined(separator: "|"))
            }
            if groups.isEmpty {
                let texts = [Self.date(day), "", "", "", ""]
                lines.insert((texts + costTexts + ["0"]).joined(separator: "|"))
            }
        }
        return lines
    }

    // MARK: Texts

    /// The day of a number, of the January and February of 2026.
    static func date(_ day: Int) -> String {
        let (month, day) = day <= 31 ? (1, day) : (2, day - 31)
        return "2026-0\(month)-" + (day < 10 ? "0" : "") + "\(day)"
    }

    /// An amount with six digits behind the point.
    static func text(_ amount: Int128?) -> String {
        guard let amount else { return "" }
        let digits = "\(amount.magnitude % 1_000_000)"
        let zeros = String(repeating: "0", count: 6 - digits.count)
        return "\(amount < 0 ? "-" : "")\(amount.magnitude / 1_000_000).\(zeros)\(digits)"
    }

    private static func count(_ counts: [Int64?]) -> String {
        let known = counts.compactMap { $0 }
        return known.isEmpty ? "" : "\(known.reduce(0, +))"
    }
}
