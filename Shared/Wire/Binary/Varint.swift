/// Reads variable-length integers.
@usableFromInline
enum Varint {
    /// Reads a varint of two to eight bytes from the eight bytes at an offset, all at once.
    ///
    /// The seven-bit groups are squeezed together pairwise, in three steps.
    ///
    /// - Parameter word: the eight bytes, little-endian.
    /// - Returns: the value and its length; nil if no byte ends it.
    @inlinable
    @inline(__always)
    static func decode(_ word: UInt64) -> (value: UInt64, length: Int)? {
        let ends = ~word & 0x8080_8080_8080_8080
        if ends == 0 { return nil }
        // All bits up to and with the highest of the last byte.
        var groups = word & (ends ^ (ends &- 1))
        groups &= 0x7F7F_7F7F_7F7F_7F7F
        groups = (groups & 0x007F_007F_007F_007F) | ((groups & 0x7F00_7F00_7F00_7F00) &>> 1)
        groups = (groups & 0x0000_3FFF_0000_3FFF) | ((groups & 0x3FFF_0000_3FFF_0000) &>> 2)
        groups = (groups & 0x0000_0000_0FFF_FFFF) | ((groups & 0x0FFF_FFFF_0000_0000) &>> 4)
        return (groups, (ends.trailingZeroBitCount &+ 1) &>> 3)
    }
}
