internal import Messages

extension AttributionV1.ChannelCredit {
    /// What it costs, and what comes of that.
    fileprivate var costs: [Double?] { [cost, returnOnSpend, costPerConversion] }
}

extension AttributionV1.ModelRun {
    /// What people look at: one model with intervals, or what several say of each channel.
    var table: String {
        let first = models.first?.channels ?? []
        if models.count == 1 {
            let hasCosts = first.contains { $0.cost != nil }
            let rows = first.map { channel in
                [
                    channel.channel, Figures.hundredths(channel.conversions),
                    channel.conversionsEstimate.map { Self.interval($0) } ?? "",
                    Figures.hundredths(channel.value),
                    channel.valueEstimate.map { Self.interval($0) } ?? "",
                ] + (hasCosts ? channel.costs.map { $0.map { Figures.hundredths($0) } ?? "" } : [])
            }
            let head = ["channel", "conversions", "", "value", ""]
            return TextTable.text(
                [head + (hasCosts ? ["cost", "value/cost", "cost/conversion"] : [])] + rows
            )
        }
        let credits = models.map { model in
            Dictionary(model.channels.map { ($0.channel, $0.conversions) }) { $1 }
        }
        let rows = first.map { channel in
            [channel.channel] + credits.map { Figures.hundredths($0[channel.channel] ?? 0) }
        }
        return TextTable.text([["channel"] + models.map(\.model)] + rows)
            + "\n\ndisagreement \(Figures.hundredths(disagreement))"
    }

    /// A line for each model and channel.
    var csv: String {
        let head = [
            "model", "channel", "conversions", "conversions_lower", "conversions_upper", "value",
            "value_lower", "value_upper", "cost", "return_on_spend", "cost_per_conversion",
        ]
        let rows = models.flatMap { model in
            model.channels.map { channel in
                let (conversions, value) = (channel.conversionsEstimate, channel.valueEstimate)
                let numbers: [Double?] =
                    [
                        channel.conversions, conversions?.lower, conversions?.upper, channel.value,
                        value?.lower, value?.upper,
                    ] + channel.costs
                return [model.model, channel.channel] + numbers.map { $0.map { "\($0)" } ?? "" }
            }
        }
        return TextTable.csv([head] + rows)
    }

    private static func interval(_ estimate: AttributionV1.Estimate) -> String {
        "\(Figures.hundredths(estimate.lower)) to \(Figures.hundredths(estimate.upper))"
    }
}
