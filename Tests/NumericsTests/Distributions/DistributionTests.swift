import Numerics
import Testing

@Suite("Distributions")
struct DistributionTests {
    struct Table: Decodable {
        struct Entry: Decodable {
            let law: String
            let parameters: [String]
            let x, logDensity, cdf, complement, p, quantile, complementQuantile: Double
        }
        struct Point: Decodable {
            let shares: [Double]
            let logDensity: Double
        }
        let entries: [Entry]
        let weights: [Double]
        let dirichlet: [Point]
    }

    static func make(_ name: String, _ p: [Double]) throws -> any Distribution {
        switch name {
        case "normal": Normal(mean: p[0], scale: p[1])
        case "halfNormal": HalfNormal(scale: p[0])
        case "logNormal": LogNormal(mean: p[0], scale: p[1])
        case "gamma": Gamma(shape: p[0], rate: p[1])
        case "beta": Beta(p[0], p[1])
        case "laplace": Laplace(mean: p[0], scale: p[1])
        case "exponential": Exponential(rate: p[0])
        case "uniform": Uniform(lower: p[0], upper: p[1])
        case "studentT": StudentT(degrees: p[0], location: p[1], scale: p[2])
        case "truncatedNormal":
            Truncated(Normal(mean: p[0], scale: p[1]), lower: p[2], upper: p[3])
        default: throw Unknown(name: name)
        }
    }

    struct Unknown: Error { let name: String }

    static let names = [
        "normal", "halfNormal", "logNormal", "gamma", "beta", "laplace", "exponential", "uniform",
        "studentT", "truncatedNormal",
    ]

