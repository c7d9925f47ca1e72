internal import Glibc

extension RawSpan {
    /// The byte at an offset, bounds checked.
    @inlinable
    @inline(__always)
    public func byte(at offset: Int) -> UInt8 {
        // Every bit pattern is a `UInt8`; the load itself checks the bounds.
        unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
    }

    /// A little-endian integer at an offset, bounds checked, of any alignment.
    @inlinable
    @inline(__always)
    public func littleEndian<Integer: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int,
        as type: Integer.Type
    ) -> Integer {
        // Every bit pattern is an integer; the load itself checks the bounds.
        Integer(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: type))
    }

    /// The eight bytes at an offset as a little-endian integer; those beyond the end are zero.
    ///
    /// - Parameter offset: within the bytes.
    /// - Returns: the word; its low byte is the one at the offset.
    @inlinable
    @inline(__always)
    func paddedWord(at offset: Int) -> UInt64 {
        if offset &+ 8 <= byteCount { return littleEndian(at: offset, as: UInt64.self) }
        if byteCount < 8 || offset >= byteCount { return shortPaddedWord(at: offset) }
        let missing = offset &+ 8 &- byteCount
        return littleEndian(at: byteCount &- 8, as: UInt64.self)
            &>> UInt64(truncatingIfNeeded: missing &* 8)
    }

    @usableFromInline
    @inline(never)
    func shortPaddedWord(at offset: Int) -> UInt64 {
        var word: UInt64 = 0
        for position in stride(from: byteCount - 1, through: offset, by: -1) {
            word = word << 8 | UInt64(byte(at: position))
        }
        return word
    }

    /// Whether the bytes come before others, compared byte by byte.
    func precedes(_ other: RawSpan) -> Bool {
        let common = Swift.min(byteCount, other.byteCount)
        for offset in 0..<common where byte(at: offset) != other.byte(at: offset) {
            return byte(at: offset) < other.byte(at: offset)
        }
        return byteCount < other.byteCount
    }

    /// Whether the bytes are those of a text.
    @inlinable
    public func equals(_ text: StaticString) -> Bool {
        byteCount == text.utf8CodeUnitCount && hasPrefix(text)
    }

    /// Whether the bytes begin with those of a text.
    @inlinable
    public func hasPrefix(_ text: StaticString) -> Bool {
        guard byteCount >= text.utf8CodeUnitCount else { return false }
        for offset in 0..<text.utf8CodeUnitCount {
            // Within the text's bytes, which live as long as the process.
            if byte(at: offset) != (unsafe text.utf8Start[offset]) { return false }
        }
        return true
    }

    /// Whether both spans hold the same bytes.
    public func hasSameBytes(as other: RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        return unsafe withUnsafeBytes { left in
            unsafe other.withUnsafeBytes { right in
                guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else {
                    return true
                }
                return unsafe memcmp(leftStart, rightStart, left.count) == 0
            }
        }
    }
}

extension Span where Element == UInt8 {
    /// The same bytes, untyped.
    @inlinable public var asRawSpan: RawSpan {
        @_lifetime(copy self)
        get {
            // `UInt8` has no padding: every byte of the span is initialised.
            unsafe bytes
        }
    }
}
