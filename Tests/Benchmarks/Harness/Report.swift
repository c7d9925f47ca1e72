import Foundation

/// What one benchmark found: a line for each operation and peer.
struct Report: Encodable {
    let benchmark: String
    let note: String
    let rows: [Row]

    /// Whether no ratio misses its budget by more than the grace.
    var isMet: Bool { rows.allSatisfy { $0.isMet != false } }

    /// One operation, measured in turn with one peer.
    struct Row: Encodable {
        /// The operation, as `decode`.
        let what: String
        let peer: String
        /// The medians, in MB/s.
        let ours: Double
        let theirs: Double
        /// The median over pairs of how many times faster ours is.
        let ratio: Double
        /// The least ratio that is asked, if any.
        let budget: Double?
        /// The speed we aim at in MB/s, if any.
        let goal: Double?

        /// Whether the ratio keeps its budget, with five per cent of grace; nil without a budget.
        var isMet: Bool? { budget.map { ratio >= $0 * 0.95 } }

        /// Makes a row of paired measurements.
        ///
        /// - Parameters:
        ///   - what: the operation.
        ///   - peer: whom it is compared with.
        ///   - pairs: nanoseconds for a pass, ours and theirs in turn.
        ///   - bytes: what a pass reads or writes.
        ///   - budget: the least ratio that is asked.
        ///   - goal: the speed we aim at, in MB/s.
        init(
            _ what: String,
            peer: String,
            pairs: [(ours: Double, theirs: Double)],
            bytes: Int,
            budget: Double? = nil,
            goal: Double? = nil
        ) {
            self.what = what
            self.peer = peer
            self.budget = budget
            self.goal = goal
            let speeds = pairs.map { pair in
                (
                    ours: Double(bytes) / pair.ours * 1_000,
                    theirs: Double(bytes) / pair.theirs * 1_000
                )
            }
            ours = Self.median(speeds.map(\.ours))
            theirs = Self.median(speeds.map(\.theirs))
            ratio = Self.median(speeds.map { $0.ours / $0.theirs })
        }

        static func median(_ values: [Double]) -> Double {
            let sorted = values.sorted()
            let middle = sorted.count / 2
            return sorted.count.isMultiple(of: 2)
                ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
        }
    }

    /// The report for machines.
    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let data = try? encoder.encode(self) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    /// The report for people.
    var table: String {
        var lines = [note, ""]
        let head = [
            "what", "ours MB/s", "peer", "theirs MB/s", "ratio", "budget", "met", "of goal",
        ]
        let cells = rows.map(cells)
        let widths = head.indices.map { column in
            ([head] + cells).map { $0[column].count }.max() ?? 0
        }
        for line in [head] + cells {
            let padded = zip(line, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            let joined = padded.joined(separator: "  ")
            lines.append(joined.trimmingCharacters(in: CharacterSet.whitespaces))
        }
        return lines.joined(separator: "\n")
    }

    private func cells(_ row: Row) -> [String] {
        let budget = row.budget.map { "≥ \(format($0))" } ?? ""
        let met = row.isMet.map { $0 ? "yes" : "NO" } ?? ""
        let goal = row.goal.map { goal -> String in
            let part = Int((row.ours / goal * 100).rounded())
            return "\(part) % of \(format(goal))"
        }
        let ratio = String(format: "%.2f", row.ratio)
        return [
            row.what, format(row.ours), row.peer, format(row.theirs), ratio, budget, met,
            goal ?? "",
        ]
    }

    private func format(_ number: Double) -> String {
        number >= 100 ? String(Int(number.rounded())) : String(format: "%g", number)
    }
}
