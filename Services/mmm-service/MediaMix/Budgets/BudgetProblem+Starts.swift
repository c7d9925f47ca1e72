internal import Numerics

extension BudgetProblem {
    /// Whether any variable can move.
    var hasFreedom: Bool {
        region.lower.indices.contains { region.upper[$0] - region.lower[$0] > 1e-12 }
    }

    /// Where searches start: at what is spent now, at an even plan, and, where there may be several
    /// local optima, with most of the money on one line and at random.
    func starts(hints: [[Double]]) -> [[Double]] {
        let even = region.lower.indices.map { index in
            region.total.map { $0 / Double(count) }
                ?? (region.lower[index] + region.upper[index]) / 2
        }
        var points = hints + [variables(request.lines.flatMap(\.current)), even]
        guard !response.isConcave || !request.utility.isWellBehaved else {
            return points.map { region.nearest(to: $0) }
        }
        let perLine = count / response.lines
        for line in 0..<min(response.lines, (request.starts - 2) / 2) {
            var point = region.lower
            for index in line * perLine..<(line + 1) * perLine {
                point[index] = region.upper[index]
            }
            points.append(point)
        }
        var random = RandomStream(seed: request.seed, stream: 0)
        while points.count < request.starts + hints.count {
            points.append(
                region.lower.indices.map { index in
                    let room = region.upper[index] - region.lower[index]
                    return region.total == nil
                        ? region.lower[index] + room * random.uniform()
                        : random.exponential()
                }
            )
        }
        return points.map { region.nearest(to: $0) }
    }
}
