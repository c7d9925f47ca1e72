internal import Numerics

/// Finds the least of a smooth function of many variables in a region.
///
/// By spectral projected gradients (Birgin, Martínez and Raydan 2000): a step costs an evaluation
/// and a projection, where the one of quadratic programs grows with the cube of the variables.
struct BudgetDescent {
    typealias Function = (_ x: Span<Double>, _ gradient: inout MutableSpan<Double>) -> Double

    let region: BudgetRegion
    /// Bounds the search.
    let effort: BudgetEffort
    /// The steps whose worst value the next one has to undercut.
    private static let memory = 10
    /// Gradients are of about 1, as variables are: what followed them further would be far outside
    /// of any region, from where the way back into it takes long.
    private static let longest = 1e3
    /// Steps that change no variable by more end the search; they are about 1.
    private static let tolerance = 1e-9

    /// A place that was looked at.
    private struct Place {
        var x: [Double]
        var value: Double
        var gradient: [Double]

        init(_ x: [Double], _ function: Function) throws(OptimizationFailure) {
            self.x = x
            var found = [Double](repeating: 0, count: x.count)
            var span = found.mutableSpan
            value = function(x.span, &span)
            gradient = found
            guard value.isFinite && gradient.span.isFinite() else { throw .notFinite }
        }
    }

    /// Searches from a point.
    ///
    /// - Parameters:
    ///   - start: moved into the region.
    ///   - function: what is to be least.
    /// - Returns: the best point that was found.
    /// - Throws: ``OptimizationFailure`` if the function gives no number.
    func minimize(
        from start: [Double],
        _ function: Function
    ) throws(OptimizationFailure) -> [Double] {
        var place = try Place(region.nearest(to: start, effort), function)
        var (best, length) = (place, 1.0)
        var values = [place.value]
        while !effort.isUsedUp {
            let direction = direction(place, length)
            let slope = place.gradient.span.dot(direction.span)
            guard direction.span.maximumMagnitude() > Self.tolerance * min(1, length), slope < 0
            else { break }
            let worst = values.suffix(Self.memory).max() ?? place.value
            var (share, next) = (1.0, place)
            repeat {
                next = try Place(moved(place.x, direction, share), function)
                if next.value <= worst + 1e-4 * share * slope { break }
                // The least of the parabola through what is known, but neither 0 nor all of it.
                let bend = next.value - place.value - share * slope
                let middle = bend > 0 ? -share * share * slope / (2 * bend) : share / 2
                share = min(max(middle, 0.1 * share), 0.5 * share)
            } while !effort.isUsedUp && share > 1e-12
            length = Self.length(from: place, to: next)
            place = next
            values.append(place.value)
            if place.value < best.value { best = place }
            if Self.isStill(values) { break }
        }
        return best.x
    }

    private func moved(_ x: [Double], _ direction: [Double], _ share: Double) -> [Double] {
        x.indices.map { x[$0] + share * direction[$0] }
    }

    /// From a place to where its gradient leads, within the region.
    private func direction(_ place: Place, _ length: Double) -> [Double] {
        let goal = region.nearest(to: moved(place.x, place.gradient, -length), effort)
        return goal.indices.map { goal[$0] - place.x[$0] }
    }

    /// How far to follow the next gradient, by how the last one changed (Barzilai, Borwein 1988).
    private static func length(from one: Place, to other: Place) -> Double {
        var (square, product) = (0.0, 0.0)
        for index in one.x.indices {
            let step = other.x[index] - one.x[index]
            square += step * step
            product += step * (other.gradient[index] - one.gradient[index])
        }
        return product > 0 ? min(max(square / product, 1 / longest), longest) : longest
    }

    /// Whether nothing has become better for a while.
    private static func isStill(_ values: [Double]) -> Bool {
        guard values.count > 3 * memory else { return false }
        let before = values.dropLast(2 * memory).min() ?? 0
        let now = values.suffix(2 * memory).min() ?? 0
        return before - now <= 1e-13 * abs(before)
    }
}
