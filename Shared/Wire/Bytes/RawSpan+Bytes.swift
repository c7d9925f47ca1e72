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

    /// The bytes as text, which the caller has validated as UTF-8.
    @unsafe
    @inlinable
    public var validatedText: UTF8Span {
        @_lifetime(copy self)
        get { unsafe UTF8Span(unchecked: Span<UInt8>(_bytes: self)) }
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

extension UTF8Span {
    /// Whether the text has exactly the scalars of `other`, byte by byte.
    public func hasSameBytes(as other: UTF8Span) -> Bool {
        span.asRawSpan.hasSameBytes(as: other.span.asRawSpan)
    }

    /// Whether the text is, byte by byte, `string`: no normalisation.
    public static func == (text: borrowing UTF8Span, string: String) -> Bool {
        text.span.asRawSpan.hasSameBytes(as: string.utf8Span.span.asRawSpan)
    }
}
