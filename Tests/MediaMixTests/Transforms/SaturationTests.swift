import Foundation
import MediaMix
import Numerics
import Testing

/// How effects level off, and the derivatives of that.
@Suite struct SaturationTests {
    /// Responses by the published formulas, computed elsewhere, to 0, 0.05, 0.4, 1 and 2.5.
    struct Published: Sendable {
        let saturation: Saturation
        let parameters: [Double]
        let responses: [Double]
    }

    static let published = [
        Published(saturation: .none, parameters: [], responses: [0, 0.05, 0.4, 1, 2.5]),
        Published(
            saturation: .logistic,
            parameters: [3.2],
            responses: [
                0, 0.0798297691111314, 0.564899552846225, 0.921668554406471, 0.999329299739067,
            ]
        ),
        Published(
            saturation: .hill,
            parameters: [1.7, 0.6],
            responses: [
                0, 0.0144238784725257, 0.334190882743496, 0.70441340358053, 0.918795865278681,
            ]
        ),
        Published(
            saturation: .hill,
            parameters: [0.7, 0.6],
            responses: [
                0, 0.149384758107772, 0.429516135823525, 0.588453994632045, 0.730858272214798,
            ]
        ),
        Published(
            saturation: .tanh,
            parameters: [0.8],
            responses: [
                0, 0.0624187467475125, 0.46211715726001, 0.848283639957513, 0.996146530673345,
            ]
        ),
        Published(
            saturation: .michaelisMenten,
            parameters: [0.45],
            responses: [0, 0.1, 0.470588235294118, 0.689655172413793, 0.847457627118644]
        ),
        Published(
            saturation: .root,
            parameters: [0.55],
            responses: [0, 0.192501227152835, 0.604133606598898, 1, 1.65526298996958]
        ),
    ]

    @Test(arguments: published)
    func responsesAreAsPublished(_ published: Published) {
        let found = published.saturation.responses([0, 0.05, 0.4, 1, 2.5], published.parameters)
        #expect(isNear(found, published.responses, within: 1e-14))
    }

    @Test(arguments: Saturation.allCases)
    func derivativesAreThoseOfDifferences(_ saturation: Saturation) {
        var random = RandomStream(seed: 7, stream: 1)
        for count in [0, 1, 3, 4, 63, 64, 65, 179] {
            let parameters = (0..<saturation.parameterCount).map { _ in 0.3 + 2 * random.uniform() }
            let x = (0..<count).map { _ in 0.02 + 1.5 * random.uniform() }
            let adjoint = (0..<count).map { _ in random.uniform() * 2 - 1 }
            let found = saturation.pulled(x, parameters, adjoint: adjoint, onto: 2)
            let byParameters = parameters.indices.map { index in
                2
                    + slopeByDifferences(parameters, along: index) {
                        zip(saturation.responses(x, $0), adjoint).map(*).reduce(0, +)
                    }
            }
            let byX = x.indices.map { index in
                2
                    + slopeByDifferences([x[index]], along: 0) {
                        saturation.responses($0, parameters)[0] * adjoint[index]
                    }
            }
            #expect(isNear(found.parameters, byParameters, within: 1e-7))
            #expect(isNear(found.x, byX, within: 1e-7))
        }
    }

    /// One number at a time has the bits of many, and the derivative that many have.
    @Test(arguments: Saturation.allCases)
    func oneIsAsMany(_ saturation: Saturation) {
        let parameters = Array([0.7, 0.4].prefix(saturation.parameterCount))
        let x = (0..<70).map { Double($0) * 0.03 }
        let many = saturation.responses(x, parameters)
        let ones = [Double](repeating: 1, count: x.count)
        let slopes = saturation.pulled(x, parameters, adjoint: ones, onto: 0).x
        for index in x.indices {
            let one = saturation.respond(one: x[index], parameters: parameters.span)
            #expect(one.response == many[index])
            #expect(abs(one.slope - slopes[index]) <= 1e-12 * max(1, abs(slopes[index])))
        }
    }

    /// Weeks without spend respond with nothing, move no parameter, and have a finite slope.
    @Test(arguments: Saturation.allCases, [0.3, 1, 2.5])
    func nothingStaysFinite(saturation: Saturation, first: Double) {
        let parameters = Array([first, 0.4].prefix(saturation.parameterCount))
        let found = saturation.pulled([0, 0], parameters, adjoint: [1, -3], onto: 0)
        #expect(saturation.responses([0, 0], parameters) == [0, 0])
        #expect(found.parameters.allSatisfy { $0 == 0 })
        #expect(found.x[0] >= 0 && found.x[0].isFinite)
        #expect(isNear([found.x[1] / -3], [found.x[0]], within: 1e-12))
        let limit: Double? =
            switch saturation {
            case .none: 1
            case .logistic: first / 2
            case .tanh, .michaelisMenten: 1 / first
            case .hill: first == 1 ? 1 / 0.4 : first > 1 ? 0 : nil
            case .root: first == 1 ? 1 : first > 1 ? 0 : nil
            }
        if let limit {
            #expect(abs(found.x[0] - limit) < 1e-12)
        } else {
            // It grows without limit, but slowly enough that 2⁻⁴⁰ stands for nothing.
            let near = saturation.respond(one: 0x1p-40, parameters: parameters.span)
            #expect(found.x[0] == near.slope && near.slope > 1e6)
        }
    }

    @Test(arguments: Saturation.allCases)
    func endsOfRangesStayFinite(_ saturation: Saturation) {
        let ends = [0, 1e-300, 1e-9, 1, 1e9]
        for first in ends {
            for second in ends {
                let parameters = Array([first, second].prefix(saturation.parameterCount))
                let x = [0, 1e-12, 0.5, 1]
                let found = saturation.pulled(
                    x,
                    parameters,
                    adjoint: [1, -1, 1, -1],
                    onto: 0
                )
                let all = saturation.responses(x, parameters) + found.parameters + found.x
                #expect(all.allSatisfy { $0.isFinite }, "\(parameters)")
            }
        }
    }
}

extension Saturation {
    /// The responses as an array.
    func responses(_ x: [Double], _ parameters: [Double]) -> [Double] {
        var responses = [Double](repeating: .nan, count: x.count)
        var span = responses.mutableSpan
        respond(x.span, parameters: parameters.span, into: &span)
        return responses
    }

    /// The adjoints of parameters and of x, added to a number each.
    func pulled(
        _ x: [Double],
        _ parameters: [Double],
        adjoint: [Double],
        onto start: Double
    ) -> (parameters: [Double], x: [Double]) {
        var byParameters = [Double](repeating: start, count: parameterCount)
        var byX = [Double](repeating: start, count: x.count)
        var parametersSpan = byParameters.mutableSpan
        var xSpan = byX.mutableSpan
        pull(
            x: x.span,
            parameters: parameters.span,
            result: responses(x, parameters).span,
            adjoint: adjoint.span,
            into: &parametersSpan,
            x: &xSpan
        )
        return (byParameters, byX)
    }
}
