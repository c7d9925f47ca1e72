import Messages
import Wire

/// What a snapshot should say, recounted from all rows for each number anew.
struct QualityOracle {
    let world: QualityWorld
    /// What the taxonomy says of the visits.
    let mapped: [IngestV1.MappedChannel]
    /// The day of the snapshot.
    let day: Int

    /// The events of the days that are looked at.
    private let events: [QualityWorld.Event]
    /// Days as rows have them.
    private let dates: [Int: String]

    typealias Told = [String: [Double]]

    init(world: QualityWorld, mapped: [IngestV1.MappedChannel], day: Int) {
        self.world = world
        self.mapped = mapped
        self.day = day
        events = world.events.filter { (day - 62...day).contains(world.day(of: $0)) }
        let days = day - 80...day + 1
        dates = Dictionary(uniqueKeysWithValues: days.map { ($0, QualityWorld.text($0)) })
    }

    /// The value and the count of each metric of a finished day, by its name and dimensions, but
    /// those of arrivals.
    func told() -> Told {
        var told: Told = [:]
        addVolumes(&told)
        addShares(&told)
        addSpend(&told)
        addRates(&told)
        // Each has an order of its own: none is in conflict.
        let orders = events.filter {
            world.day(of: $0) == day && $0.kind == .conversion && !$0.order.isEmpty
        }
        if !orders.isEmpty {
            told["order_conflicts conversion_kind=conversion"] = [0, Double(orders.count)]
        }
        for platform in Set(world.spend.map(\.platform)) {
            let ahead = world.spend.count {
                $0.platform == platform && $0.date > date(day + 1)
            }
            told["future_rows kind=spend platform=\(platform)"] = [Double(ahead), Double(ahead)]
        }
        for name in Set(world.kpis.map(\.name)) {
            let ahead = world.kpis.count { $0.name == name && $0.date > date(day + 1) }
            told["future_rows kind=kpi kpi=\(name)"] = [Double(ahead), Double(ahead)]
        }
        return told
    }

    /// A metric as it is compared.
    static func key(_ metric: IngestV1.QualityMetric) -> String {
        let parts = metric.dimensions.keys.sorted().map { "\($0)=\(metric.dimensions[$0] ?? "")" }
        return ([metric.name] + parts).joined(separator: " ")
    }

    private var window: ClosedRange<Int> { day - 62...day }

    private func channel(_ event: QualityWorld.Event) -> String {
        if !event.channel.isEmpty { return event.channel }
        return event.visit.map { mapped[$0].channel } ?? ""
    }

    private func isUnknown(_ event: QualityWorld.Event) -> Bool {
        if !event.channel.isEmpty { return event.channel == "unassigned" }
        return event.visit.map { mapped[$0].unknown } ?? false
    }

    static func name(_ kind: IngestV1.Event.Kind) -> String {
        switch kind {
        case .page: "page"
        case .click: "click"
        case .conversion: "conversion"
        case .custom: "custom"
        default: "other"
        }
    }

    // MARK: Volume and freshness

    private func middle(_ values: [Double]) -> Double {
        // Half of those that are left are thrown away at each end.
        var values = values.sorted()
        while values.count > 2 { values = Array(values.dropFirst().dropLast()) }
        return values.reduce(0, +) / Double(values.count)
    }

    /// A score and its median, of an amount of each day.
    private func score(_ amounts: [Int: Double], on day: Int, isCount: Bool) -> [Double]? {
        guard let first = amounts.keys.min() else { return nil }
        var before: [Double] = []
        for week in 1...8 where day - 7 * week >= first {
            before.append(amounts[day - 7 * week] ?? 0)
        }
        if before.count < 4 { return nil }
        let median = middle(before)
        var scale = 1.4826 * middle(before.map { abs($0 - median) })
        if scale < median / 10 { scale = median / 10 }
        if isCount, scale < median.squareRoot() { scale = median.squareRoot() }
        if isCount, scale < 1 { scale = 1 }
        return scale == 0 ? nil : [((amounts[day] ?? 0) - median) / scale, median]
    }

    /// How fresh something is that came on some days.
    private func ratio(_ days: Set<Int>) -> [Double]? {
        let sorted = days.sorted()
        var gaps: [Int] = []
        for place in sorted.indices.dropFirst() { gaps.append(sorted[place] - sorted[place - 1]) }
        guard gaps.count >= 4, let last = sorted.last else { return nil }
        // The smallest that nine of ten do not pass.
        let usual = (1...70).first { gap in
            10 * gaps.count { $0 <= gap } >= 9 * gaps.count
        }
        return [Double(day + 1 - last) / Double(usual ?? 0), Double(gaps.count)]
    }

