import Numerics
import Testing

@Suite("Distributions at their edges")
struct EdgeTests {
    typealias Law = DistributionTests.Law

    /// The usual laws, and those whose densities have poles, corners and far tails.
    static let laws =
        DistributionTests.laws
        + [
            ("flat beta", Beta(1, 1) as any Distribution), ("arcsine", Beta(0.5, 0.5)),
            ("one-sided beta", Beta(0.01, 30)), ("shape 1", Gamma(shape: 1, rate: 2)),
            ("tiny shape", Gamma(shape: 1e-3, rate: 1)),
            ("large shape", Gamma(shape: 1e5, rate: 1)),
            ("Cauchy", StudentT(degrees: 1)), ("nearly normal", StudentT(degrees: 1e8)),
            ("narrow", Normal(mean: 3, scale: 1e-12)), ("wide", Normal(mean: 0, scale: 1e12)),
            ("wide log-normal", LogNormal(mean: 0, scale: 40)),
            ("slow", Exponential(rate: 1e-9)),
            ("tiny uniform", Uniform(lower: 1, upper: 1 + 1e-15)),
            ("far tail", Truncated(Normal(mean: 0, scale: 1), lower: 7, upper: 9)),
            ("cut beta", Truncated(Beta(0.5, 0.5), upper: 0.5)),
            ("half Cauchy", Truncated(StudentT(degrees: 1), lower: 0)),
        ].map { Law(testDescription: $0, law: $1, points: []) }

    /// Numbers where something may go wrong, in order.
    private func places(_ law: any Distribution) -> [Double] {
        let ends = [law.support.lowerBound, law.support.upperBound]
        let near = ends.filter(\.isFinite).flatMap { [$0.nextDown, $0, $0.nextUp] }
        let extremes = [
            Double.greatestFiniteMagnitude, 1e300, 1e20, 1, 1e-300, .leastNonzeroMagnitude,
        ]
        let quantiles = [1e-300, 1e-16, 0.5, 1 - 1e-16].map { law.quantile($0) }
        let all = near + quantiles + extremes + extremes.map { -$0 } + [0, .infinity, -.infinity]
        return all.sorted()
    }

    @Test("densities are never NaN, and there is none outside the support", arguments: laws)
    func densities(_ test: Law) {
        let law = test.law
        for x in places(law) {
            let density = law.logDensity(x)
            #expect(!density.isNaN, "at \(x)")
            if !law.support.contains(x) || x.isInfinite {
                #expect(density == -.infinity, "at \(x)")
            }
            // A pole is only at an end of the support.
            if density == .infinity {
                #expect(x == law.support.lowerBound || x == law.support.upperBound)
            }
        }
    }

    @Test("probabilities rise from 0 to 1, and their complements fall", arguments: laws)
    func probabilities(_ test: Law) {
        let law = test.law
        var (low, high) = (0.0, 1.0)
        for x in places(law) {
            let (below, above) = (law.cdf(x), law.complement(x))
            #expect((0...1).contains(below) && (0...1).contains(above), "at \(x)")
            #expect(below >= low - 1e-15 && above <= high + 1e-15, "at \(x)")
            #expect(abs(below + above - 1) < 1e-10, "at \(x)")
            #expect(law.logCDF(x) <= 0 && law.logComplement(x) <= 0, "at \(x)")
            (low, high) = (below, above)
        }
        #expect(law.cdf(-.infinity) == 0 && law.cdf(.infinity) == 1)
        #expect(law.complement(-.infinity) == 1 && law.complement(.infinity) == 0)
        #expect(law.logCDF(-.infinity) == -.infinity && law.logCDF(.infinity) == 0)
        #expect(law.logComplement(-.infinity) == 0 && law.logComplement(.infinity) == -.infinity)
    }

    @Test("quantiles rise within the support, from one end of it to the other", arguments: laws)
    func quantiles(_ test: Law) {
        let (law, support) = (test.law, test.law.support)
        #expect(law.quantile(0) == support.lowerBound && law.quantile(1) == support.upperBound)
        #expect(law.quantile(complement: 0) == support.upperBound)
        #expect(law.quantile(complement: 1) == support.lowerBound)
        let probabilities = [
            0, .leastNonzeroMagnitude, 1e-300, 1e-16, 1e-3, 0.5, 0.999, 1 - 1e-16, 1,
        ]
        let rising = probabilities.map { law.quantile($0) }
        #expect(rising.allSatisfy { support.contains($0) } && rising == rising.sorted())
        let falling = probabilities.map { law.quantile(complement: $0) }
        #expect(falling.allSatisfy { support.contains($0) })
        #expect(falling == falling.sorted { $0 > $1 })
    }

    @Test("what is asked of NaN is NaN", arguments: laws)
    func notANumber(_ test: Law) {
        let law = test.law
        let answers = [
            law.logDensity(.nan), law.slope(.nan), law.cdf(.nan), law.complement(.nan),
            law.quantile(.nan), law.quantile(complement: .nan), law.logCDF(.nan),
            law.logComplement(.nan),
        ]
        #expect(answers.allSatisfy { $0.isNaN }, "\(answers)")
    }

    @Test("samples are in the support, with the most extreme words among them", arguments: laws)
    func samples(_ test: Law) {
        for first in [UInt64.min, 1, .max / 2, .max - 1, .max] {
            for seed in 0..<20 {
                var random = RandomStream(seed: UInt64(seed), first: first)
                let x = test.law.sample(&random)
                #expect(test.law.support.contains(x), "\(x) of \(first)")
            }
        }
    }
}
