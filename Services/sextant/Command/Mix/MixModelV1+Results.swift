internal import Messages
internal import Panels

extension MixModelV1 {
    /// What people are told of a model: what to think of it, then channels, then how well it fits.
    ///
    /// - Parameters:
    ///   - results: what it says.
    ///   - review: what was looked at.
    /// - Returns: the text.
    static func report(_ results: MixResults, _ review: MixReview) -> String {
        // The outcome itself may be counted, as orders are.
        let money = results.currency.isEmpty ? "" : " (money in \(results.currency))"
        let expected = results.expected ?? .init()
        let kind = expected.kind == .confidence ? "confidence" : "credible"
        let level = Figure.percent(expected.level)
        let title = results.label.isEmpty ? results.modelID : results.label
        var parts = [
            "\(review.status.word.uppercased()): \(review.verdict)",
            "\(title): \(results.kpi)\(money), \(results.firstDate) to \(results.lastDate), "
                + "\(level) \(kind) intervals from \(results.drawsUsed) of \(results.draws) draws",
            TextTable.text([ChannelResult.head] + results.channels.map(\.cells)),
            TextTable.text([PartResult.head] + results.parts.map(\.cells)),
            TextTable.text([MixFit.head] + results.fitRows),
        ]
        if !results.lifts.isEmpty {
            parts.append(TextTable.text([ModelledLift.head] + results.lifts.map(\.cells)))
        }
        parts.append(review.lines)
        return parts.joined(separator: "\n\n")
    }
}

extension MixModelV1.MixReview {
    /// A line for each check, and one for what to do.
    fileprivate var lines: String {
        checks.map { check in
            let line = "\(check.status.word.uppercased())  \(check.name): \(check.words)"
            return check.remedy.isEmpty ? line : "\(line)\n      do: \(check.remedy)"
        }
        .joined(separator: "\n")
    }
}

extension MixModelV1.MixReview.Status {
    /// What it is called on the command line.
    fileprivate var word: String {
        switch self {
        case .pass: "pass"
        case .review: "review"
        case .fail: "fail"
        default: "unknown"
        }
    }
}

extension MixModelV1.Estimate {
    /// The mean with its interval: `2.01 (1.8 to 2.2)`.
    fileprivate var text: String {
        "\(Figure.text(mean)) (\(Figure.text(lower)) to \(Figure.text(upper)))"
    }

    /// Shares in percent, with their interval.
    fileprivate var percent: String {
        "\(Figure.percent(mean)) (\(Figure.percent(lower)) to \(Figure.percent(upper)))"
    }

    /// Whether anything is said: in comparisons what there is not is empty.
    fileprivate var isKnown: Bool { level > 0 }
}

extension MixModelV1.ChannelResult {
    fileprivate static let head = [
        "channel", "spend", "contribution", "return", "marginal return", "share of spend",
        "share of effect",
    ]

    fileprivate var cells: [String] {
        [
            channel, spend.map(Figure.text) ?? "", contribution?.text ?? "", roi?.text ?? "",
            marginalRoi?.text ?? "", shareOfSpend.map(Figure.percent) ?? "",
            shareOfEffect?.percent ?? "",
        ]
    }
}

extension MixModelV1.PartResult {
    fileprivate static let head = ["part", "kind", "contribution", "share"]

    fileprivate var cells: [String] {
        let kind =
            switch part?.kind {
            case .baseline: "baseline"
            case .season: "season"
            case .control: "control"
            case .treatment: "treatment"
            case .organic: "organic medium"
            case .channel: "channel"
            default: "unknown"
            }
        return [part?.name ?? "", kind, contribution?.text ?? "", share?.percent ?? ""]
    }
}

extension MixModelV1.MixFit {
    fileprivate static let head = [
        "periods", "numbers", "R²", "MAPE", "wMAPE", "in 50 % intervals", "in 90 % intervals",
    ]

