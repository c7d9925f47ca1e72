internal import Messages

extension AttributionV1.Run {
    /// What stands above its cells.
    static let head = ["run", "state", "created", "label", "schedule", "problem"]

    /// A row of a list.
    var cells: [String] {
        [runID, state.word, createTime.minute, label, schedule, problem]
    }

    /// What people are told of it: what it is, and what came of it.
    var text: String {
        var facts = [["run", runID], ["state", state.word], ["created", createTime.minute]]
        func add(_ name: String, _ text: String) {
            if !text.isEmpty { facts.append([name, text]) }
        }
        add("ended", endTime.minute)
        add("forgotten", expireTime.minute)
        add("label", label)
        add("schedule", schedule)
        add("by", actor)
        add("seed", seed == 0 ? "" : "\(seed)")
        add("data", fingerprint)
        add("version", version)
        add("problem", problem)
        let quality = (dataQuality?.words ?? []).map { "- \($0)" }.joined(separator: "\n")
        let parts =
            [TextTable.text(facts)] + (result.map { [$0.table] } ?? [])
            + (quality.isEmpty ? [] : [quality])
        return parts.joined(separator: "\n\n")
    }
}

extension AttributionV1.DataQuality {
    /// What is to be known before the numbers are relied on: nothing of data without faults.
    var words: [String] {
        var words: [String] = []
        if !unknownAdvice.isEmpty, touches > 0 {
            let share = Figures.percent(Double(unknownTouches) / Double(touches))
            words.append(
                "\(share) of the touches from \(firstDate) to \(lastDate) have a channel that "
                    + "nobody can rely on, of which \(Figures.percent(unknownTarget)) would do. "
                    + unknownAdvice
            )
        }
        words += findings.map { "\($0.summary). \($0.advice)" }
        if moreFindings { words.append("more breaks rules of data quality: sextant dq findings") }
        return words + missing.map { "not known: \($0)" }
    }
}

extension AttributionV1.Run.State {
    /// What it is called on the command line.
    static let words: [String: Self] = [
        "running": .running, "completed": .completed, "failed": .failed, "cancelled": .cancelled,
    ]

    /// The state in a word.
    var word: String { Self.words.first { $0.value == self }?.key ?? "unknown" }
}

extension AttributionV1.RunComparison {
    /// A row for each model and channel, with a head.
    var rows: [[String]] {
        [["model", "channel", "left", "right", "difference", "intervals"]]
            + models.flatMap { model in
                model.channels.map { channel in
                    let pair = channel.conversions ?? .init()
                    let overlap = pair.intervalsOverlap.map { $0 ? "overlap" : "apart" } ?? ""
                    return [
                        model.model, channel.channel, Figures.hundredths(pair.left),
                        Figures.hundredths(pair.right), Figures.hundredths(pair.difference),
                        overlap,
                    ]
                }
            }
    }

    /// What people are told: conversions, how far models disagree, and what else is not the same.
    var text: String {
        let differences = [
            (requestDiffers, "request"), (dataDiffers, "data"), (versionDiffers, "version"),
            (seedDiffers, "seed"),
        ]
        let other = differences.filter(\.0).map(\.1)
        let facts = models.map { model in
            [
                model.model, "disagreement \(Figures.percent(model.disagreement))",
                model.parametersDiffer ? "its numbers differ" : "",
            ]
        }
        let last =
            other.isEmpty
            ? "nothing else differs" : "not the same: " + other.joined(separator: ", ")
        return [TextTable.text(rows), TextTable.text(facts), last].joined(separator: "\n\n")
    }
}

extension AttributionV1.RunSchedule {
    /// What stands above its cells.
    static let head = ["schedule", "models", "days", "hour", "kept", "next", "label"]

    /// A row of a list.
    var cells: [String] {
        let request = request ?? .init()
        let names = request.model.isEmpty ? request.models.map(\.name) : [request.model]
        return [
            name, names.isEmpty ? "the usual" : names.joined(separator: " "), "\(days)", "\(hour)",
            "\(keepDays) days", paused ? "paused" : nextTime.minute, label,
        ]
    }
}
