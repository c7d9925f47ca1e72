import Numerics
import Testing

@Suite("Slopes in parameters, and shares")
struct ParameterSlopeTests {
    private func expectSlope(
        _ slope: Double,
        at value: Double,
        _ density: (Double) -> Double,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let expected = difference(at: value, density)
        #expect(
            abs(slope - expected) < 1e-7 * max(1, abs(expected)),
            sourceLocation: sourceLocation
        )
    }

    @Test("slopes in parameters are differences of densities")
    func slopes() {
        for x in [0.2, 0.7] {
            let normal = Normal(mean: 0.4, scale: 1.3).parameterSlopes(x)
            expectSlope(normal.mean, at: 0.4) { Normal(mean: $0, scale: 1.3).logDensity(x) }
            expectSlope(normal.scale, at: 1.3) { Normal(mean: 0.4, scale: $0).logDensity(x) }
            let half = HalfNormal(scale: 1.3).scaleSlope(x)
            expectSlope(half, at: 1.3) { HalfNormal(scale: $0).logDensity(x) }
            let logNormal = LogNormal(mean: 0.4, scale: 1.3).parameterSlopes(x)
            expectSlope(logNormal.mean, at: 0.4) { LogNormal(mean: $0, scale: 1.3).logDensity(x) }
            expectSlope(logNormal.scale, at: 1.3) { LogNormal(mean: 0.4, scale: $0).logDensity(x) }
            let gamma = Gamma(shape: 2, rate: 1.3).parameterSlopes(x)
            expectSlope(gamma.shape, at: 2) { Gamma(shape: $0, rate: 1.3).logDensity(x) }
            expectSlope(gamma.rate, at: 1.3) { Gamma(shape: 2, rate: $0).logDensity(x) }
            let beta = Beta(2, 1.3).parameterSlopes(x)
            expectSlope(beta.a, at: 2) { Beta($0, 1.3).logDensity(x) }
            expectSlope(beta.b, at: 1.3) { Beta(2, $0).logDensity(x) }
            let laplace = Laplace(mean: 0.4, scale: 1.3).parameterSlopes(x)
            expectSlope(laplace.mean, at: 0.4) { Laplace(mean: $0, scale: 1.3).logDensity(x) }
            expectSlope(laplace.scale, at: 1.3) { Laplace(mean: 0.4, scale: $0).logDensity(x) }
            let rate = Exponential(rate: 1.3).rateSlope(x)
            expectSlope(rate, at: 1.3) { Exponential(rate: $0).logDensity(x) }
            let t = StudentT(degrees: 3, location: 0.4, scale: 1.3).parameterSlopes(x)
            expectSlope(t.degrees, at: 3) {
                StudentT(degrees: $0, location: 0.4, scale: 1.3).logDensity(x)
            }
            expectSlope(t.location, at: 0.4) {
                StudentT(degrees: 3, location: $0, scale: 1.3).logDensity(x)
            }
            expectSlope(t.scale, at: 1.3) {
                StudentT(degrees: 3, location: 0.4, scale: $0).logDensity(x)
            }
        }
    }

    @Test("Dirichlet's density is SciPy's, and its slopes are differences")
    func dirichlet() throws {
        let table = try Golden.read("distributions.json", as: DistributionTests.Table.self)
        let law = Dirichlet(table.weights)
        for point in table.dirichlet {
            #expect(abs(law.logDensity(point.shares.span) - point.logDensity) < 1e-12)
        }
        let shares = [0.1, 0.3, 0.6]
        var slopes = [0.0, 0, 0]
        var target = slopes.mutableSpan
        law.slopes(shares.span, &target)
        for index in shares.indices {
            expectSlope(slopes[index], at: shares[index]) { value in
                var moved = shares
                moved[index] = value
                return law.logDensity(moved.span)
            }
        }
    }

    @Test("drawn shares add up to 1, and each follows its beta distribution")
    func shares() {
        let weights = [0.01, 0.8, 3]
        var random = RandomStream(seed: 8)
        var draws = Array(repeating: [Double](), count: 3)
        for _ in 0..<20_000 {
            var shares = [0.0, 0, 0]
            var target = shares.mutableSpan
            Dirichlet(weights).sample(&random, &target)
            #expect(abs(shares.span.sum() - 1) < 1e-14)
            for index in 0..<3 { draws[index].append(shares[index]) }
        }
        for index in 1..<3 {
            let law = Beta(weights[index], weights.span.sum() - weights[index])
            #expect(kolmogorov(draws[index]) { law.cdf($0) } < 2.2)
        }
        var bad = [0.0, 0]
        var target = bad.mutableSpan
        Dirichlet([1, 0]).sample(&random, &target)
        #expect(bad.allSatisfy { $0.isNaN })
    }
}
