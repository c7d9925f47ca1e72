import Glibc
import Testing

@testable import Numerics

extension RandomStream {
    /// A stream whose next word is a given one.
    init(seed: UInt64, first: UInt64) {
        self.init(seed: seed, stream: 0, position: 0, spare: first, spareNormal: nil)
    }
}

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

    @Test("four blocks at a time are the four blocks, wherever the counter stands")
    func fourBlocks() {
        var random = RandomStream(seed: 21)
        let starts: [UInt64] = [
            0, 0xffff_fffe, 0xffff_ffff_ffff_fffe, random.next(), random.next(),
        ]
        for start in starts {
            let (stream, key) = (random.next(), random.next())
            let blocks = Philox.fourBlocks(start, stream: stream, key: key)
            for lane in 0..<4 {
                var one = RandomStream(
                    seed: key,
                    stream: stream,
                    position: start &+ UInt64(lane),
                    spare: nil,
                    spareNormal: nil
                )
                #expect(blocks.first[lane] == one.next() && blocks.second[lane] == one.next())
            }
        }
    }

    @Test("uniform numbers of four streams are those of each")
    func fourStreams() {
        var random = RandomStream(seed: 23)
        for _ in 0..<50 {
            let seed = random.next()
            let streams = SIMD4(random.next(), random.next(), random.next(), random.next())
            let positions = SIMD4(random.next(), random.next(), random.next(), random.next())
            let both = RandomStream.uniforms(seed: seed, streams: streams, positions: positions)
            for lane in 0..<4 {
                var one = RandomStream(
                    seed: seed,
                    stream: streams[lane],
                    position: positions[lane]
                )
                #expect(both.first[lane] == one.uniform() && both.second[lane] == one.uniform())
            }
        }
    }

    @Test(
        "a vector of normal numbers is the polar method of its blocks",
        arguments: [0, 1, 7, 1001]
    )
    func normalVectors(_ count: Int) {
        var (random, words) = (RandomStream(seed: 22, stream: 3), RandomStream(seed: 22, stream: 3))
        var numbers = Array(repeating: 0.0, count: count)
        var target = numbers.mutableSpan
        random.fillWithNormals(&target)
        var accuracy = Accuracy()
        var place = 0
        while place < count {
            let (x, y) = (2 * words.uniform() - 1, 2 * words.uniform() - 1)
            // Rounded as theirs: near 1 the logarithm would make much of the difference.
            let square = Float80(x * x + y * y)
            guard square < 1 else { continue }
            let factor = (-2 * log(square) / square).squareRoot()
            for value in [x, y] where place < count {
                accuracy.noteUlps(numbers[place], truth: Float80(value) * factor, at: Double(place))
                place += 1
            }
        }
        print("normal vectors of \(count): \(accuracy) units of the last place")
        #expect(accuracy.worst < 3)
        // Whole groups of four blocks are used, and nothing else changes.
        #expect(random.position % 4 == 0 && random.position >= words.position)
        var longer = Array(repeating: 0.0, count: count + 9)
        var longerTarget = longer.mutableSpan
        var again = RandomStream(seed: 22, stream: 3)
        again.fillWithNormals(&longerTarget)
        #expect(longer.prefix(count).elementsEqual(numbers))
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

    @Test("uniform numbers of the lowest and highest words are neither 0 nor 1, nor rounded")
    func ends() {
        let words: [(word: UInt64, number: Double)] = [
            (0, 0x1p-53), (0xfff, 0x1p-53), (0x1000, 0x3p-53),
            (0x7fff_ffff_ffff_ffff, 0.5 - 0x1p-53), (0x8000_0000_0000_0000, 0.5 + 0x1p-53),
            (.max - 0xfff, 1 - 0x1p-53), (.max, 1 - 0x1p-53),
        ]
        for (word, number) in words {
            var random = RandomStream(seed: 0, first: word)
            #expect(random.uniform() == number)
            for seed in 0..<10 {
                var random = RandomStream(seed: UInt64(seed), first: word)
                #expect(random.normal().isFinite)
                random = RandomStream(seed: UInt64(seed), first: word)
                let exponential = random.exponential()
                #expect(exponential > 0 && exponential < 37)
                for shape: Double in [
                    .leastNonzeroMagnitude, 1e-300, 1e-3, 1, 1e300, .greatestFiniteMagnitude,
                ] {
                    random = RandomStream(seed: UInt64(seed), first: word)
                    #expect(random.logGamma(shape: shape).isFinite)
                }
            }
        }
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
            Sampler(
                testDescription: "normal vector",
                draw: {
                    var numbers = [0.0]
                    var target = numbers.mutableSpan
                    $0.fillWithNormals(&target)
                    return numbers[0]
                },
                cdf: { SpecialFunctions.normalCDF($0) }
            ),
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
