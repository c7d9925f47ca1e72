/// The equations (I − Q) x = b of a chain, or of the states of it that are kept, by elimination.
///
/// Nothing is ever subtracted: the diagonal comes from what leaves a state, not from 1 minus what
/// stays (Grassmann, Taksar and Heyman, Operations Research 33, 1985), so each solution is right in
/// nearly all its digits, however rarely journeys end.
struct DenseChain {
    private let size: Int
    /// Row after row: the multipliers below the diagonal, what is left of Q above it, and on it
    /// what leaves the state.
    private var rows: [Double]

    /// Eliminates.
    ///
    /// - Parameters:
    ///   - chain: what it is of.
    ///   - kept: the states whose equations they are, ascending; steps to others end a journey.
    init(_ chain: MarkovChain, keeping kept: [Int]) {
        size = kept.count
        rows = Array(repeating: 0, count: size * size)
        var places = [Int](repeating: -1, count: chain.states.count)
        for (place, state) in kept.enumerated() { places[state] = place }
        // What leaves for good: all that does not go to a state that is kept.
        var leaves = kept.map { Double(chain.visits[$0]) }
        for (place, target) in kept.enumerated() {
            for edge in chain.firstSource[target]..<chain.firstSource[target + 1] {
                let source = places[Int(chain.sources[edge])]
                guard source >= 0 else { continue }
                let count = Double(chain.counts[edge])
                rows[source * size + place] = count / Double(chain.visits[kept[source]])
                leaves[source] -= count
            }
        }
        // Counts are whole numbers, so the difference above is exact.
        for place in 0..<size { leaves[place] /= Double(chain.visits[kept[place]]) }
        eliminate(&leaves)
    }

    private mutating func eliminate(_ leaves: inout [Double]) {
        for pivot in 0..<size {
            var sum = leaves[pivot]
            for column in pivot + 1..<max(pivot + 1, size) { sum += rows[pivot * size + column] }
            rows[pivot * size + pivot] = sum
            for row in pivot + 1..<max(pivot + 1, size) {
                let factor = rows[row * size + pivot] / sum
                rows[row * size + pivot] = factor
                if factor == 0 { continue }
                leaves[row] += factor * leaves[pivot]
                for column in pivot + 1..<size where column != row {
                    rows[row * size + column] += factor * rows[pivot * size + column]
                }
            }
        }
    }

    /// The solution for one right side.
    ///
    /// - Parameters:
    ///   - right: one number for each kept state.
    ///   - start: the first that is not 0.
    ///   - end: the last rows that are wanted begin here.
    /// - Returns: the solution from `end` on; what is before is undefined.
    func solve(_ right: [Double], from start: Int = 0, downTo end: Int = 0) -> [Double] {
        var x = right
        for row in start + 1..<max(start + 1, size) {
            for column in start..<row { x[row] += rows[row * size + column] * x[column] }
        }
        for row in (end..<size).reversed() {
            for column in row + 1..<max(row + 1, size) {
                x[row] += rows[row * size + column] * x[column]
            }
            x[row] /= rows[row * size + row]
        }
        return x
    }

    /// How often a state that is left comes back, the first visit counted too.
    func visits(_ state: Int) -> Double {
        var right = [Double](repeating: 0, count: size)
        right[state] = 1
        return solve(right, from: state, downTo: state)[state]
    }
}
