internal import Messages

extension MarketingReport {
    /// What people are told.
    ///
    /// - Parameter truth: what is true, where that is known.
    /// - Returns: sections, each with a heading.
    func text(beside truth: ReportTruth?) -> String {
        var sections = [section("What there is", TextTable.text(facts))]
        if let credit { sections.append(section(creditHeading, table(of: credit, truth))) }
        if let results { sections.append(section(mixHeading(results), table(of: results, truth))) }
        if let tests = textOfTests(beside: truth) {
            sections.append(
                section("What tests have measured, and the mix model is held to", tests)
            )
        }
        if let plan { sections.append(section("The same money, better spent", plan.text)) }
        let words = remarks(truth)
        if !words.isEmpty {
            sections.append(section("To be known", words.map { "- \($0)" }.joined(separator: "\n")))
        }
        return sections.joined(separator: "\n\n")
    }

    private func section(_ heading: String, _ text: String) -> String {
        heading + "\n" + String(repeating: "─", count: heading.count) + "\n" + text
    }

    // MARK: What there is

    private var facts: [[String]] {
        var rows = [["days", "\(overview.from) to \(overview.to)"]]
        if let events = overview.events {
            let kinds = events.kinds.map { "\($0.events) \($0.kind)" }.joined(separator: ", ")
            rows.append(["events", "\(events.events)" + (kinds.isEmpty ? "" : ": \(kinds)")])
            if events.withoutChannel > 0, events.events > 0 {
                let share = Double(events.withoutChannel) / Double(events.events)
                rows.append(["", "\(Figures.percent(share)) of them have no channel"])
            }
        }
        for series in overview.series where series.kind == "kpi" || series.kind == "spend" {
            let missing = series.missingDays > 0 ? ", \(series.missingDays) days missing" : ""
            rows.append([
                series.kind,
                "\(series.name): \(series.firstDate) to \(series.lastDate)\(missing)",
            ])
        }
        if let journeys = overview.journeys {
            let news = journeys.hasNews ? ", not all of the last events" : ""
            rows.append([
                "journeys",
                "\(journeys.persons) persons, \(journeys.conversions) conversions\(news)",
            ])
        }
        return rows
    }

    // MARK: Credit

    private var creditHeading: String {
        let conversions = run?.result?.conversions ?? 0
        return "Who gets credit for \(conversions) conversions, by model"
    }

    private func table(of credit: ModelShares, _ truth: ReportTruth?) -> String {
        guard let truth else { return credit.text(run?.result?.disagreement ?? 0) }
        let known = credit.channels
        let others = truth.shares.keys.filter { !known.contains($0) }.sorted()
        let rows = (known + others).map { channel in
            [channel] + credit.cells(of: channel)
                + [truth.shares[channel].map(Figures.percent) ?? ""]
        }
        return TextTable.text([["channel"] + credit.models + ["truth"]] + rows)
            + "\n\nThe truth is which share of orders would not have been there without it; "
            + "attribution shares out all of them."
    }

    // MARK: Effects

    private func mixHeading(_ results: MixModelV1.MixResults) -> String {
        let money = results.currency.isEmpty ? "" : " (money in \(results.currency))"
        return "What media caused of \(results.kpi)\(money), \(results.firstDate) to "
            + "\(results.lastDate)"
    }

    private func table(of results: MixModelV1.MixResults, _ truth: ReportTruth?) -> String {
        let head = ["channel", "spend", "share of outcome", "return", "90 % interval", "next unit"]
        let shares = Dictionary(
            results.parts.map { ($0.part?.name ?? "", $0.share?.mean ?? .nan) }
        ) { first, _ in first }
        // What is true of it is known of revenue alone.
        let truth = results.kpi == "revenue" ? truth : nil
        var (inside, known) = (0, 0)
        let rows = results.channels.filter { $0.roi != nil }.map { channel in
            var cells = [
                channel.channel, channel.spend.map(Figures.hundredths) ?? "",
                shares[channel.channel].map(Figures.percent) ?? "",
            ]
            let roi = channel.roi ?? .init()
            cells.append(Figures.hundredths(roi.mean))
            cells.append("\(Figures.hundredths(roi.lower)) to \(Figures.hundredths(roi.upper))")
            cells.append(channel.marginalRoi.map { Figures.hundredths($0.mean) } ?? "")
            guard let truth, let value = truth.returns[channel.channel] else { return cells }
            let isInside = roi.lower <= value && value <= roi.upper
            (inside, known) = (inside + (isInside ? 1 : 0), known + 1)
            return cells + [Figures.hundredths(value), isInside ? "inside" : "outside"]
        }
        var parts = [TextTable.text([head + (truth == nil ? [] : ["truth", ""])] + rows)]
        if truth != nil {
            parts.append("\(inside) of \(known) intervals have the truth in them")
        }
        if let review {
            let found = review.checks.filter { $0.status == .fail || $0.status == .review }
            parts.append(([review.verdict] + found.map { "- \($0.words)" }).joined(separator: "\n"))
        }
        return parts.joined(separator: "\n\n")
    }

    /// Which share of the outcome each channel caused, by the mix model.
    private var effects: [String: ClosedRange<Double>] {
        var effects: [String: ClosedRange<Double>] = [:]
        for part in results?.parts ?? [] where part.part?.kind == .channel {
            guard let share = part.share, share.lower <= share.upper else { continue }
            effects[part.part?.name ?? ""] = share.lower...share.upper
        }
        return effects
    }

    /// Whether the run is of journeys, by their channels: what mix models call channels, too.
    private var hasChannelsOfJourneys: Bool {
        guard let journeys = run?.request?.journeys else { return false }
        return journeys.grain == .unspecified || journeys.grain == .channel
    }

    // MARK: Remarks

    private func remarks(_ truth: ReportTruth?) -> [String] {
        var words = gaps
        words += (run?.result?.notes ?? []) + (run?.result?.report?.notes ?? [])
        words += run?.dataQuality?.words ?? []
        guard let credit, hasChannelsOfJourneys else { return words }
        if let truth {
            let caused = effects.keys.reduce(into: [String: ClosedRange<Double>]()) {
                if let share = truth.shares[$1] { $0[$1] = share...share }
            }
            words += CreditDispute.find(credit, caused).map { $0.words(by: "in truth") }
        } else {
            words += CreditDispute.find(credit, effects).map { $0.words(by: "the mix model says") }
        }
        return words
    }
}
