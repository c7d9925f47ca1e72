import TestKit
import Testing

@testable import Telemetry

@Suite("A trace context")
struct TraceContextTests {
    private static let sampled = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("is read from a traceparent and written back")
    func roundTrip() throws {
        let context = try #require(TraceContext(traceparent: Self.sampled))
        #expect(context.traceID.description == "0af7651916cd43dd8448eb211c80319c")
        #expect(context.traceID.high == 0x0af7_6519_16cd_43dd)
        #expect(context.traceID.low == 0x8448_eb21_1c80_319c)
        #expect(context.spanID.description == "b7ad6b7169203331")
        #expect(context.flags == .sampled && context.isSampled)
        #expect(context.traceparent == Self.sampled)
        #expect(context.traceparent.utf8.count == TraceContext.traceparentLength)
    }

    @Test(
        "keeps the flags that have a meaning",
        arguments: [
            ("00", "00"), ("01", "01"), ("02", "02"), ("03", "03"), ("04", "00"), ("ff", "03"),
            ("09", "01"),
        ]
    )
    func flags(sent: String, passedOn: String) throws {
        let text = Self.sampled.dropLast(2)
        let context = try #require(TraceContext(traceparent: text + sent))
        #expect(context.traceparent == text + passedOn)
    }

    @Test(
        "is not read from anything else",
        arguments: [
            "",
            "00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
            // Of version 00 there is no more than four fields.
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-012",
            // The header twice.
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01,"
                + "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            // Version ff, and versions that are no number in lower case.
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "FF-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "0G-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "0-00af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            // Later versions without what all have, or with something but a dash behind it.
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-012",
            "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what",
            // Identities of zero, in capitals, too short and too long.
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-B7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-011",
            "00-0af7651916cd43dd8448eb211c80319c0-b7ad6b7169203331-0",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333-011",
            "00-.af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-.7ad6b7169203331-01",
            // Dashes and flags.
            "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-.1",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0A",
            " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-é",
        ]
    )
    func refusals(text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test(
        "is read from later versions, and written as version 00",
        arguments: ["", "-", "-what-the-future-will-be-like", "-é"]
    )
    func laterVersions(rest: String) throws {
        for version in ["01", "cc", "fe"] {
            let text = version + Self.sampled.dropFirst(2) + rest
            let context = try #require(TraceContext(traceparent: text), "\(text)")
            #expect(context.traceparent == Self.sampled)
        }
    }

    @Test("is refused if any byte of it is replaced by one that cannot stand there")
    func everyByte() {
        let bytes = Array(Self.sampled.utf8)
        for place in bytes.indices {
            for byte in [0x00, 0x20, 0x2f, 0x3a, 0x40, 0x41, 0x46, 0x60, 0x67, 0x80, 0xff] {
                var changed = bytes
                changed[place] = UInt8(byte)
                #expect(TraceContext(traceparent: changed.span) == nil, "\(byte) at \(place)")
            }
        }
    }

    @Test("keeps its state, of several headers as of one, unless the list is malformed")
    func state() throws {
        let whole = TraceContext(traceparent: Self.sampled, tracestate: ["a=1", "b=2,c=3"])
        #expect(try #require(whole).state.text == "a=1,b=2,c=3")
        let bad = TraceContext(traceparent: Self.sampled, tracestate: ["a=1", "=2"])
        #expect(try #require(bad).state.isEmpty)
        #expect(TraceContext(traceparent: "00", tracestate: ["a=1"]) == nil)
        #expect(try #require(TraceContext(traceparent: Self.sampled)).state.isEmpty)
    }

    @Test("has children of the same trace with identities of their own")
    func children() throws {
        let parent = try #require(
            TraceContext(traceparent: Self.sampled, tracestate: ["vendor=value"])
        )
        var generator = SeededGenerator(seed: 7)
        let child = parent.child(using: &generator)
        let other = parent.child(using: &generator)
        var again = SeededGenerator(seed: 7)
        #expect(child == parent.child(using: &again))
        #expect(child.traceID == parent.traceID && child.flags == parent.flags)
        #expect(child.state == parent.state)
        #expect(Set([child.spanID, other.spanID, parent.spanID]).count == 3)
        #expect(parent.child().spanID != parent.child().spanID)
    }

    @Test("begins with random identities, and says that they are")
    func roots() {
        var generator = SeededGenerator(seed: 11)
        let root = TraceContext.root(isSampled: true, using: &generator)
        var same = SeededGenerator(seed: 11)
        #expect(root.traceID.high == same.next())
        #expect(root.traceID.low == same.next())
        #expect(root.spanID.bits == same.next())
        #expect(root.flags == [.sampled, .random] && root.state.isEmpty)
        #expect(TraceContext.root(isSampled: false).flags == .random)
        let many = Set((0..<1_000).map { _ in TraceContext.root(isSampled: true).traceID })
        #expect(many.count == 1_000)
    }

    @Test("is never zero, whatever the source of randomness gives")
    func brokenSource() {
        struct Zeros: RandomNumberGenerator {
            func next() -> UInt64 { 0 }
        }
        var zeros = Zeros()
        let root = TraceContext.root(isSampled: false, using: &zeros)
        #expect(root.traceID.description == "00000000000000000000000000000001")
        #expect(root.spanID.description == "0000000000000001")
        #expect(TraceID(high: 0, low: 0) == nil && SpanID(bits: 0) == nil)
    }

    @Test("has identities that are read from their text alone")
    func identities() {
        #expect(TraceID("0af7651916cd43dd8448eb211c80319c")?.low == 0x8448_eb21_1c80_319c)
        for text in ["", "0af7651916cd43dd8448eb211c80319", "0af7651916cd43dd8448eb211c80319C"] {
            #expect(TraceID(text) == nil)
        }
        #expect(SpanID("00f067aa0ba902b7")?.bits == 0x00f0_67aa_0ba9_02b7)
        for text in ["", "00f067aa0ba902b", "00f067aa0ba902b77", "0000000000000000"] {
            #expect(SpanID(text) == nil)
        }
    }
}