    fileprivate func cells(_ name: String) -> [String] {
        [
            name, "\(count)", rSquared.map(Figures.hundredths) ?? "",
            mape.map(Figure.percent) ?? "", wmape.map(Figure.percent) ?? "",
            Figure.percent(coverage50), Figure.percent(coverage90),
        ]
    }
}

extension MixModelV1.MixResults {
    fileprivate var fitRows: [[String]] {
        [fit?.cells("fitted"), holdout?.cells("held out"), priorFit?.cells("by the prior alone")]
            .compactMap { $0 }
    }
}

extension MixModelV1.ModelledLift {
    fileprivate static let head = ["experiment", "from", "measured", "by the model", "conflict"]

    fileprivate var cells: [String] {
        [
            channel, date, "\(Figure.text(measured)) ± \(Figure.text(standardError))",
            modelled?.text ?? "", "\(Figures.hundredths(conflict)) standard errors",
        ]
    }
}

extension MixModelV1.ResponseCurves {
    /// What more or less of each medium would have done, and how long it works.
    var text: String {
        curves.map { curve in
            let rows = curve.points.map { point in
                [
                    "\(Figures.hundredths(point.multiplier)) ×",
                    point.spend.map(Figure.text) ?? "", point.contribution?.text ?? "",
                    point.isObserved ? "" : "beyond what was seen",
                ]
            }
            let lag = curve.meanLag?.text ?? ""
            let atOnce = curve.immediate?.percent ?? ""
            return """
                \(curve.channel): works \(lag) periods later, and \(atOnce) of it at once
                \(TextTable.text([["amount", "spend", "contribution", ""]] + rows))
                """
        }
        .joined(separator: "\n\n")
    }
}

extension MixModelV1.ModelComparison.Side {
    /// What people call it.
    fileprivate var name: String { label.isEmpty ? modelID : label }
}

extension MixModelV1.ModelComparison.Channel {
    /// Whether the intervals of its returns have a number in common; nil of less than two.
    fileprivate var returnsOverlap: Bool? {
        let known = roi.filter(\.isKnown)
        guard known.count > 1, let lowest = known.map(\.lower).max(),
            let highest = known.map(\.upper).min()
        else { return nil }
        return lowest <= highest
    }
}

extension MixModelV1.ModelComparison {
    /// What people are told: the models, returns of channels, and what else differs.
    var text: String {
        let head = [
            "model", "label", "verdict", "R²", "wMAPE", "wMAPE held out", "left out", "seed",
        ]
        let sides = models.map { side in
            [
                side.modelID, side.label, side.status.word,
                side.fit?.rSquared.map(Figures.hundredths) ?? "",
                side.fit?.wmape.map(Figure.percent) ?? "",
                side.holdout?.wmape.map(Figure.percent) ?? "",
                side.leftOut.map {
                    "\(Figure.text($0.expectedLogDensity)) ± \(Figure.text($0.standardError))"
                } ?? "", "\(side.seed)",
            ]
        }
        let names = ["return of"] + models.map(\.name) + ["intervals"]
        let rows = channels.map { channel in
            [channel.channel] + channel.roi.map { $0.isKnown ? $0.text : "" }
                + [channel.returnsOverlap.map { $0 ? "overlap" : "apart" } ?? ""]
        }
        let kinds = [
            (configurationDiffers, "configuration or seed"), (dataDiffers, "data"),
            (versionDiffers, "version"),
        ].filter(\.0).map(\.1)
        var parts = [
            TextTable.text([head] + sides), TextTable.text([names] + rows),
            kinds.isEmpty
                ? "nothing differs" : "not the same: " + kinds.joined(separator: ", "),
        ]
        if !differences.isEmpty {
            let rows = differences.map { [$0.field] + $0.values }
            parts.append(TextTable.text([["different"] + models.map(\.name)] + rows))
        }
        parts += stability.map {
            "\($0.modelID) differs from the first by its seed alone: most in \($0.parameter), by "
                + "\(Figures.hundredths($0.distance)) standard errors of both"
        }
        return parts.joined(separator: "\n\n")
    }
}
