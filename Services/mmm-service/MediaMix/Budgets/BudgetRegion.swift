/// The plans that keep all limits, in variables of about 1: bounds, and sums between limits.
struct BudgetRegion: Sendable {
    /// Variables whose sum has limits.
    struct Sum: Sendable {
        var name: String
        var members: [Int]
        var lower: Double
        var upper: Double
    }

    /// How far a limit may be missed by rounding, in the variables' unit.
    static let tolerance = 1e-10

    var lower: [Double]
    var upper: [Double]
    /// Limits of lines and groups.
    var sums: [Sum]
    /// What all variables add up to; nil if that is free.
    var total: Double?

    /// A point that keeps all limits, the nearest one to a given point but for rounding; if the
    /// limits contradict each other, one that keeps bounds and total, as near to the rest as can.
    ///
    /// By Dykstra's alternating projections (Boyle and Dykstra 1986).
    func nearest(to point: [Double]) -> [Double] {
        var x = nearestWithinBounds(to: point)
        guard !sums.isEmpty && misses(x) > Self.tolerance else { return x }
        x = point
        var boundsShift = [Double](repeating: 0, count: x.count)
        var sumShifts = [Double](repeating: 0, count: sums.count)
        for _ in 0..<20_000 {
            for (index, sum) in sums.enumerated() {
                for member in sum.members { x[member] += sumShifts[index] }
                let found = sum.members.reduce(0) { $0 + x[$1] }
                let wanted = min(max(found, sum.lower), sum.upper)
                let shift = (wanted - found) / Double(sum.members.count)
                for member in sum.members { x[member] += shift }
                sumShifts[index] = -shift
            }
            for index in x.indices { x[index] += boundsShift[index] }
            let inside = nearestWithinBounds(to: x)
            for index in x.indices { boundsShift[index] = x[index] - inside[index] }
            x = inside
            if misses(x) <= Self.tolerance { break }
        }
        return x
    }

    /// By how much the worst limit is missed.
    func misses(_ x: [Double]) -> Double {
        var worst = 0.0
        for index in x.indices {
            worst = max(worst, lower[index] - x[index], x[index] - upper[index])
        }
        for sum in sums { worst = max(worst, misses(x, sum)) }
        if let total { worst = max(worst, abs(x.reduce(0, +) - total)) }
        return worst
    }

    /// By how much the limits of a sum are missed; not positive if they are kept.
    func misses(_ x: [Double], _ sum: Sum) -> Double {
        let found = sum.members.reduce(0) { $0 + x[$1] }
        return max(sum.lower - found, found - sum.upper)
    }

    /// The nearest point that keeps the bounds and the total: all numbers move by the same, as far
    /// as their bounds let them.
    private func nearestWithinBounds(to point: [Double]) -> [Double] {
        func moved(by shift: Double) -> [Double] {
            point.indices.map { min(max(point[$0] + shift, lower[$0]), upper[$0]) }
        }
        guard let total else { return moved(by: 0) }
        // All are at their lower bounds for the one shift, and at their upper ones for the other.
        var low = zip(lower, point).reduce(0) { min($0, $1.0 - $1.1) }
        var high = zip(upper, point).reduce(0) { max($0, $1.0 - $1.1) }
        for _ in 0..<200 {
            let middle = (low + high) / 2
            guard low < middle && middle < high else { break }
            if moved(by: middle).reduce(0, +) < total { low = middle } else { high = middle }
        }
        var x = moved(by: high)
        // What bisection leaves goes to the number that has the most room for it.
        let rest = total - x.reduce(0, +)
        let room = x.indices.max { one, other in
            rest > 0
                ? upper[one] - x[one] < upper[other] - x[other]
                : x[one] - lower[one] < x[other] - lower[other]
        }
        if let room { x[room] = min(max(x[room] + rest, lower[room]), upper[room]) }
        return x
    }
}
