internal import Messages
internal import Wire

extension QualityRule {
    /// The platform's rules, by their names: each is stated with its threshold by `ListRules`.
    static let standard: [String: QualityRule] = {
        let rules = [
            // On simulated weeks with noise of a tenth, 4 is passed by 3 of 1,000 days that are
            // as usual, and by 98 of 100 with less than a third of their events.
            rule("volume_drop", .volumeScore, .below, -4, least: 20, is: .error),
            rule("volume_spike", .volumeScore, .above, 4, least: 20, is: .warning),
            rule("source_is_late", .freshnessRatio, .above, 1.5, is: .error),
            rule(
                "clicks_without_channel",
                .nullShare,
                .above,
                0.05,
                ["kind": "click", "field": "channel"],
                least: 100,
                is: .warning
            ),
            rule(
                "conversions_without_value",
                .nullShare,
                .above,
                0.05,
                ["kind": "conversion", "field": "value"],
                least: 20,
                is: .error
            ),
            rule(
                "conversions_without_order",
                .nullShare,
                .above,
                0.2,
                ["kind": "conversion", "field": "order_id"],
                least: 20,
                is: .warning
            ),
            rule("unknown_channels", .unknownShare, .above, 0.1, least: 100, is: .warning),
            rule(
                "duplicate_events",
                .duplicateShare,
                .above,
                0.2,
                ["kind": "event"],
                least: 100,
                is: .warning
            ),
            rule(
                "rejected_rows",
                .rejectShare,
                .above,
                0.01,
                ["reason": "any"],
                least: 20,
                is: .error
            ),
            rule("spend_without_clicks", .spendWithoutClicks, .above, 0.5, least: 3, is: .warning),
            rule("clicks_without_spend", .clicksWithoutSpend, .above, 0.5, least: 3, is: .warning),
            rule("unmapped_spend", .unmappedSpendShare, .above, 0, is: .warning),
            rule("missing_exchange_rates", .rowsWithoutRate, .above, 0, is: .error),
            rule("rows_of_the_future", .futureRows, .above, 0, is: .warning),
            rule("orders_in_conflict", .orderConflicts, .above, 0, is: .error),
        ]
        return Dictionary(rules.map { ($0.message.name, $0) }) { first, _ in first }
    }()

    private static func rule(
        _ name: String,
        _ measure: QualityMeasure,
        _ comparison: IngestV1.QualityRule.Comparison,
        _ threshold: Double,
        _ dimensions: [String: String] = [:],
        least: Double = 0,
        is severity: IngestV1.QualitySeverity
    ) -> QualityRule {
        var rule = IngestV1.QualityRule()
        rule.name = name
        rule.metric = measure.rawValue
        rule.comparison = comparison
        rule.threshold = threshold
        rule.windowDays = 1
        rule.dimensions = MapField(dimensions: dimensions)
        rule.leastCount = least
        rule.severity = severity
        rule.advice = measure.advice
        return QualityRule(checked: rule)
    }
}
