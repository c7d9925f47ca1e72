import Foundation
import Numerics
import TestDensities

/// What kernels take for 1,000 numbers, and a step of a trajectory beyond its gradient, in
/// nanoseconds.
enum KernelTimes {
    private static let count = 1000

    static func measure(seconds: Double) async throws -> [String: Double] {
        let x = (0..<count).map { 20 * Double($0) / Double(count) - 10 }
        var y = x
        // A hundred passes at a time: one is shorter than the clock can tell.
        let exp = Measurement.fastest(seconds: seconds) {
            for _ in 0..<100 {
                var target = y.mutableSpan
                Elementary.exp(x.span, &target)
            }
            return y[7]
        }
        let dot = Measurement.fastest(seconds: seconds) {
            var sum = 0.0
            for _ in 0..<100 { sum += x.span.dot(y.span) }
            return sum
        }
        return [
            "exp": exp / 100, "dot": dot / 100,
            "diagonal": try await step(seconds, largestDense: 0),
            "dense": try await step(seconds, largestDense: 150),
        ]
    }

    /// What a step takes beyond its gradient, shares of drawing momenta and keeping draws included.
    ///
    /// From two runs of different lengths, so that the warm-up does not count.
    private static func step(_ seconds: Double, largestDense: Int) async throws -> Double {
        let dimension = 100
        let density = CorrelatedNormal(
            scales: Array(repeating: 1, count: dimension),
            correlation: 0
        )
        var (gradient, sum) = (Array(repeating: 0.0, count: dimension), 0.0)
        let point = gradient.indices.map { Double($0) / 100 }
        let alone = Measurement.fastest(seconds: seconds) {
            var copy = density
            for _ in 0..<100 {
                var target = gradient.mutableSpan
                sum += copy.logDensity(at: point.span, gradient: &target)
            }
            return sum
        }
        let (short, long) = (
            try await run(density, draws: 1_000, largestDense),
            try await run(density, draws: 11_000, largestDense)
        )
        return (long.nanoseconds - short.nanoseconds) / Double(long.steps - short.steps)
            - alone / 100
    }

    private static func run(
        _ density: any Density,
        draws: Int,
        _ largestDense: Int
    ) async throws -> (nanoseconds: Double, steps: Int) {
        var configuration = SamplingConfiguration(seed: 1)
        configuration.chains = 1
        configuration.warmup = 300
        configuration.draws = draws
        configuration.largestDenseDimension = largestDense
        let start = clock()
        let posterior = try await SamplingRun(density, configuration).posterior()
        let nanoseconds = Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1e9
        return (nanoseconds, posterior.gradients)
    }
}
