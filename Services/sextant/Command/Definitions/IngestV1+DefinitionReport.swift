internal import Messages

extension IngestV1.DefinitionReport {
    /// What people are told of a trial.
    var text: String {
        let sample = sample ?? IngestV1.EventSample()
        let drawn = sample.sampled ? ", drawn by chance," : ""
        let head =
            "tried on \(sample.lookedAt) of \(sample.events) events\(drawn) from \(from) to \(to) "
            + "(\(timeZone)), beside version \(activeVersion)"
        var lines = rows.count > 1 ? [TextTable.text(rows)] : ["neither finds any"]
        if let touches { lines += touches.notes }
        if let conversions { lines += conversions.notes }
        return ([head] + lines).joined(separator: "\n")
    }

    /// A row for each count, with a head.
    var rows: [[String]] {
        if let touches { return touches.rows }
        return conversions?.rows ?? []
    }
}

extension IngestV1.TouchReport {
    fileprivate var rows: [[String]] {
        [["touches", "draft", "in force", "change"]]
            + counts.map { count in
                [
                    count.kind.word, "\(count.touches)", "\(count.activeTouches)",
                    change(count.touches, count.activeTouches),
                ]
            }
    }

    fileprivate var notes: [String] {
        let some = examples.isEmpty ? "" : ", as \(examples.joined(separator: ", "))"
        return [
            "\(visitors) visitors with \(pages) pages; the two disagree about "
                + "\(changedEvents) events\(some)"
        ]
    }
}

extension IngestV1.TouchReport.Kind {
    fileprivate var word: String {
        switch self {
        case .session: "session"
        case .direct: "direct"
        case .click: "click"
        case .impression: "impression"
        case .message: "message"
        default: "unknown"
        }
    }
}

extension IngestV1.ConversionReport {
    fileprivate var rows: [[String]] {
        let head = ["kind", "effect", "currency", "draft", "value", "in force", "value", "change"]
        return [head]
            + counts.map { count in
                [
                    count.kind, count.effect.word, count.currency, "\(count.events)", count.value,
                    "\(count.activeEvents)", count.activeValue,
                    change(count.events, count.activeEvents),
                ]
            }
    }

    fileprivate var notes: [String] {
        func some(_ examples: [String]) -> String {
            examples.isEmpty ? "" : ", as \(examples.joined(separator: ", "))"
        }
        var notes = unreadable.map { fault in
            "\(fault.definition): \(fault.problem) in \(fault.events) events\(some(fault.examples))"
        }
        if let conflicts, conflicts.orders > 0 {
            notes.append(
                "\(conflicts.orders) orders contradict themselves in \(conflicts.events) events"
                    + some(conflicts.examples)
            )
        }
        if duplicates > 0 { notes.append("\(duplicates) events repeat another one of their order") }
        if claimedTwice > 0 {
            notes.append(
                "\(claimedTwice) events are taken by several definitions, of which the first "
                    + "decides" + some(claimedTwiceExamples)
            )
        }
        return notes
    }
}

/// By how much a count differs from the one before, with its sign.
private func change(_ count: Int64, _ before: Int64) -> String {
    let difference = count - before
    return difference > 0 ? "+\(difference)" : "\(difference)"
}
