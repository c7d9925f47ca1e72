import Foundation

/// What one benchmark found: a line for each operation and peer.
struct Report: Encodable {
    let benchmark: String
    /// What was measured and how, in one line above the table.
    let note: String
    let rows: [Row]
    /// What else was seen, a line each below the table.
    var remarks: [String] = []

    /// Whether no ratio misses its budget by more than the grace.
    var isMet: Bool { rows.allSatisfy { $0.isMet != false } }

    /// One operation, measured in turn with one peer.
    struct Row: Encodable {
        /// The operation, as `decode`.
        let what: String
        let peer: String
        /// What `ours`, `theirs` and `goal` are in, as `MB/s`.
        let unit: String
        /// The medians.
        let ours: Double
        let theirs: Double
        /// The median over pairs of ours divided by theirs.
        let ratio: Double
        /// The ratio that is asked, if any.
        let budget: Double?
        /// Whether `budget` is the least or the greatest ratio that keeps it.
        let direction: Budget.Direction?
        /// What we aim at, if anything.
        let goal: Double?
        /// Whether the ratio keeps its budget, with the budget's grace; nil without a budget.
        let isMet: Bool?

        /// Makes a row of paired measurements.
        ///
        /// - Parameters:
        ///   - what: the operation.
        ///   - peer: whom it is compared with.
        ///   - unit: what the measurements are in.
        ///   - pairs: the measurements, ours and theirs in turn.
        ///   - budget: what is asked of the ratio.
        ///   - goal: what we aim at, in `unit`.
        init(
            _ what: String,
            peer: String,
            unit: String,
            pairs: [(ours: Double, theirs: Double)],
            budget: Budget? = nil,
            goal: Double? = nil
        ) {
            self.what = what
            self.peer = peer
            self.unit = unit
            self.goal = goal
            ours = Self.median(pairs.map(\.ours))
            theirs = Self.median(pairs.map(\.theirs))
            let ratio = Self.median(pairs.map { $0.ours / $0.theirs })
            self.ratio = ratio
            self.budget = budget?.ratio
            direction = budget?.direction
            isMet = budget.map { $0.isKept(by: ratio) }
        }

        private static func median(_ values: [Double]) -> Double {
            let sorted = values.sorted()
            let middle = sorted.count / 2
            return sorted.count.isMultiple(of: 2)
                ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
        }
    }

    /// What is asked of the ratio of ours to theirs.
    struct Budget {
        /// On which side of the budget a ratio keeps it.
        enum Direction: String, Encodable {
            case atLeast = "≥"
            case atMost = "≤"
        }

        let direction: Direction
        let ratio: Double
        /// The part of `ratio` by which it may be missed.
        let grace: Double

        /// For what is better when it is more, as MB/s.
        static func atLeast(_ ratio: Double, grace: Double = 0.05) -> Budget {
            Budget(direction: .atLeast, ratio: ratio, grace: grace)
        }

        /// For what is better when it is less, as microseconds.
        static func atMost(_ ratio: Double, grace: Double = 0.05) -> Budget {
            Budget(direction: .atMost, ratio: ratio, grace: grace)
        }

        func isKept(by ratio: Double) -> Bool {
            switch direction {
            case .atLeast: ratio >= self.ratio * (1 - grace)
            case .atMost: ratio <= self.ratio * (1 + grace)
            }
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
        // A unit that all rows share stands in the head, otherwise behind each number.
        let units = Set(rows.map(\.unit))
        let unit = units.count == 1 ? rows.first.map { " " + $0.unit } : nil
        let head = [
            "what", "ours\(unit ?? "")", "peer", "theirs\(unit ?? "")", "ratio", "budget", "met",
            "of goal",
        ]
        let cells = rows.map { self.cells($0, withUnit: unit == nil) }
        let widths = head.indices.map { column in
            ([head] + cells).map { $0[column].count }.max() ?? 0
        }
        var lines = [note, ""]
        for line in [head] + cells {
            let padded = zip(line, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            let joined = padded.joined(separator: "  ")
            lines.append(joined.trimmingCharacters(in: CharacterSet.whitespaces))
        }
        if !remarks.isEmpty { lines += [""] + remarks }
        return lines.joined(separator: "\n")
    }

    private func cells(_ row: Row, withUnit: Bool) -> [String] {
        let unit = withUnit ? " " + row.unit : ""
        let budget = row.budget.map { "\(row.direction?.rawValue ?? "") \($0.short)" } ?? ""
        let met = row.isMet.map { $0 ? "yes" : "NO" } ?? ""
        let goal = row.goal.map { goal -> String in
            let part = Int((row.ours / goal * 100).rounded())
            return "\(part) % of \(goal.short)"
        }
        return [
            row.what, row.ours.short + unit, row.peer, row.theirs.short + unit,
            String(format: "%.2f", row.ratio), budget, met, goal ?? "",
        ]
    }
}

extension Double {
    /// For people: without decimals from 100 on, otherwise with three digits.
    var short: String {
        self >= 100 ? String(Int(rounded())) : String(format: "%.3g", self)
    }
}
