import Telemetry
import Testing

@testable import Observe

@Suite("Sampling")
struct TraceSamplerTests {
    @Test("takes a part of the traces that begin here, and the same ones for a larger part")
    func ratio() throws {
        var generator = SystemRandomNumberGenerator()
        let (tenth, half) = (TraceSampler(ratio: 0.1), TraceSampler(ratio: 0.5))
        var counts = (tenth: 0, half: 0)
        for _ in 0..<10_000 {
            let identity = TraceID(using: &generator)
            if tenth.samples(identity) {
                counts.tenth += 1
                #expect(half.samples(identity))
            }
            if half.samples(identity) { counts.half += 1 }
            #expect(half.samples(identity) == half.samples(identity))
        }
        // More than ten standard deviations, of 30 and 50, on either side.
        #expect((700...1_300).contains(counts.tenth) && (4_400...5_600).contains(counts.half))
    }

    @Test("depends on the last 56 bits only, and knows the ends")
    func bounds() throws {
        let least = try #require(TraceID(high: .max, low: 0xff00_0000_0000_0000))
        let middle = try #require(TraceID(high: 1, low: 0x0080_0000_0000_0000))
        let greatest = try #require(TraceID(high: 1, low: 0x00ff_ffff_ffff_ffff))
        let expected: [(ratio: Double, samples: [Bool])] = [
            (0, [false, false, false]), (1, [true, true, true]), (0.5, [false, true, true]),
            (0.499_999, [false, false, true]),
        ]
        for (ratio, samples) in expected {
            let sampler = TraceSampler(ratio: ratio)
            #expect([least, middle, greatest].map(sampler.samples) == samples)
        }
    }

    @Test("leaves the decision to who has made it", arguments: [true, false])
    func parent(isSampled: Bool) {
        var generator = SystemRandomNumberGenerator()
        let parent = TraceContext.root(isSampled: isSampled)
        for ratio in [0.0, 1.0] {
            let child = TraceSampler(ratio: ratio).context(below: parent, using: &generator)
            #expect(child.isSampled == isSampled && child.traceID == parent.traceID)
            #expect(child.spanID != parent.spanID)
            let root = TraceSampler(ratio: ratio).context(below: nil, using: &generator)
            #expect(root.isSampled == (ratio == 1) && root.flags.contains(.random))
        }
    }

    @Test("begins traces whose identities differ, whichever process and thread they come from")
    func identities() async {
        let generators = [
            IdentityGenerator(), IdentityGenerator(), IdentityGenerator(keys: (1, 2)),
            IdentityGenerator(keys: (1, 3)),
        ]
        let numbers = await withTaskGroup(of: [UInt64].self) { group in
            for generator in generators + generators {
                group.addTask { (0..<1_000).map { _ in generator.next() } }
            }
            return await group.reduce(into: Set<UInt64>()) { $0.formUnion($1) }
        }
        // Of 8,000 random numbers of 64 bits no two are the same: the odds are below 10⁻¹¹.
        #expect(numbers.count == 8_000)
        // Each bit is set in half of them, give or take ten standard deviations of 45.
        for bit in 0..<64 {
            let count = numbers.count { $0 >> UInt64(bit) & 1 == 1 }
            #expect((3_550...4_450).contains(count), "bit \(bit)")
        }
    }
}
