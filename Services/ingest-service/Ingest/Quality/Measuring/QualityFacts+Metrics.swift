internal import Messages
internal import Wire

extension QualityFacts {
    /// How many metrics a snapshot has.
    static let mostMetrics = 5_000
    /// How many days of spend and clicks are compared.
    private static let comparedDays: Int32 = 7
    /// Channels of the default group that cost money, whether any is known or not.
    private static let paidChannels: Set<String> = [
        "cross_network", "paid_shopping", "paid_search", "paid_social", "paid_video", "display",
        "paid_other",
    ]
    /// The fields of events that may be missing.
    static let fields = [
        "channel", "source", "campaign", "value", "order_id", "user_id", "geo",
    ]

    /// All that is measured, by name and dimensions; if it is more than ``mostMetrics``, what is of
    /// the most rows.
    func metrics() -> (metrics: [IngestV1.QualityMetric], isTruncated: Bool) {
        var metrics = nullShares + unknownShares + intakeShares + spendAndClicks
        metrics += unmappedSpend + missingRates + futureRows + orderConflicts
        if isComplete { metrics += volumeAndFreshness }
        let isTooMuch = metrics.count > Self.mostMetrics
        if isTooMuch {
            metrics.sort { $0.count > $1.count }
            metrics.removeLast(metrics.count - Self.mostMetrics)
        }
        let sorted = metrics.map { ($0.subject, $0) }.sorted { $0.0 < $1.0 }
        return (sorted.map(\.1), isTruncated || isTooMuch)
    }

    // MARK: Days

    private var volumeAndFreshness: [IngestV1.QualityMetric] {
        let eventVolumes = DaySeries.all(of: events) {
            (["source": $0.origin, "kind": $0.kind.text], $0.day, Double($0.count))
        }
        let sources = DaySeries.all(of: events) {
            (["source": $0.origin, "kind": "event"], $0.day, Double($0.count))
        }
        let platforms = DaySeries.all(of: spend) { spend in
            let dimensions = ["platform": spend.platform, "currency": spend.currency]
            return (dimensions.merging(["kind": "spend"]) { $1 }, spend.day, spend.amount)
        }
        let kpis = DaySeries.all(of: kpis) { kpi in
            (
                [
                    "kind": "kpi", "kpi": kpi.name, "counted_by": kpi.countedBy,
                    "currency": kpi.currency,
                ],
                kpi.day, kpi.value
            )
        }
        var metrics = eventVolumes.compactMap { volume($0, on: day, isCount: true) }
        metrics += (platforms + kpis).compactMap { series in
            // What comes late is no less for it: freshness tells that.
            series.amounts.keys.max().flatMap { volume(series, on: $0, isCount: false) }
        }
        metrics += (sources + platforms + kpis).compactMap { freshness($0) }
        return metrics
    }

    private func volume(
        _ series: DaySeries,
        on day: Int32,
        isCount: Bool
    ) -> IngestV1.QualityMetric? {
        guard let score = series.score(on: day, isCount: isCount) else { return nil }
        return QualityMeasure.volumeScore.metric(
            series.dimensions,
            score.value,
            of: abs(score.median),
            [
                "amount": series.amounts[day] ?? 0, "median": score.median,
                "deviation": score.deviation, "scale": score.scale, "weeks": Double(score.weeks),
                "days_ago": Double(self.day - day),
            ]
        )
    }

    private func freshness(_ series: DaySeries) -> IngestV1.QualityMetric? {
        guard let freshness = series.freshness(at: day) else { return nil }
        return QualityMeasure.freshnessRatio.metric(
            series.dimensions,
            freshness.ratio,
            of: Double(freshness.gaps),
            ["age_days": Double(freshness.age), "usual_gap_days": Double(freshness.usualGap)]
        )
    }

    // MARK: Shares of events

    private var nullShares: [IngestV1.QualityMetric] {
        var groups: [[String: String]: (count: Int64, having: [String: Int64])] = [:]
        for events in events where events.day == day {
            let dimensions = ["source": events.origin, "kind": events.kind.text]
            var group = groups[dimensions] ?? (0, [:])
            group.count += events.count
            for (field, count) in events.having { group.having[field, default: 0] += count }
            if !events.channel.isEmpty { group.having["channel", default: 0] += events.count }
            groups[dimensions] = group
        }
        return groups.flatMap { dimensions, group in
            Self.fields.compactMap { field in
                QualityMeasure.nullShare.share(
                    dimensions.merging(["field": field]) { $1 },
                    group.count - (group.having[field] ?? 0),
                    of: group.count,
                    "without"
                )
            }
        }
    }

    private var unknownShares: [IngestV1.QualityMetric] {
        var groups: [String: (unknown: Int64, count: Int64)] = [:]
        for events in events
        where events.day == day && events.kind.isTouch && !events.channel.isEmpty {
            let group = groups[events.origin] ?? (0, 0)
            groups[events.origin] = (
                group.unknown + events.unknown, group.count + events.count
            )
        }
        return groups.compactMap { origin, group in
            QualityMeasure.unknownShare.share(
                ["source": origin],
                group.unknown,
                of: group.count,
                "unknown"
            )
        }
    }

    // MARK: What came

    /// What came of the rows of a kind from a source.
    private struct Intake {
        var taken: Int64 = 0
        var duplicates: Int64 = 0
        var rejected: [String: Int64] = [:]
    }

