/// Whether numbers are those expected, but for a share of their size or of 1.
func isNear(_ found: [Double], _ expected: [Double], within tolerance: Double) -> Bool {
    found.count == expected.count
        && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
}

/// The derivative of a function by one of its numbers, from central differences of two widths, so
/// that the error is of the fourth order.
func slopeByDifferences(
    _ point: [Double],
    along index: Int,
    step: Double = 1e-3,
    _ function: ([Double]) -> Double
) -> Double {
    func difference(_ width: Double) -> Double {
        var (above, below) = (point, point)
        above[index] += width
        below[index] -= width
        return (function(above) - function(below)) / (2 * width)
    }
    let width = step * max(abs(point[index]), 0.1)
    return (4 * difference(width / 2) - difference(width)) / 3
}
