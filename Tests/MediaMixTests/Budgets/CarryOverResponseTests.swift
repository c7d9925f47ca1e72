import Foundation
import MediaMix
import Numerics
import Testing

/// Outcomes of plans, and their gradients.
@Suite struct CarryOverResponseTests {
    static let saturations: [Saturation] = [.logistic, .hill, .root, .michaelisMenten, .tanh]

    @Test func outcomesAreThoseOfTheDefinition() {
        let line = CarryOverResponse.Line(
            adstock: Adstock(kind: .geometric, lags: 2, isNormalised: false),
            saturation: .michaelisMenten,
            spendScale: 10,
            adstockParameters: [0.5, 0],
            saturationParameters: [1, 3],
            coefficients: [2, 4]
        )
        let response = CarryOverResponse(
            lines: [line, line],
            periods: 2,
            periodsAfter: 1,
            outcomeScale: 100
        )
        func effect(_ x: [Double], _ half: Double) -> Double {
            x.reduce(0) { $0 + $1 / (half + $1) }
        }
        // Spend of 10 and 20, and of 0 and 40, carried over by a half and not at all.
        let expected = [
            200 * (effect([1, 2.5, 1], 1) + effect([0, 4, 2], 1)),
            400 * (effect([1, 2, 0], 3) + effect([0, 4, 0], 3)),
        ]
        #expect(isNear(response.outcomes([10, 20, 0, 40]), expected, within: 1e-12))
        #expect(response.isConcave)
    }

    @Test func gradientsAreThoseOfDifferences() {
        var chance = RandomBudgets(seed: 3)
        let response = chance.response(Self.saturations, slope: 1.6, draws: 5)
        #expect(!response.isConcave)
        let plan = (0..<30).map { _ in 20 + 100 * chance.random.uniform() }
        let weights = (0..<5).map { _ in chance.random.uniform() - 0.3 }
        var gradient = [Double](repeating: 1, count: 30)
        var span = gradient.mutableSpan
        response.addGradient(of: plan.span, weights: weights.span, into: &span)
        let differences = plan.indices.map { index in
            1
                + slopeByDifferences(plan, along: index) {
                    zip(response.outcomes($0), weights).map(*).reduce(0, +)
                }
        }
        #expect(isNear(gradient, differences, within: 1e-6))
    }
}
