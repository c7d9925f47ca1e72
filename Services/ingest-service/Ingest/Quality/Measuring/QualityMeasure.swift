internal import Messages
internal import Wire

/// What is measured; the raw value is the metric's name.
enum QualityMeasure: String, CaseIterable, Sendable {
    case volumeScore = "volume_score"
    case freshnessRatio = "freshness_ratio"
    case nullShare = "null_share"
    case unknownShare = "unknown_share"
    case duplicateShare = "duplicate_share"
    case rejectShare = "reject_share"
    case spendWithoutClicks = "spend_without_clicks"
    case clicksWithoutSpend = "clicks_without_spend"
    case unmappedSpendShare = "unmapped_spend_share"
    case rowsWithoutRate = "rows_without_rate"
    case futureRows = "future_rows"
    case orderConflicts = "order_conflicts"

    /// What it says, and how it is reckoned.
    var meaning: String {
        switch self {
        case .volumeScore:
            "How far the amount of the day is from the same weekdays before: (amount − median) / "
                + "scale, with the median of the last 8 such days since the series began, at least "
                + "4; scale = max(1.4826 × MAD, 0.1 × median, of counts also √median and 1). Of "
                + "events it is their number on the day; of spend and KPIs the sum of the last day "
                + "that has any. Its count is the median."
        case .freshnessRatio:
            "Days from the last day with anything to the end of the day, as a multiple of the "
                + "usual gap, which is the 90th percentile of the gaps between such days of the "
                + "last 63 days, at least 4. Its count is the number of gaps."
        case .nullShare: "Of the day's events, the share that does not have the field."
        case .unknownShare:
            "Of the day's pages, clicks and impressions with a channel, the share that is "
                + "unassigned or has a confidence below 0.5."
        case .duplicateShare:
            "Of the rows that came on the day and were not rejected, the share that was there "
                + "before: duplicate / (accepted + corrected + duplicate)."
        case .rejectShare:
            "Of the rows that came on the day, the share that was rejected for a reason, or any."
        case .spendWithoutClicks:
            "Of the days with spend of the channel among the seven up to the last day with any "
                + "spend, the share on which no click and no page has that channel. Only if there "
                + "are clicks or pages at all."
        case .clicksWithoutSpend:
            "Of the days with clicks or pages of a paid channel among the seven up to the last day "
                + "with any spend, the share on which the channel has no spend."
        case .unmappedSpendShare:
            "Of the rows of spend of the last seven days, the share that belongs to no channel."
        case .rowsWithoutRate:
            "How many rows of the last 35 days have an amount in a currency that has no rate to "
                + "the reporting currency on their day or in the seven days before."
        case .futureRows:
            "How many rows are of the future: events that came on the day and say they happened "
                + "more than an hour later; spend and KPIs of days after the one that follows."
        case .orderConflicts:
            "Of the day's conversions that have an order, how many say another value or currency "
                + "than the first of their kind and order: these do not count."
        }
    }

    /// What it is measured by.
    var dimensions: [String] {
        switch self {
        case .volumeScore, .freshnessRatio:
            ["source", "kind", "platform", "kpi", "counted_by", "currency"]
        case .nullShare: ["source", "kind", "field"]
        case .unknownShare: ["source"]
        case .duplicateShare: ["source", "kind"]
        case .rejectShare: ["source", "kind", "reason"]
        case .spendWithoutClicks, .clicksWithoutSpend: ["channel"]
        case .unmappedSpendShare: ["platform"]
        case .rowsWithoutRate: ["kind", "currency"]
        case .futureRows: ["kind", "source", "platform", "kpi"]
        case .orderConflicts: ["conversion_kind"]
        }
    }

    /// What a rule about it says to do.
    var advice: String {
        switch self {
        case .volumeScore:
            "Compare with the days before by CountEvents, ListSpend or ListKpi; look whether the "
                + "sender was changed, was down, or sends twice."
        case .freshnessRatio:
            "Look whether the source still sends: its job, its key, its quota; send what is "
                + "missing, which changes the days it is of."
        case .nullShare: "Have the sender fill the field; what came without it stays without it."
        case .unknownShare:
            "Look at the sources and media of the unknown by the taxonomy's methods, tag the "
                + "links, or put a rule that names their channel."
        case .duplicateShare:
            "Rows that are sent again change nothing; look for a sender that repeats what was "
                + "acknowledged, or gives several events one id."
        case .rejectShare:
            "Read the reasons by CountRejectedRows, mend what is wrong, and replay the rows."
        case .spendWithoutClicks:
            "Look whether the channel's links are tagged and its clicks tracked, and whether the "
                + "spend is mapped to the right channel."
        case .clicksWithoutSpend:
            "Import the channel's spend, or map it: ListUnmappedSpend tells what has no channel."
        case .unmappedSpendShare:
            "Put a rule for it in the spend mapping; ListUnmappedSpend tells what has no channel."
        case .rowsWithoutRate:
            "Write the exchange rates of those days: amounts without one are left out of reports."
        case .futureRows:
            "Look at the sender's clock, time zone and format of dates; write the rows anew with "
                + "their own day."
        case .orderConflicts:
            "Look at the sender: an order is sent once, or again just the same; what changes it is "
                + "a refund or a cancellation. Where orders may share an id, let the definition "
                + "tell conversions by their events."
        }
    }

    /// A metric of this name.
    func metric(
        _ dimensions: [String: String],
        _ value: Double,
        of count: Double,
        _ numbers: KeyValuePairs<String, Double>
    ) -> IngestV1.QualityMetric {
        var metric = IngestV1.QualityMetric()
        metric.name = rawValue
        metric.dimensions = MapField(dimensions: dimensions)
        metric.value = value
        metric.count = count
        metric.numbers = numbers.map { name, value in
            var number = IngestV1.QualityMetric.Number()
            (number.name, number.value) = (name, value)
            return number
        }
        return metric
    }

    /// The metric of a share; nil of nothing.
    func share(
        _ dimensions: [String: String],
        _ part: Int64,
        of whole: Int64,
        _ name: String
    ) -> IngestV1.QualityMetric? {
        guard whole > 0 else { return nil }
        let (part, whole) = (Double(part), Double(whole))
        return metric(dimensions, part / whole, of: whole, [name: part])
    }
}
