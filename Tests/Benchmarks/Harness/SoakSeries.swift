import Foundation

/// What was seen of a program between the runs of a soak.
struct SoakSeries {
    /// Its memory after warm-up and after each run.
    var bytes: [Double] = []
    /// Its processor time for each request of each run, in microseconds.
    var costs: [Double] = []

    private let what: String
    private let warmUp: Int
    private let unit: (count: Double, name: String)

    /// What memory may grow by, whichever is larger: a part of it, or bytes.
    private static let growth = (part: 0.05, bytes: 2e6)

    /// Begins with nothing seen.
    ///
    /// - Parameters:
    ///   - what: for the report.
    ///   - warmUp: how many requests were sent before the first look at memory.
    ///   - unit: how many requests growth is told for, and what they are called.
    init(_ what: String, after warmUp: Int, per unit: (count: Double, name: String)) {
        self.what = what
        self.warmUp = warmUp
        self.unit = unit
    }

    /// The last beside the first: memory, and whether it is flat, and processor time.
    var rows: [Report.Row] {
        let cost = Report.Row(
            "\(what), last run",
            peer: "first run",
            unit: "µs CPU",
            pairs: [(ours: costs.last ?? 0, theirs: costs.first ?? 0)]
        )
        return [memory, cost]
    }

    private var memory: Report.Row {
        let (before, after) = (bytes.first ?? 0, bytes.last ?? 0)
        let limit = 1 + max(Self.growth.part, Self.growth.bytes / before)
        return Report.Row(
            what,
            peer: "after \(warmUp)",
            unit: "MB",
            pairs: [(ours: after / 1e6, theirs: before / 1e6)],
            budget: .atMost(limit, grace: 0)
        )
    }

    /// How memory went.
    ///
    /// - Parameter sent: how many requests were sent after warm-up.
    /// - Returns: a remark for the report.
    func remark(sent: Int) -> String {
        let grown = (bytes.last ?? 0) - (bytes.first ?? 0)
        let kilobytes = String(format: "%+.0f", grown / Double(sent) * unit.count / 1e3)
        // At most twenty of them.
        let shown = stride(from: 0, to: bytes.count, by: (bytes.count + 19) / 20)
        let series = shown.map { (bytes[$0] / 1e6).short }.joined(separator: ", ")
        return "\(what): \(memory.isMet == true ? "flat" : "NOT flat"); "
            + "\(kilobytes) kB per \(unit.name); MB between runs: \(series)"
    }
}
