extension RawSpan {
    /// A big-endian integer at an offset, bounds checked, of any alignment.
    @inlinable
    @inline(__always)
    func bigEndian<Integer: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int = 0,
        as type: Integer.Type
    ) -> Integer {
        // Every bit pattern is an integer; the load itself checks the bounds.
        Integer(bigEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: type))
    }
}
