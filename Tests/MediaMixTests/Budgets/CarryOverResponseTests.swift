import Foundation
import MediaMix
import Numerics
import Testing

/// Outcomes of plans, and their gradients.
@Suite struct CarryOverResponseTests {
    static let saturations: [Saturation] = [.logistic, .hill, .root, .michaelisMenten, .tanh]

    @Test func outcomesAreThoseOfTheDefinition() throws {
        let line = PlainLine(
            adstock: Adstock(kind: .geometric, lags: 2, isNormalised: false),
            saturation: .michaelisMenten,
            spendScale: 10,
            adstockParameters: [0.5, 0],
            saturationParameters: [1, 3],
            coefficients: [2, 4]
        )
        let response = try CarryOverResponse(
            plain: [line, line],
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

    @Test func gradientsAreThoseOfDifferences() throws {
        var chance = RandomBudgets(seed: 3)
        let response = try chance.response(Self.saturations, slope: 1.6, draws: 5)
        #expect(!response.isConcave)
        let plan = (0..<30).map { _ in 20 + 100 * chance.random.uniform() }
        let weights = (0..<5).map { _ in chance.random.uniform() - 0.3 }
        Self.expectGradient(response, plan, weights)
    }

    /// What saturates first, with an amount for each kind, and nothing in some periods.
    @Test(arguments: saturations + [.none])
    func gradientsOfSaturationFirstAreThoseOfDifferences(saturation: Saturation) throws {
        let line = PlainLine(
            adstock: Adstock(kind: .geometric, lags: 3),
            saturation: saturation,
            order: .saturationFirst,
            spendScale: 40,
            adstockParameters: [0.3, 0.6],
            saturationParameters: saturation == .hill
                ? [1.4, 0.8, 0.7, 1.2] : saturation == .none ? [] : [0.9, 0.6],
            coefficients: [2, -1]
        )
        let response = try CarryOverResponse(
            plain: [line],
            periods: 4,
            periodsAfter: 1,
            outcomeScale: 100
        )
        Self.expectGradient(response, [30, 5, 90, 1], [0.7, 0.2])
        // By the definition, period by period.
        let plan = [30.0, 5, 90, 1, 0]
        let expected = [0, 1].map { draw in
            let rate = [0.3, 0.6][draw]
            let count = saturation.parameterCount
            let own = line.saturationParameters[draw * count..<(draw + 1) * count]
            let responses = plan.map {
                saturation.respond(one: $0 / 40, parameters: Array(own).span).response
            }
            let weights = [1, rate, rate * rate].map { $0 / (1 + rate + rate * rate) }
            let sum = (0..<5).reduce(0) { sum, period in
                (0...min(2, period)).reduce(sum) { $0 + weights[$1] * responses[period - $1] }
            }
            return 100 * line.coefficients[draw] * sum
        }
        #expect(isNear(response.outcomes(Array(plan[..<4])), expected, within: 1e-10))
    }

    private static func expectGradient(
        _ response: CarryOverResponse,
        _ plan: [Double],
        _ weights: [Double]
    ) {
        var gradient = [Double](repeating: 1, count: plan.count)
        var outcomes = [Double](repeating: 1, count: weights.count)
        var span = gradient.mutableSpan
        var outcomeSpan = outcomes.mutableSpan
        response.evaluate(
            plan.span,
            weights: weights.span,
            outcomes: &outcomeSpan,
            gradient: &span
        )
        let differences = plan.indices.map { index in
            slopeByDifferences(plan, along: index) {
                zip(response.outcomes($0), weights).map(*).reduce(0, +)
            }
        }
        #expect(isNear(gradient, differences, within: 1e-6))
        #expect(outcomes == response.outcomes(plan))
    }
}
