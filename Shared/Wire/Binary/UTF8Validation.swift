/// Finds out whether bytes are UTF-8.
///
/// Short ASCII, which nearly all strings are, is told by eight bytes at a time without a call; the
/// rest is the standard library's to judge.
package enum UTF8Validation {
    /// Where the first ill-formed sequence starts, or nil if there is none.
    ///
    /// - Parameters:
    ///   - bytes: the bytes the text lies in.
    ///   - range: where it lies; within `bytes`.
    /// - Returns: an offset in `bytes`.
    @inline(__always)
    package static func firstInvalidByte(in bytes: RawSpan, _ range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount, "out of bounds")
        var offset = range.lowerBound
        let end = range.upperBound
        // Loads of eight bytes stay below `end`, which the precondition bounds.
        while offset &+ 8 <= end {
            let word = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset,
                as: UInt64.self
            )
            if word & 0x8080_8080_8080_8080 != 0 {
                return firstInvalidByteOfMixedText(in: bytes, offset, end)
            }
            offset &+= 8
        }
        if offset == end { return nil }
        // What comes after `end` is shifted out.
        let kept =
            bytes.paddedWord(at: offset)
            &<< UInt64(truncatingIfNeeded: 64 &- 8 &* (end &- offset))
        if kept & 0x8080_8080_8080_8080 == 0 { return nil }
        return firstInvalidByteOfMixedText(in: bytes, offset, end)
    }

    /// The same from an offset where a character starts.
    @inline(never)
    private static func firstInvalidByteOfMixedText(
        in bytes: RawSpan,
        _ start: Int,
        _ end: Int
    ) -> Int? {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: Span<UInt8>(_bytes: bytes.extracting(start..<end)))
            return nil
        } catch {
            return start + error.byteOffsets.lowerBound
        }
    }
}
