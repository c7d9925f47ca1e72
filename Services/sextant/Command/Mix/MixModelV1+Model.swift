internal import Messages

extension MixModelV1.Model {
    /// What stands above its cells.
    static let head = ["model", "state", "", "kpi", "label", "created", "R-hat", "problem"]

    /// A row of a list.
    var cells: [String] {
        let rHat = summary.map(\.largestRHat).flatMap { $0.isNaN ? nil : $0 }
        return [
            modelID, state.word, promoted ? "promoted" : "", kpi, label, createTime.minute,
            rHat.map { Figures.thousandths($0) } ?? "", problem,
        ]
    }

    /// What people are told of it.
    var text: String {
        var facts = [["model", modelID], ["state", state.word + (promoted ? ", promoted" : "")]]
        func add(_ name: String, _ text: String) {
            if !text.isEmpty { facts.append([name, text]) }
        }
        add("label", label)
        add("explains", kpi)
        for other in joint where other.modelID != modelID {
            add("drawn with", "\(other.kpi): \(other.modelID)")
        }
        add("channels", channels.joined(separator: ", "))
        add("days", "\(firstDate) to \(lastDate)")
        add("panel", panelID)
        add("held to", calibrations.map { "\($0.name) \($0.revision)" }.joined(separator: ", "))
        for left in leftOutCalibrations { add("not held to", "\(left.name): \(left.reason)") }
        for finding in dataFindings { add("its data", "\(finding.problem). \(finding.remedy)") }
        // Of what was drawn together another may be at fault.
        if problem != summary?.verdict { add("problem", problem) }
        if let summary {
            add("took", "\(Figures.hundredths(summary.seconds)) s")
            add("verdict", summary.verdict)
            for finding in summary.findings.prefix(5) {
                add(finding.isFailure ? "failed" : "warning", finding.problem)
            }
        }
        return TextTable.text(facts)
    }
}

extension MixModelV1.Model.State {
    /// What it is called on the command line.
    static let words: [String: Self] = [
        "draft": .draft, "queued": .queued, "training": .training, "completed": .completed,
        "failed": .failed, "cancelled": .cancelled,
    ]

    /// The state in a word.
    var word: String { Self.words.first { $0.value == self }?.key ?? "unknown" }
}