    @Test("densities, probabilities and quantiles are SciPy's", arguments: names)
    func golden(_ name: String) throws {
        var accuracy = Accuracy()
        let entries = try Golden.read("distributions.json", as: Table.self).entries
            .filter { $0.law == name }
        #expect(entries.count >= 9)
        for entry in entries {
            let law = try Self.make(name, entry.parameters.map { try #require(Double($0)) })
            // A density is compared as a density: a logarithm near 0 has no relative error.
            accuracy.note(abs(law.logDensity(entry.x) - entry.logDensity), at: entry.x)
            // What the rounding of x itself does to a probability is nobody's error.
            // Next to a cut, shares of an interval are differences of probabilities far larger.
            let least = name == "truncatedNormal" ? 1e-2 : 0
            let rounding = 4 * entry.x.ulp * Elementary.exp(entry.logDensity)
            for (value, truth) in [
                (law.cdf(entry.x), entry.cdf), (law.complement(entry.x), entry.complement),
            ] {
                let error = abs(value - truth) - rounding
                // A probability that is no number is not below the rounding either.
                accuracy.note(error <= 0 ? 0 : error / max(truth, least), at: entry.x)
            }
            let width = abs(law.quantile(0.9) - law.quantile(0.1))
            let quantile = abs(law.quantile(entry.p) - entry.quantile)
            accuracy.note(quantile / max(abs(entry.quantile), width), at: entry.p)
            let other = abs(law.quantile(complement: entry.p) - entry.complementQuantile)
            accuracy.note(other / max(abs(entry.complementQuantile), width), at: entry.p)
        }
        print("\(name): \(accuracy)")
        #expect(accuracy.worst < 1e-11)
    }

    struct Law: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let law: any Distribution
        let points: [Double]
    }

    static let laws = [
        Law(testDescription: "normal", law: Normal(mean: 1, scale: 3), points: [-5, 0, 1, 4]),
        Law(testDescription: "half-normal", law: HalfNormal(scale: 2), points: [0.1, 1, 5]),
        Law(
            testDescription: "log-normal",
            law: LogNormal(mean: 0.5, scale: 0.8),
            points: [0.1, 4]
        ),
        Law(testDescription: "gamma", law: Gamma(shape: 2.5, rate: 0.5), points: [0.2, 5, 20]),
        Law(testDescription: "small gamma", law: Gamma(shape: 0.4, rate: 3), points: [0.01, 1]),
        Law(testDescription: "beta", law: Beta(2, 5), points: [0.05, 0.3, 0.9]),
        Law(testDescription: "laplace", law: Laplace(mean: -1, scale: 2), points: [-4, 0, 3]),
        Law(testDescription: "exponential", law: Exponential(rate: 4), points: [0.01, 1]),
        Law(testDescription: "uniform", law: Uniform(lower: -1, upper: 3), points: [0, 2]),
        Law(
            testDescription: "t",
            law: StudentT(degrees: 3, location: 1, scale: 2),
            points: [-9, 1, 4]
        ),
        Law(
            testDescription: "truncated normal",
            law: Truncated(Normal(mean: 0, scale: 1), lower: 0.5, upper: 4),
            points: [0.6, 1, 3.9]
        ),
        Law(
            testDescription: "truncated gamma",
            law: Truncated(Gamma(shape: 3, rate: 1), lower: 1),
            points: [1.5, 9]
        ),
    ]

    @Test("slopes are differences of densities, and densities of probabilities", arguments: laws)
    func slopes(_ test: Law) {
        for x in test.points {
            let slope = difference(at: x) { test.law.logDensity($0) }
            #expect(abs(test.law.slope(x) - slope) < 1e-7 * max(1, abs(slope)))
            let density = difference(at: x) { test.law.cdf($0) }
            #expect(abs(Elementary.exp(test.law.logDensity(x)) - density) < 1e-8)
        }
    }

    @Test("probabilities and their complements, logarithms and inverses agree", arguments: laws)
    func consistency(_ test: Law) {
        let law = test.law
        for p in [1e-6, 0.01, 0.25, 0.5, 0.9, 0.9999] {
            let x = law.quantile(p)
            #expect(law.support.contains(x))
            #expect(abs(law.cdf(x) / p - 1) < 1e-8)
            #expect(abs(law.cdf(x) + law.complement(x) - 1) < 1e-12)
            #expect(abs(law.logCDF(x) - Elementary.log(p)) < 1e-8)
            #expect(abs(law.logComplement(x) - Elementary.logOnePlus(-p)) < 1e-8)
            #expect(abs(law.quantile(complement: law.complement(x)) - x) < 1e-7 * max(1, abs(x)))
        }
    }

    @Test("samples follow the distribution", arguments: laws)
    func samples(_ test: Law) {
        var random = RandomStream(seed: 31)
        let draws = (0..<50_000).map { _ in test.law.sample(&random) }
        // Kolmogorov's statistic passes 2.2 once in eight thousand seeds.
        #expect(kolmogorov(draws) { test.law.cdf($0) } < 2.2)
    }

    @Test("outside the support there is no density", arguments: laws)
    func outside(_ test: Law) {
        let law = test.law
        let (low, high) = (law.support.lowerBound, law.support.upperBound)
        if low.isFinite {
            #expect(law.logDensity(low - 1) == -.infinity && law.slope(low - 1) == 0)
            #expect(law.cdf(low - 1) == 0 && law.complement(low - 1) == 1)
        }
        if high.isFinite {
            #expect(law.logDensity(high + 1) == -.infinity && law.slope(high + 1) == 0)
            #expect(law.cdf(high + 1) == 1 && law.complement(high + 1) == 0)
        }
        #expect(law.logDensity(.infinity) == -.infinity && law.logDensity(-.infinity) == -.infinity)
        #expect(law.quantile(-0.1).isNaN && law.quantile(1.1).isNaN && law.quantile(.nan).isNaN)
        #expect(law.logDensity(.nan).isNaN && law.cdf(.nan).isNaN && law.complement(.nan).isNaN)
        #expect(law.quantile(complement: -0.1).isNaN && law.quantile(complement: 1.1).isNaN)
    }

    @Test(
        "parameters outside their range make everything NaN and trap nothing",
        arguments: [0, -1, Double.nan, .infinity]
    )
    func parameters(_ bad: Double) {
        let laws: [any Distribution] = [
            Normal(mean: 0, scale: bad), HalfNormal(scale: bad), LogNormal(mean: 0, scale: bad),
            Gamma(shape: bad, rate: 1), Gamma(shape: 1, rate: bad), Beta(bad, 1), Beta(1, bad),
            Laplace(mean: 0, scale: bad), Exponential(rate: bad),
            StudentT(degrees: bad), StudentT(degrees: 2, scale: bad),
            Uniform(lower: 0, upper: bad.isFinite ? -1 : bad),
            Truncated(Normal(mean: 0, scale: bad), lower: 0.2),
            Truncated(Normal(mean: 0, scale: 1), lower: 1, upper: 0),
        ]
        var random = RandomStream(seed: 1)
        for law in laws {
            for x in [-0.5, 0.5] {
                #expect(law.logDensity(x).isNaN, "\(law)")
                #expect(law.cdf(x).isNaN && law.complement(x).isNaN, "\(law)")
            }
            #expect(law.quantile(0.5).isNaN && law.sample(&random).isNaN, "\(law)")
        }
    }
}

/// A central difference of sixth order.
func difference(at x: Double, _ function: (Double) -> Double) -> Double {
    let step = 2e-3 * max(abs(x), 0.05)
    func odd(_ factor: Double) -> Double {
        function(x + factor * step) - function(x - factor * step)
    }
    return (45 * odd(1) - 9 * odd(2) + odd(3)) / (60 * step)
}
