import Numerics
import Testing

@Suite("Optimisers")
struct OptimizerTests {
    struct Trouble: Error, CustomStringConvertible { let description = "no data" }

    /// Rosenbrock's valley: smallest, 0, where all numbers are 1.
    static func valley(_ x: Span<Double>, _ gradient: inout MutableSpan<Double>) -> Double {
        var sum = 0.0
        for index in gradient.indices { gradient[index] = 0 }
        for index in 0..<(x.count - 1) {
            let (rise, rest) = (x[index + 1] - x[index] * x[index], 1 - x[index])
            sum += 100 * rise * rise + rest * rest
            gradient[index] += -400 * x[index] * rise - 2 * rest
            gradient[index + 1] += 200 * rise
        }
        return sum
    }

    @Test("both methods find the end of a curved valley", arguments: [2, 10])
    func valley(_ dimension: Int) throws {
        for method in [Optimizer.Method.sequentialQuadratic, .quasiNewton] {
            var optimizer = Optimizer()
            optimizer.method = method
            let start = (0..<dimension).map { $0 % 2 == 0 ? -1.2 : 1 }
            let result = try optimizer.minimize(from: start, Self.valley)
            #expect(result.value < 1e-9)
            #expect(result.point.allSatisfy { abs($0 - 1) < 1e-4 })
            #expect(result.evaluations > 5 && result.ending != .evaluationsUsedUp)
            let again = try optimizer.minimize(from: start, Self.valley)
            #expect(again == result)
        }
    }

    /// The negative response to spends with diminishing returns, a sum of square roots.
    static func response(_ x: Span<Double>, _ gradient: inout MutableSpan<Double>) -> Double {
        var sum = 0.0
        for index in x.indices {
            let strength = Double(index + 1)
            sum -= strength * (x[index] + 1e-12).squareRoot()
            gradient[index] = -0.5 * strength / (x[index] + 1e-12).squareRoot()
        }
        return sum
    }

    @Test("a budget is shared so that all marginal returns are equal")
    func budget() throws {
        var optimizer = Optimizer()
        optimizer.lower = [0.001, 0.001, 0.001]
        optimizer.zero = [
            { x, gradient in
                for index in gradient.indices { gradient[index] = 1 }
                return x.sum() - 14
            }
        ]
        let result = try optimizer.minimize(from: [5, 5, 4], Self.response)
        // Shares go with the squares of strengths: 1, 4 and 9 of 14.
        for (spend, truth) in zip(result.point, [1.0, 4, 9]) { #expect(abs(spend - truth) < 1e-5) }
        #expect(abs(result.value + 14) < 1e-8)
        optimizer.upper = [10, 10, 6]
        let bounded = try optimizer.minimize(from: [5, 5, 4], Self.response)
        for (spend, truth) in zip(bounded.point, [1.6, 6.4, 6]) {
            #expect(abs(spend - truth) < 1e-5)
        }
    }

    @Test("what must not be positive holds at the end")
    func inequality() throws {
        var optimizer = Optimizer()
        optimizer.notPositive = [
            { x, gradient in
                (gradient[0], gradient[1]) = (2 * x[0], 2 * x[1])
                return x.dot(x) - 1
            }
        ]
        let result = try optimizer.minimize(from: [0.2, 0.1]) { x, gradient in
            (gradient[0], gradient[1]) = (-1, -1)
            return -x[0] - x[1]
        }
        let corner = 0.5.squareRoot()
        #expect(result.point.allSatisfy { abs($0 - corner) < 1e-8 })
    }

    @Test("a valley whose walls are too steep for a first step is walked down all the same")
    func steep() throws {
        for walls in [1e4, 1e5] {
            var optimizer = Optimizer()
            optimizer.method = .quasiNewton
            let result = try optimizer.minimize(from: [-1.2, 1]) { x, gradient in
                let (rise, rest) = (x[1] - x[0] * x[0], 1 - x[0])
                gradient[0] = -4 * walls * x[0] * rise - 2 * rest
                gradient[1] = 2 * walls * rise
                return walls * rise * rise + rest * rest
            }
            #expect(result.ending == .converged && result.value < 1e-9)
            #expect(result.point.allSatisfy { abs($0 - 1) < 1e-4 })
        }
    }

    @Test("a search that finds no step for rounding ends at its lowest point")
    func roundedAway() throws {
        // The library finds no step near the bottom, where the height has no more digits for it.
        for height in [1e2, 1e4, 1e6, 1e8] {
            var optimizer = Optimizer()
            optimizer.method = .quasiNewton
            optimizer.relativeTolerance = 1e-8
            let start = [Self.bottom + 1e-6, Self.bottom - 1e-4]
            let result = try optimizer.minimize(from: start) { Self.bowl(height, $0, &$1) }
            #expect(result.ending == .rounding && result.value == height)
            #expect(result.point.allSatisfy { abs($0 - Self.bottom) < 1e-9 })
            // A bound keeps it from lower ground: the way that is left is as level.
            optimizer.upper = [Self.bottom - 1, 10]
            let bounded = try optimizer.minimize(from: start) { Self.bowl(height, $0, &$1) }
            #expect(bounded.point[0] == Self.bottom - 1 && bounded.value - height - 1 < 1e-6)
        }
    }

    private static let bottom = 1.0 / 3

    /// A bowl that is ten thousand times as steep along its second side.
    private static func bowl(
        _ height: Double,
        _ x: Span<Double>,
        _ gradient: inout MutableSpan<Double>
    ) -> Double {
        var sum = height
        for index in x.indices {
            let (steepness, way) = (index == 0 ? 1.0 : 1e4, x[index] - bottom)
            sum += steepness * way * way
            gradient[index] = 2 * steepness * way
        }
        return sum
    }

    @Test("a function that has no bottom where its slopes lead is refused")
    func contradictory() {
        var optimizer = Optimizer()
        optimizer.method = .quasiNewton
        // Slopes lead uphill.
        #expect(throws: OptimizationFailure.self) {
            try optimizer.minimize(from: [1, 1]) { x, gradient in
                (gradient[0], gradient[1]) = (-2 * x[0], -2 * x[1])
                return x[0] * x[0] + x[1] * x[1]
            }
        }
    }

