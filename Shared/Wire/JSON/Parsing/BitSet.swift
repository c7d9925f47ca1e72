/// A set of small whole numbers; it allocates nothing below 256.
struct BitSet {
    private var low: InlineArray<4, UInt64> = [0, 0, 0, 0]
    private var high: Set<Int> = []

    /// Adds a number.
    ///
    /// - Returns: whether it was not there before.
    @inline(__always)
    mutating func insert(_ number: Int) -> Bool {
        if number >= 256 { return high.insert(number).inserted }
        let bit: UInt64 = 1 &<< UInt64(number & 63)
        let word = number &>> 6
        if low[word] & bit != 0 { return false }
        low[word] |= bit
        return true
    }
}