    private func addVolumes(_ told: inout Told) {
        for origin in Set(events.map(\.origin)) {
            let own = events.filter { $0.origin == origin }
            told["freshness_ratio kind=event source=\(origin)"] =
                ratio(Set(own.map { world.day(of: $0) }))
            for kind in Set(own.map(\.kind)) {
                var amounts: [Int: Double] = [:]
                for event in own where event.kind == kind {
                    amounts[world.day(of: event), default: 0] += 1
                }
                told["volume_score kind=\(Self.name(kind)) source=\(origin)"] =
                    score(amounts, on: day, isCount: true)
            }
        }
        for platform in Set(world.spend.map(\.platform)) {
            let rows = world.spend.filter { $0.platform == platform && $0.date <= date(day) }
            add(
                "currency=\(rows[0].currency) kind=spend platform=\(platform)",
                rows.map { ($0.date, Double($0.spend) ?? 0) },
                &told
            )
        }
        for name in Set(world.kpis.map(\.name)) {
            let rows = world.kpis.filter { $0.name == name }
            add(
                "counted_by= currency=\(rows[0].currency) kind=kpi kpi=\(name)",
                rows.map { ($0.date, Double($0.value) ?? 0) },
                &told
            )
        }
    }

    private func date(_ day: Int) -> String { dates[day] ?? "" }

    private func add(_ dimensions: String, _ rows: [(String, Double)], _ told: inout Told) {
        var amounts: [Int: Double] = [:]
        for day in window {
            let own = rows.filter { $0.0 == date(day) }
            if !own.isEmpty { amounts[day] = own.map(\.1).reduce(0, +) }
        }
        guard let last = amounts.keys.max() else { return }
        told["freshness_ratio \(dimensions)"] = ratio(Set(amounts.keys))
        told["volume_score \(dimensions)"] = score(amounts, on: last, isCount: false)
    }

    // MARK: Shares

    private func addShares(_ told: inout Told) {
        let today = events.filter { world.day(of: $0) == day }
        let tests: [(String, (QualityWorld.Event) -> Bool)] = [
            ("channel", { channel($0).isEmpty }), ("user_id", { $0.user.isEmpty }),
            ("source", { $0.visit == nil }), ("value", { $0.value.isEmpty }),
            ("campaign", { $0.visit.map { QualityWorld.visits[$0].campaign } ?? "" == "" }),
            ("order_id", { $0.order.isEmpty }), ("geo", { $0.geo.isEmpty }),
        ]
        for origin in Set(today.map(\.origin)) {
            let own = today.filter { $0.origin == origin }
            for kind in Set(own.map(\.kind)) {
                let those = own.filter { $0.kind == kind }
                for (field, lacks) in tests {
                    told["null_share field=\(field) kind=\(Self.name(kind)) source=\(origin)"] = [
                        Double(those.count(where: lacks)) / Double(those.count),
                        Double(those.count),
                    ]
                }
            }
            let touches = own.filter {
                [.page, .click].contains($0.kind) && !channel($0).isEmpty
            }
            if touches.isEmpty { continue }
            told["unknown_share source=\(origin)"] = [
                Double(touches.count(where: isUnknown)) / Double(touches.count),
                Double(touches.count),
            ]
        }
    }

    // MARK: Spend

    private func addSpend(_ told: inout Told) {
        let spent = world.spend.filter { $0.date <= date(day) && $0.spend != "0" }
        let last = window.last { day in spent.contains { $0.date == date(day) } } ?? day
        let days = last - 6...last
        let visits = events.filter { [.page, .click].contains($0.kind) }
        let channels = Set(spent.map(\.channel) + visits.map { channel($0) }).subtracting([""])
        let paid = Set(spent.map(\.channel) + ["display"])
        for name in channels {
            let cost = days.filter { day in
                spent.contains { $0.channel == name && $0.date == date(day) }
            }
            let clicked = days.filter { day in
                visits.contains { channel($0) == name && world.day(of: $0) == day }
            }
            if !cost.isEmpty {
                let lacking = cost.filter { !clicked.contains($0) }
                told["spend_without_clicks channel=\(name)"] = [
                    Double(lacking.count) / Double(cost.count), Double(cost.count),
                ]
            }
            if !clicked.isEmpty, paid.contains(name) {
                let lacking = clicked.filter { !cost.contains($0) }
                told["clicks_without_spend channel=\(name)"] = [
                    Double(lacking.count) / Double(clicked.count), Double(clicked.count),
                ]
            }
        }
        let week = world.spend.filter { (date(day - 6)...date(day)).contains($0.date) }
        for platform in Set(week.map(\.platform)) {
            let own = week.filter { $0.platform == platform }
            told["unmapped_spend_share platform=\(platform)"] = [
                Double(own.count { $0.channel.isEmpty }) / Double(own.count), Double(own.count),
            ]
        }
    }

    private func addRates(_ told: inout Told) {
        let rows =
            world.spend.map { ("spend", $0.date, $0.currency) }
            + world.kpis.filter { !$0.currency.isEmpty }.map { ("kpi", $0.date, $0.currency) }
        for kind in ["spend", "kpi"] {
            for currency in Set(rows.map(\.2)) {
                var (lacking, all) = (0, 0)
                for place in day - 34...day {
                    let known = (place - 7...place).map(date)
                    let hasRate =
                        currency == "EUR"
                        || world.rates.contains { rate in
                            known.contains(rate.date) && [rate.base, rate.quote].contains(currency)
                        }
                    let count = rows.count { $0 == (kind, date(place), currency) }
                    all += count
                    if !hasRate { lacking += count }
                }
                if all == 0 { continue }
                told["rows_without_rate currency=\(currency) kind=\(kind)"] = [
                    Double(lacking), Double(all),
                ]
            }
        }
    }
}
