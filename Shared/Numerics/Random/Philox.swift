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
        // Lanes hold 32 bits each, for products of them have 64.
        let low = Lanes(repeating: 0xffff_ffff)
        var (a, b) = (positions & low, positions &>> 32)
        var (c, d) = (streams & low, streams &>> 32)
        var (lowKey, highKey) = (key & 0xffff_ffff, key >> 32)
        for _ in 0..<10 {
            let first = a &* Lanes(repeating: 0xd251_1f53)
            let second = c &* Lanes(repeating: 0xcd9e_8d57)
            a = (second &>> 32) ^ b ^ Lanes(repeating: lowKey)
            c = (first &>> 32) ^ d ^ Lanes(repeating: highKey)
            (b, d) = (second & low, first & low)
            lowKey = (lowKey &+ 0x9e37_79b9) & 0xffff_ffff
            highKey = (highKey &+ 0xbb67_ae85) & 0xffff_ffff
        }
        return (b &<< 32 | a, d &<< 32 | c)
    }
}
