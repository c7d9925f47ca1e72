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
