/// The steps of each path by number, for tables that have the same paths and other weights: what
/// takes time is done once for all of them.
///
/// It has 4 bytes for each touch. Counts are those that ``TransitionCounts`` has of each table, in
/// the same order.
struct RepeatedCounts: Sendable {
    private let nothing: TransitionCounts
    private let steps: [TransitionCounts.State]
    private let starts: [TransitionCounts.State]
    private let ends: [TransitionCounts.State]
    /// The steps of all paths, path after path, and of each path where they end, and the states
    /// that it begins and ends in.
    private let numbers: [UInt32]
    private let paths: [Path]

    private struct Path {
        let end: Int
        let first: UInt32
        let last: UInt32
    }

    /// Numbers the steps of all paths.
    ///
    /// - Parameters:
    ///   - table: the paths.
    ///   - order: how many channels a state has.
    /// - Throws: ``AttributionFailure``, if the order is out of range or channels are too many.
    init(_ table: PathTable, order: Int) throws(AttributionFailure) {
        nothing = try TransitionCounts(nothingOf: table, order: order)
        var index = StepIndex(nothing)
        var numbers: [UInt32] = []
        var paths: [Path] = []
        for path in 0..<table.count {
            let ends = index.walk(table.path(path)) { numbers.append(UInt32($0)) }
            paths.append(
                Path(end: numbers.count, first: UInt32(ends.first), last: UInt32(ends.last))
            )
        }
        (steps, starts, ends) = (index.steps.keys, index.starts.keys, index.ends.keys)
        (self.numbers, self.paths) = (numbers, paths)
    }

    /// The counts of a table.
    ///
    /// - Parameters:
    ///   - table: the same paths.
    ///   - hasNulls: whether journeys without a conversion count.
    /// - Returns: what journeys of the table have, in the order in which its paths come to it.
    func counts(_ table: PathTable, hasNulls: Bool) -> TransitionCounts {
        var stepTally = Tally(steps)
        var startTally = Tally(starts)
        var endTally = Tally(ends)
        var conversions = [Int](repeating: 0, count: ends.count)
        var values = [PathValue](repeating: .zero, count: ends.count)
        var step = 0
        for (number, path) in paths.enumerated() {
            defer { step = path.end }
            let weight = table.conversions[number] + (hasNulls ? table.nulls[number] : 0)
            guard weight > 0 else { continue }
            startTally.add(Int(path.first), weight)
            for place in step..<path.end { stepTally.add(Int(numbers[place]), weight) }
            endTally.add(Int(path.last), weight)
            guard table.conversions[number] > 0 else { continue }
            conversions[Int(path.last)] += table.conversions[number]
            let value = values[Int(path.last)].units + table.values[number].units
            values[Int(path.last)] = PathValue(units: value)
        }
        var counts = nothing
        (counts.steps, counts.stepCounts) = (stepTally.keys, stepTally.counts)
        (counts.starts, counts.startCounts) = (startTally.keys, startTally.counts)
        counts.ends = endTally.keys
        counts.conversions = endTally.order.map { conversions[Int($0)] }
        counts.nulls = endTally.order.map { endTally.all[Int($0)] - conversions[Int($0)] }
        counts.values = endTally.order.map { values[Int($0)] }
        return counts
    }
}

/// Counts by number, and which came, in the order in which they first did.
private struct Tally {
    private let names: [TransitionCounts.State]
    private(set) var all: [Int]
    private(set) var order: [UInt32] = []

    init(_ names: [TransitionCounts.State]) {
        self.names = names
        all = Array(repeating: 0, count: names.count)
    }

    @inline(__always)
    mutating func add(_ number: Int, _ weight: Int) {
        if all[number] == 0 { order.append(UInt32(truncatingIfNeeded: number)) }
        all[number] &+= weight
    }

    var keys: [TransitionCounts.State] { order.map { names[Int($0)] } }

    var counts: [Int] { order.map { all[Int($0)] } }
}