    @Test("what goes wrong inside a function ends the search with it")
    func faults() {
        let optimizer = Optimizer()
        #expect(throws: OptimizationFailure.threw("no data")) {
            try optimizer.minimize(from: [1]) { _, _ in throw Trouble() }
        }
        for bad in [Double.nan, .infinity] {
            #expect(throws: OptimizationFailure.notFinite) {
                try optimizer.minimize(from: [1]) { _, _ in bad }
            }
            #expect(throws: OptimizationFailure.notFinite) {
                try optimizer.minimize(from: [1]) { x, gradient in
                    gradient[0] = bad
                    return x[0]
                }
            }
        }
        var constrained = Optimizer()
        constrained.zero = [{ _, _ in throw Trouble() }]
        #expect(throws: OptimizationFailure.threw("no data")) {
            try constrained.minimize(from: [1, 2], Self.valley)
        }
    }

    @Test("evaluations are limited, and problems that make no sense refused")
    func limits() throws {
        var optimizer = Optimizer()
        optimizer.maximumEvaluations = 3
        let result = try optimizer.minimize(from: [-1.2, 1], Self.valley)
        #expect(result.ending == .evaluationsUsedUp && result.evaluations == 3)
        let changes: [(inout Optimizer) -> Void] = [
            { $0.lower = [0] }, { $0.upper = [.nan, 1] },
            { ($0.lower, $0.upper) = ([1, 1], [2, 0]) },
            { $0.maximumEvaluations = 0 }, { $0.relativeTolerance = 0 },
            { $0.constraintTolerance = -1 },
            { ($0.method, $0.zero) = (.quasiNewton, [Self.valley]) },
            { $0.zero = [Self.valley, Self.valley, Self.valley] },
        ]
        for change in changes {
            var optimizer = Optimizer()
            change(&optimizer)
            #expect(throws: OptimizationFailure.self) {
                try optimizer.minimize(from: [1, 2], Self.valley)
            }
        }
        #expect(throws: OptimizationFailure.self) {
            try Optimizer().minimize(from: [], Self.valley)
        }
        #expect(throws: OptimizationFailure.self) {
            try Optimizer().minimize(from: [.nan, 1], Self.valley)
        }
    }
}
