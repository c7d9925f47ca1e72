/// Philox4x32-10: random bits as a function of a counter and a key.
///
/// Salmon, Moraes, Dror and Shaw, “Parallel random numbers: as easy as 1, 2, 3”, SC 2011.
enum Philox {
    typealias Block = SIMD4<UInt32>

    /// The bits of one counter.
    ///
    /// - Parameters:
    ///   - counter: which block.
    ///   - key: which of 2⁶⁴ functions.
    /// - Returns: four words.
    static func block(_ counter: Block, key: SIMD2<UInt32>) -> Block {
        var block = counter
        var key = key
        for _ in 0..<10 {
            let first = UInt64(block[0]) * 0xd251_1f53
            let second = UInt64(block[2]) * 0xcd9e_8d57
            block = Block(
                UInt32(truncatingIfNeeded: second >> 32) ^ block[1] ^ key[0],
                UInt32(truncatingIfNeeded: second),
                UInt32(truncatingIfNeeded: first >> 32) ^ block[3] ^ key[1],
                UInt32(truncatingIfNeeded: first)
            )
            key = key &+ SIMD2(0x9e37_79b9, 0xbb67_ae85)
        }
        return block
    }
}

extension Philox {
    typealias Lanes = SIMD4<UInt64>

    /// The bits of four counters that follow each other, and share their upper half.
    ///
    /// - Parameters:
    ///   - position: the lower half of the first; the others are one more each, and wrap around.
    ///   - stream: the upper half.
    ///   - key: which of 2⁶⁴ functions.
    /// - Returns: the first and the second 64 bits of each block.
    @inline(__always)
    static func fourBlocks(
        _ position: UInt64,
        stream: UInt64,
        key: UInt64
    ) -> (first: Lanes, second: Lanes) {
        let positions = Lanes(repeating: position) &+ Lanes(0, 1, 2, 3)
        return fourBlocks(positions, streams: Lanes(repeating: stream), key: key)
    }

    /// The bits of four counters.
    ///
    /// - Parameters:
    ///   - positions: their lower halves.
    ///   - streams: their upper halves.
    ///   - key: which of 2⁶⁴ functions.
    /// - Returns: the first and the second 64 bits of each block.
    @inline(__always)
    static func fourBlocks(
        _ positions: Lanes,
        streams: Lanes,
        key: UInt64
    ) -> (first: Lanes, second: Lanes) {
        // Two at a time: of four, halves would be taken apart and put together at each turn. Both
        // turn side by side, for each waits for its own products.
        var left = TwoBlocks(positions.lowHalf, streams.lowHalf)
        var right = TwoBlocks(positions.highHalf, streams.highHalf)
        var lowKey = TwoBlocks.Lanes(repeating: key & 0xffff_ffff)
        var highKey = TwoBlocks.Lanes(repeating: key >> 32)
        for _ in 0..<10 {
            left.turn(lowKey, highKey)
            right.turn(lowKey, highKey)
            lowKey = (lowKey &+ 0x9e37_79b9) & TwoBlocks.low
            highKey = (highKey &+ 0xbb67_ae85) & TwoBlocks.low
        }
        return (
            Lanes(lowHalf: left.first, highHalf: right.first),
            Lanes(lowHalf: left.second, highHalf: right.second)
        )
    }
}

/// Two counters on the way to their bits: lanes hold 32 bits each, for products of them have 64.
private struct TwoBlocks {
    typealias Lanes = SIMD2<UInt64>

    private var a: Lanes
    private var b: Lanes
    private var c: Lanes
    private var d: Lanes

    static var low: Lanes {
        @inline(__always) get { Lanes(repeating: 0xffff_ffff) }
    }

    @inline(__always)
    init(_ positions: Lanes, _ streams: Lanes) {
        (a, b) = (positions & Self.low, positions &>> 32)
        (c, d) = (streams & Self.low, streams &>> 32)
    }

    @inline(__always)
    mutating func turn(_ lowKey: Lanes, _ highKey: Lanes) {
        // That factors have 32 bits is said once more: the product is then one instruction.
        let first = (a & Self.low) &* Lanes(repeating: 0xd251_1f53)
        let second = (c & Self.low) &* Lanes(repeating: 0xcd9e_8d57)
        a = (second &>> 32) ^ b ^ lowKey
        c = (first &>> 32) ^ d ^ highKey
        (b, d) = (second & Self.low, first & Self.low)
    }

    /// The first 64 bits of each.
    var first: Lanes {
        @inline(__always) get { b &<< 32 | a }
    }

    /// The second 64 bits of each.
    var second: Lanes {
        @inline(__always) get { d &<< 32 | c }
    }
}
