import Foundation
import MediaMix
import Numerics
import Testing

/// The weights by which effects carry over, and their derivatives.
@Suite struct AdstockTests {
    /// Weights by the published formulas, computed elsewhere, as they are and normalised.
    struct Published: Sendable {
        let kind: Adstock.Kind
        let parameters: [Double]
        let plain: [Double]
        let normalised: [Double]
    }

    static let published = [
        Published(
            kind: .none,
            parameters: [],
            plain: [1, 0, 0, 0, 0, 0],
            normalised: [1, 0, 0, 0, 0, 0]
        ),
        Published(
            kind: .geometric,
            parameters: [0.4],
            plain: [1, 0.4, 0.16, 0.064, 0.0256, 0.01024],
            normalised: [
                0.602467707730866, 0.240987083092346, 0.0963948332369385, 0.0385579332947754,
                0.0154231733179102, 0.00616926932716406,
            ]
        ),
        Published(
            kind: .delayed,
            parameters: [0.6, 1.7],
            plain: [
                0.228484694660424, 0.778563631011161, 0.955066501221448, 0.421769929588746,
                0.0670532935455327, 0.00383766548906763,
            ],
            normalised: [
                0.0930776254694864, 0.317162837358192, 0.389064668997894, 0.171816075465788,
                0.0273154460188342, 0.00156334668980557,
            ]
        ),
        Published(
            kind: .weibullDensity,
            parameters: [2.5, 1.8],
            plain: [
                0.922542753970227, 1, 0.661110781756008, 0.30469509752151, 0.0909586146275484, 0,
            ],
            normalised: [
                0.309650088834625, 0.335648497050163, 0.221900840280062, 0.102270451541648,
                0.0305301222935016, 0,
            ]
        ),
        Published(
            kind: .weibullDistribution,
            parameters: [3, 1.4],
            plain: [
                1, 0.806704373977004, 0.457648737138291, 0.168359561671251, 0.0377189170247351,
                0.00488249522257689,
            ],
            normalised: [
                0.403989136589235, 0.325899803525729, 0.184885118177652, 0.0680154339561107,
                0.0152380327219037, 0.0019724750293699,
            ]
        ),
        Published(
            kind: .binomial,
            parameters: [0.35],
            plain: [
                1, 0.751052416562214, 0.53532726390593, 0.3537069748425, 0.207307274336429,
                0.0976310404592229,
            ],
            normalised: [
                0.339555694824518, 0.255024125155416, 0.181773421054087, 0.120103217606924,
                0.0703923655794832, 0.0331511757795721,
            ]
        ),
        Published(
            kind: .shortBinomial,
            parameters: [0.35],
            plain: [
                1, 0.712769511289611, 0.470948454518688, 0.276022378418453, 0.129992312528743,
                0.0358807872802985,
            ],
            normalised: [
                0.380863375860429, 0.271467802280149, 0.179367018244239, 0.105126814857477,
                0.049509310985601, 0.0136656777721044,
            ]
        ),
    ]

    @Test(arguments: published)
    func weightsAreAsPublished(_ published: Published) {
        for (isNormalised, expected) in [(false, published.plain), (true, published.normalised)] {
            let adstock = Adstock(kind: published.kind, lags: 6, isNormalised: isNormalised)
            let weights = adstock.weights(published.parameters)
            #expect(isNear(weights, expected, within: 1e-13))
        }
    }

    @Test(arguments: Adstock.Kind.allCases, [false, true])
    func derivativesAreThoseOfDifferences(kind: Adstock.Kind, isNormalised: Bool) {
        var random = RandomStream(seed: 11, stream: 1)
        for lags in [1, 2, 3, 8, 13, 40] {
            let adstock = Adstock(kind: kind, lags: lags, isNormalised: isNormalised)
            for _ in 0..<10 {
                let parameters = Self.parameters(of: kind, &random)
                let adjoint = (0..<lags).map { _ in random.uniform() * 2 - 1 }
                let found = adstock.pulled(parameters, adjoint: adjoint, onto: 0)
                let differences = parameters.indices.map { index in
                    slopeByDifferences(parameters, along: index) {
                        zip(adstock.weights($0), adjoint).map(*).reduce(0, +)
                    }
                }
                #expect(isNear(found, differences, within: 1e-6))
                // The same comes upon what is there already.
                let added = adstock.pulled(parameters, adjoint: adjoint, onto: 3)
                #expect(isNear(added, found.map { $0 + 3 }, within: 1e-12))
            }
        }
    }

    /// Samplers go to the ends of ranges: nothing there is infinite or no number.
    @Test(arguments: Adstock.Kind.allCases, [false, true])
    func endsOfRangesStayFinite(kind: Adstock.Kind, isNormalised: Bool) {
        let ends: [[Double]]
        switch kind {
        case .none: ends = [[]]
        case .geometric, .binomial, .shortBinomial:
            ends = [[0], [1], [1e-300], [1e-9], [1 - 1e-16]]
        case .delayed:
            ends = [0, 1, 1e-300, 1 - 1e-16].flatMap { share in
                [0, 0.5, 3, 7, 500].map { [share, $0] }
            }
        case .weibullDensity, .weibullDistribution:
            ends = [0, 1e-300, 1e-6, 1, 1e6, 1e300].flatMap { scale in
                [0, 1e-300, 1e-6, 1, 50, 1e4].map { [scale, $0] }
            }
        }
        for lags in [1, 2, 8, 208] {
            let adstock = Adstock(kind: kind, lags: lags, isNormalised: isNormalised)
            for parameters in ends {
                let weights = adstock.weights(parameters)
                let adjoint = (0..<lags).map { Double($0 % 3) - 0.7 }
                let pulled = adstock.pulled(parameters, adjoint: adjoint, onto: 0)
                #expect((weights + pulled).allSatisfy { $0.isFinite }, "\(parameters), \(lags)")
                #expect(weights.allSatisfy { (0...1).contains($0) })
                if isNormalised { #expect(abs(weights.reduce(0, +) - 1) < 1e-12) }
            }
        }
    }

    static func parameters(of kind: Adstock.Kind, _ random: inout RandomStream) -> [Double] {
        switch kind {
        case .none: []
        case .geometric, .binomial, .shortBinomial: [0.05 + 0.9 * random.uniform()]
        case .delayed: [0.05 + 0.9 * random.uniform(), 6 * random.uniform()]
        case .weibullDensity, .weibullDistribution:
            [0.5 + 6 * random.uniform(), 0.6 + 3 * random.uniform()]
        }
    }
}

extension Adstock {
    /// The weights as an array.
    func weights(_ parameters: [Double]) -> [Double] {
        var weights = [Double](repeating: .nan, count: lags)
        var span = weights.mutableSpan
        self.weights(parameters.span, into: &span)
        return weights
    }

    /// The parameters' adjoints, added to a number each.
    func pulled(_ parameters: [Double], adjoint: [Double], onto start: Double) -> [Double] {
        var pulled = [Double](repeating: start, count: parameterCount)
        var span = pulled.mutableSpan
        pullWeights(
            parameters.span,
            weights: weights(parameters).span,
            adjoint: adjoint.span,
            into: &span
        )
        return pulled
    }
}
