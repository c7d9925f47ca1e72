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
    /// The most rounds through all sums.
    private static let mostRounds = 20_000

    var lower: [Double]
    var upper: [Double]
    /// Limits of lines and groups.
    var sums: [Sum]
    /// What all variables add up to; nil if that is free.
    var total: Double?

    /// A point that keeps all limits, the nearest one to a given point but for rounding; if the
    /// limits contradict each other, one that keeps bounds and total.
    ///
    /// All members of a sum move by the same, which is as much as it takes for that sum; one sum
    /// is seen to after the other, until all are kept: the dual of the problem, by its coordinates.
    ///
    /// - Parameters:
    ///   - point: the given point.
    ///   - effort: what it took is counted there.
    /// - Returns: the point.
    func nearest(to point: [Double], _ effort: BudgetEffort? = nil) -> [Double] {
        let inside = nearestWithinBounds(to: point)
        guard !sums.isEmpty && misses(inside) > Self.tolerance else { return inside }
        var moved = point
        var (shifts, shiftOfAll) = ([Double](repeating: 0, count: sums.count), 0.0)
        // Of large numbers, rounding leaves more.
        let allowed = max(Self.tolerance, 4 * .ulpOfOne * point.reduce(0) { max($0, abs($1)) })
        var rounds = 0
        repeat {
            rounds += 1
            for (index, sum) in sums.enumerated() {
                for member in sum.members { moved[member] -= shifts[index] }
                shifts[index] = shift(sum, moved)
                for member in sum.members { moved[member] += shifts[index] }
            }
            guard let total else { continue }
            let step = shift(lower.indices, moved, to: total)
            shiftOfAll += step
            for index in moved.indices { moved[index] += step }
        } while rounds < Self.mostRounds && misses(kept(moved, lower.indices)) > allowed
        effort?.count(rounds: 4 * rounds, of: sums.reduce(point.count) { $0 + $1.members.count })
        return nearestWithinBounds(to: moved.map { $0 - shiftOfAll })
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

    /// The nearest point that keeps the bounds and the total.
    private func nearestWithinBounds(to point: [Double]) -> [Double] {
        guard let total else { return kept(point, lower.indices) }
        let shift = shift(lower.indices, point, to: total)
        var x = kept(point.map { $0 + shift }, lower.indices)
        // What rounding leaves goes to the number that has the most room for it.
        let rest = total - x.reduce(0, +)
        let room = x.indices.max { one, other in
            rest > 0
                ? upper[one] - x[one] < upper[other] - x[other]
                : x[one] - lower[one] < x[other] - lower[other]
        }
        if let room { x[room] = min(max(x[room] + rest, lower[room]), upper[room]) }
        return x
    }

    /// Numbers within their bounds.
    private func kept(_ point: [Double], _ members: some Collection<Int>) -> [Double] {
        members.map { min(max(point[$0], lower[$0]), upper[$0]) }
    }

    /// By how much the members of a sum have to move, within their bounds, for its limits to be
    /// kept.
    private func shift(_ sum: Sum, _ point: [Double]) -> Double {
        let found = movedSum(sum.members, point, by: 0).sum
        let wanted = min(max(found, sum.lower), sum.upper)
        return wanted == found ? 0 : shift(sum.members, point, to: wanted)
    }

    /// By how much numbers have to move, as far as their bounds let them, to come to a sum.
    private func shift(
        _ members: some Collection<Int>,
        _ point: [Double],
        to wanted: Double
    ) -> Double {
        // All are at their lower bounds for the one shift, and at their upper ones for the other.
        var low = members.reduce(0) { min($0, lower[$1] - point[$1]) }
        var high = members.reduce(0) { max($0, upper[$1] - point[$1]) }
        var shift = 0.0
        for _ in 0..<200 {
            let (sum, free) = movedSum(members, point, by: shift)
            guard abs(wanted - sum) > 1e-14 * max(abs(wanted), 1) else { break }
            if sum < wanted { low = max(low, shift) } else { high = min(high, shift) }
            // The sum is made of straight lines: the step is exact unless a bound lies on its way.
            let step = shift + (wanted - sum) / Double(max(free, 1))
            let next = free > 0 && low < step && step < high ? step : (low + high) / 2
            guard low < next && next < high else { break }
            shift = next
        }
        return shift
    }

    /// What numbers that move by the same come to, as far as bounds let them, and how many are not
    /// at one.
    private func movedSum(
        _ members: some Collection<Int>,
        _ point: [Double],
        by shift: Double
    ) -> (sum: Double, free: Int) {
        var (sum, free) = (0.0, 0)
        for index in members {
            let moved = point[index] + shift
            let kept = min(max(moved, lower[index]), upper[index])
            sum += kept
            if kept == moved { free += 1 }
        }
        return (sum, free)
    }
}
