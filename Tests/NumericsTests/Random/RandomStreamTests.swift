import Testing

@testable import Numerics

@Suite("Random numbers")
struct RandomStreamTests {
    /// `tests/kat_vectors` of Random123 1.14, lines “philox4x32 10”: counter, key, answer.
    static let knownAnswers: [(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, answer: SIMD4<UInt32>)] =
        [
            (.zero, .zero, SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
            (
                SIMD4(repeating: .max), SIMD2(repeating: .max),
                SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
            ),
            (
                SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
                SIMD2(0xa409_3822, 0x299f_31d0),
                SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
            ),
        ]

    @Test("Philox gives the published answers")
    func philox() {
        for known in Self.knownAnswers {
            #expect(Philox.block(known.counter, key: known.key) == known.answer)
        }
    }

    @Test("a stream is Philox of its counter, its own number and the seed")
    func words() {
        let (seed, number): (UInt64, UInt64) = (0x299f_31d0_a409_3822, 0x0370_7344_1319_8a2e)
        var stream = RandomStream(
            seed: seed,
            stream: number,
            position: 0x85a3_08d3_243f_6a88,
            spare: nil,
            spareNormal: nil
        )
        #expect(stream.next() == 0x94fd_cceb_d16c_fe09)
        #expect(stream.next() == 0x2412_6ea1_5001_e420)
        #expect(stream.position == 0x85a3_08d3_243f_6a89)
    }

    @Test("a copy goes on as the original does; other seeds and streams do not")
    func copies() {
        var stream = RandomStream(seed: 7, stream: 3)
        for _ in 0..<5 { _ = stream.normal() }
        var copy = stream
        var (otherSeed, otherStream) = (RandomStream(seed: 8, stream: 3), RandomStream(seed: 7))
        let next = (0..<100).map { _ in stream.next() }
        #expect(next == (0..<100).map { _ in copy.next() })
        #expect(Set(next).isDisjoint(with: (0..<100).map { _ in otherSeed.next() }))
        #expect(Set(next).isDisjoint(with: (0..<100).map { _ in otherStream.next() }))
    }

    @Test("whole numbers below a bound are all there, as often as each other")
    func integers() {
        var random = RandomStream(seed: 5)
        var counts = Array(repeating: 0, count: 7)
        for _ in 0..<70_000 { counts[random.integer(below: 7)] += 1 }
        // Chi-squared with six degrees of freedom: 27 is passed once in ten thousand seeds.
        let statistic = counts.reduce(0.0) { $0 + Double(($1 - 10_000) * ($1 - 10_000)) / 10_000 }
        #expect(statistic < 27)
    }

    struct Sampler: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let draw: @Sendable (inout RandomStream) -> Double
        let cdf: @Sendable (Double) -> Double
    }

    static let samplers =
        [
            Sampler(testDescription: "uniform", draw: { $0.uniform() }, cdf: { $0 }),
            Sampler(testDescription: "normal", draw: { $0.normal() }) {
                SpecialFunctions.normalCDF($0)
            },
            Sampler(testDescription: "exponential", draw: { $0.exponential() }) {
                1 - Elementary.exp(-$0)
            },
        ]
        + [0.1, 0.9, 1, 1.1, 4, 250].map { shape in
            Sampler(testDescription: "gamma \(shape)", draw: { $0.gamma(shape: shape) }) {
                SpecialFunctions.gammaP(shape, $0)
            }
        }

    @Test("samples follow their distribution", arguments: samplers)
    func samples(_ sampler: Sampler) {
        var random = RandomStream(seed: 11, stream: 1)
        let draws = (0..<200_000).map { _ in sampler.draw(&random) }
        // Kolmogorov's statistic passes 2.2 once in eight thousand seeds.
        let statistic = kolmogorov(draws, sampler.cdf)
        print("\(sampler.testDescription): Kolmogorov's statistic \(statistic)")
        #expect(statistic < 2.2)
    }

    @Test("the logarithms of gamma numbers of tiny shape are finite")
    func tinyShapes() {
        var random = RandomStream(seed: 2)
        let logarithms = (0..<1000).map { _ in random.logGamma(shape: 1e-5) }
        #expect(logarithms.allSatisfy { $0.isFinite })
        #expect(logarithms.contains { $0 < -1000 })
    }
}
