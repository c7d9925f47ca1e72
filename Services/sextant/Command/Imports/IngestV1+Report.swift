internal import Messages

extension IngestV1.Import {
    /// What programs are told of it.
    var summary: [(String, JSONValue)] {
        [
            ("importId", .string(importID)), ("name", .string(name)), ("state", .string(word)),
            ("kind", .string(plan?.kind ?? "")), ("receivedBytes", .number(Int(receivedBytes))),
            ("rows", .number(Int(rows))), ("accepted", .number(Int(accepted))),
            ("corrected", .number(Int(corrected))), ("duplicate", .number(Int(duplicate))),
            ("rejected", .number(Int(rejected))), ("sameAs", .string(sameAs)),
            ("findings", .array(findings.map { .string($0.line) })),
        ]
    }

    /// The cells of a table of imports.
    var cells: [String] {
        [importID, word, plan?.kind ?? "", "\(rows) rows", "\(rejected) rejected", name]
    }

    /// The state in a word.
    private var word: String {
        switch state {
        case .uploading: "uploading"
        case .waiting: "waiting"
        case .running: "running"
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "cancelled"
        default: "unknown"
        }
    }

    /// What people are told of it.
    func report(of file: String) -> String {
        var lines: [String] = []
        if sameAs.isEmpty {
            lines.append(
                "\(file): \(word), \(plan?.kind ?? "of no known kind"); import \(importID)"
            )
        } else {
            lines.append("\(file): nothing new; it is the file of import \(sameAs)")
        }
        if let plan, !plan.columns.isEmpty {
            let columns = plan.columns.filter { $0.role != "ignored" }
            let roles = columns.map { "\($0.header) = \($0.role)" }.joined(separator: ", ")
            lines.append("  read as: \(roles)")
        }
        if rows > 0 {
            lines.append(
                "  \(rows) rows: \(accepted) accepted, \(corrected) corrected, \(duplicate) "
                    + "duplicate, \(rejected) rejected"
            )
        }
        lines += findings.map { "  \($0.line)" }
        if rejected > 0 { lines.append("  next: sextant rejected list --batch \(importID)") }
        return lines.joined(separator: "\n")
    }
}

extension IngestV1.ImportFinding {
    /// What is broken, where, and what to do.
    fileprivate var line: String {
        let place = column.isEmpty ? "" : " in column '\(column)'"
        let shown = excerpt.isEmpty ? "" : " (\(excerpt))"
        return "\(rule)\(place)\(shown): \(remedy)"
    }
}
