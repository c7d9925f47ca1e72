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
}