    private var intakeShares: [IngestV1.QualityMetric] {
        var intakes: [[String: String]: Intake] = [:]
        for arrivals in arrivals {
            intakes[["kind": "event", "source": arrivals.origin], default: Intake()].taken +=
                arrivals.count
        }
        for tally in tallies {
            let key = ["kind": tally.kind, "source": tally.source]
            var intake = intakes[key] ?? Intake()
            switch tally.fate {
            case "duplicate": intake.duplicates += tally.rows
            case "rejected": intake.rejected[tally.reason, default: 0] += tally.rows
            default: intake.taken += tally.rows
            }
            intakes[key] = intake
        }
        return intakes.flatMap { dimensions, intake in
            let whole = intake.taken + intake.duplicates
            let rejected = intake.rejected.values.reduce(0, +)
            let reasons = intake.rejected.merging(["any": rejected]) { $1 }
            let duplicate = QualityMeasure.duplicateShare.share(
                dimensions,
                intake.duplicates,
                of: whole,
                "duplicate"
            )
            return [duplicate].compactMap(\.self)
                + reasons.compactMap { reason, count in
                    QualityMeasure.rejectShare.share(
                        dimensions.merging(["reason": reason]) { $1 },
                        count,
                        of: whole + rejected,
                        "rejected"
                    )
                }
        }
    }

    private var futureRows: [IngestV1.QualityMetric] {
        let events = arrivals.map { arrivals in
            QualityMeasure.futureRows.metric(
                ["kind": "event", "source": arrivals.origin],
                Double(arrivals.ahead),
                of: Double(arrivals.count),
                ["arrived": Double(arrivals.count)]
            )
        }
        // What has none today says so, so that yesterday's finding is resolved.
        var rows: [[String: String]: Int64] = [:]
        for spend in spend { rows[["kind": "spend", "platform": spend.platform]] = 0 }
        for kpi in kpis { rows[["kind": "kpi", "kpi": kpi.name]] = 0 }
        for ahead in ahead {
            let name = ahead.kind == "spend" ? "platform" : "kpi"
            rows[["kind": ahead.kind, name: ahead.name]] = ahead.rows
        }
        return events
            + rows.map { dimensions, rows in
                QualityMeasure.futureRows.metric(dimensions, Double(rows), of: Double(rows), [:])
            }
    }

    private var orderConflicts: [IngestV1.QualityMetric] {
        orders.map { orders in
            QualityMeasure.orderConflicts.metric(
                ["conversion_kind": orders.kind],
                Double(orders.conflicts),
                of: Double(orders.conversions),
                [:]
            )
        }
    }

    // MARK: Spend

    private var spendAndClicks: [IngestV1.QualityMetric] {
        var visits: [String: Set<Int32>] = [:]
        for events in events where events.kind.isVisit && !events.channel.isEmpty {
            visits[events.channel, default: []].insert(events.day)
        }
        var costs: [String: Set<Int32>] = [:]
        var clicks: [String: Int64] = [:]
        for spend in spend where spend.amount > 0 && !spend.channel.isEmpty {
            costs[spend.channel, default: []].insert(spend.day)
        }
        let last = spend.lazy.filter { $0.amount > 0 }.map(\.day).max() ?? day
        let days = last - Self.comparedDays + 1...last
        for spend in spend where days.contains(spend.day) {
            clicks[spend.channel, default: 0] += spend.clicks
        }
        func compare(
            _ measure: QualityMeasure,
            _ channel: String,
            _ those: [String: Set<Int32>],
            without others: [String: Set<Int32>]
        ) -> IngestV1.QualityMetric? {
            let having = (those[channel] ?? []).filter(days.contains)
            let lacking = having.subtracting(others[channel] ?? [])
            guard !having.isEmpty else { return nil }
            return measure.metric(
                ["channel": channel],
                Double(lacking.count) / Double(having.count),
                of: Double(having.count),
                [
                    "days_without": Double(lacking.count),
                    "reported_clicks": Double(clicks[channel] ?? 0),
                ]
            )
        }
        let withCosts =
            visits.isEmpty
            ? []
            : costs.keys.compactMap {
                compare(.spendWithoutClicks, $0, costs, without: visits)
            }
        let paid = visits.keys.filter { costs[$0] != nil || Self.paidChannels.contains($0) }
        return withCosts
            + paid.compactMap { compare(.clicksWithoutSpend, $0, visits, without: costs) }
    }

    private var unmappedSpend: [IngestV1.QualityMetric] {
        var groups: [String: (unmapped: Int64, count: Int64)] = [:]
        for spend in spend where spend.day > day - Self.comparedDays {
            let group = groups[spend.platform] ?? (0, 0)
            groups[spend.platform] = (
                group.unmapped + (spend.channel.isEmpty ? spend.rows : 0), group.count + spend.rows
            )
        }
        return groups.compactMap { platform, group in
            QualityMeasure.unmappedSpendShare.share(
                ["platform": platform],
                group.unmapped,
                of: group.count,
                "unmapped"
            )
        }
    }

    private var missingRates: [IngestV1.QualityMetric] {
        rates.map { rates in
            QualityMeasure.rowsWithoutRate.metric(
                ["kind": rates.kind, "currency": rates.currency],
                Double(rates.rowsWithout),
                of: Double(rates.rows),
                ["days_without": Double(rates.daysWithout)]
            )
        }
    }
}

extension IngestV1.QualityMetric {
    /// The name and the dimensions in one text, the same for all snapshots.
    var subject: String {
        // Values are the tenant's words: what joins them is escaped in them.
        let parts = dimensions.sorted.map { key, value in
            let escaped = value.map { character in
                switch character {
                case "%": "%25"
                case "&": "%26"
                case "=": "%3D"
                default: String(character)
                }
            }
            return "\(key)=\(escaped.joined())"
        }
        return "\(name)?" + parts.joined(separator: "&")
    }
}
