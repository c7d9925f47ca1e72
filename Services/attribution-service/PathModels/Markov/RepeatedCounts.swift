/// The steps of each path by number, for journeys that are drawn again: what takes time is done
/// once for all replicates, and for ``Replicates/atOnce`` of them together.
///
/// It has 4 bytes for each touch. Counts are those that ``TransitionCounts`` has of the table of
/// each replicate, in another order.
struct RepeatedCounts: Sendable {
    private let source: Replicates
    private let hasNulls: Bool
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
    ///   - source: what draws journeys.
    ///   - order: how many channels a state has.
    ///   - hasNulls: whether journeys without a conversion count.
    /// - Throws: ``AttributionFailure``, if the order is out of range or channels are too many.
    init(
        _ source: Replicates,
        order: Int,
        hasNulls: Bool
    ) throws(AttributionFailure) {
        let table = source.table
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
        (self.source, self.hasNulls) = (source, hasNulls)
    }

    /// The counts of some replicates.
    ///
    /// - Parameter replicates: their numbers: at most ``Replicates/atOnce``, the first a multiple
    ///   of that.
    /// - Returns: what journeys of each have.
    func counts(_ replicates: Range<Int>) -> [TransitionCounts] {
        let tally = tally(replicates.lowerBound)
        return (0..<replicates.count).map { counts(tally, lane: $0) }
    }

    /// By number, a count for each of the replicates that are drawn at once.
    private struct Tally {
        var steps: [SIMD4<Int>]
        var starts: [SIMD4<Int>]
        var conversions: [SIMD4<Int>]
        var nulls: [SIMD4<Int>]
        /// For each end those of all lanes.
        var values: [PathValue]

        init(steps: Int, starts: Int, ends: Int) {
            self.steps = Array(repeating: .zero, count: steps)
            self.starts = Array(repeating: .zero, count: starts)
            conversions = Array(repeating: .zero, count: ends)
            nulls = conversions
            values = Array(repeating: .zero, count: ends * Replicates.atOnce)
        }
    }

    private func tally(_ first: Int) -> Tally {
        var tally = Tally(steps: steps.count, starts: starts.count, ends: ends.count)
        var step = 0
        for number in paths.indices {
            let path = paths[number]
            defer { step = path.end }
            var draws = source.draws(number, from: first)
            if !hasNulls { draws.nulls = .zero }
            let weights = draws.conversions &+ draws.nulls
            if weights == .zero { continue }
            tally.starts[Int(path.first)] &+= weights
            add(weights, to: &tally.steps, step..<path.end)
            let last = Int(path.last)
            tally.nulls[last] &+= draws.nulls
            if draws.conversions == .zero { continue }
            tally.conversions[last] &+= draws.conversions
            for lane in 0..<Replicates.atOnce where draws.conversions[lane] > 0 {
                let place = last * Replicates.atOnce + lane
                let worth = source.value(number, drawn: draws.conversions[lane])
                tally.values[place] = PathValue(units: tally.values[place].units + worth.units)
            }
        }
        return tally
    }

    @inline(__always)
    private func add(_ weights: SIMD4<Int>, to counts: inout [SIMD4<Int>], _ places: Range<Int>) {
        let numbers = numbers.span.extracting(places)
        var counts = counts.mutableSpan
        for place in numbers.indices { counts[Int(numbers[place])] &+= weights }
    }

    /// The counts of one replicate, without those that it has not.
    private func counts(_ tally: Tally, lane: Int) -> TransitionCounts {
        var counts = nothing
        for (number, key) in steps.enumerated() where tally.steps[number][lane] > 0 {
            counts.steps.append(key)
            counts.stepCounts.append(tally.steps[number][lane])
        }
        for (number, key) in starts.enumerated() where tally.starts[number][lane] > 0 {
            counts.starts.append(key)
            counts.startCounts.append(tally.starts[number][lane])
        }
        for (number, key) in ends.enumerated() {
            let conversions = tally.conversions[number][lane]
            let nulls = tally.nulls[number][lane]
            guard conversions + nulls > 0 else { continue }
            counts.ends.append(key)
            counts.conversions.append(conversions)
            counts.nulls.append(nulls)
            counts.values.append(tally.values[number * Replicates.atOnce + lane])
        }
        return counts
    }
}
