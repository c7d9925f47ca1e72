import MediaMix
import Numerics
import Testing

/// Carrying a medium over, and its derivatives.
@Suite struct CarryTests {
    /// By the definition, each product fused with its sum.
    static func plain(_ x: [Double], _ weights: [Double]) -> [Double] {
        x.indices.map { period in
            var sum = 0.0
            for lag in weights.indices where lag <= period {
                sum.addProduct(weights[lag], x[period - lag])
            }
            return sum
        }
    }

    @Test func numbersAreThoseComputedElsewhere() {
        let weights = [1, 0.4, 0.16].map { $0 / 1.56 }
        let result = carried([0.3, 0, 1, 0.2, 0, 0.7], weights)
        let expected = [
            0.192307692307692, 0.0769230769230769, 0.671794871794872, 0.384615384615385,
            0.153846153846154, 0.469230769230769,
        ]
        #expect(isNear(result, expected, within: 1e-14))
    }

    /// Every block of the loops, with as many lags as periods, more and fewer.
    @Test func resultsAndDerivativesAreThoseOfTheDefinition() {
        var random = RandomStream(seed: 5, stream: 1)
        for periods in Array(0...40) + [52, 150, 179, 208] {
            for lags in [1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 31, 208] {
                let x = (0..<periods).map { _ in random.uniform() }
                let weights = (0..<lags).map { _ in random.uniform() }
                let adjoint = (0..<periods).map { _ in random.uniform() * 2 - 1 }
                #expect(carried(x, weights) == Self.plain(x, weights))

                var (byWeights, byX) = ([Double](repeating: 1, count: lags), x)
                for period in x.indices {
                    for lag in weights.indices where lag <= period {
                        byWeights[lag] += adjoint[period] * x[period - lag]
                        byX[period - lag] += adjoint[period] * weights[lag]
                    }
                }
                let found = pulled(x, weights, adjoint, onto: 1)
                #expect(isNear(found.weights, byWeights, within: 1e-13))
                #expect(isNear(found.x, byX, within: 1e-13))
                #expect(found.weightsAlone == found.weights)
            }
        }
    }

    private func carried(_ x: [Double], _ weights: [Double]) -> [Double] {
        var result = [Double](repeating: .nan, count: x.count)
        var span = result.mutableSpan
        Adstock.carry(x.span, weights: weights.span, into: &span)
        return result
    }

    private func pulled(
        _ x: [Double],
        _ weights: [Double],
        _ adjoint: [Double],
        onto start: Double
    ) -> (weights: [Double], x: [Double], weightsAlone: [Double]) {
        var byWeights = [Double](repeating: start, count: weights.count)
        var alone = byWeights
        var byX = x
        var weightsSpan = byWeights.mutableSpan
        var xSpan = byX.mutableSpan
        var aloneSpan = alone.mutableSpan
        Adstock.pullCarry(
            x: x.span,
            weights: weights.span,
            adjoint: adjoint.span,
            into: &weightsSpan,
            x: &xSpan
        )
        Adstock.pullCarry(x: x.span, adjoint: adjoint.span, into: &aloneSpan)
        return (byWeights, byX, alone)
    }
}
