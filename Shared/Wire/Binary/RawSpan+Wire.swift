// Reads the pieces of fields from bytes that have not been validated.
//
// Each function takes the position it reads at and moves it on, and the end that what it reads
// must not pass, which is itself within the bytes. They are members of the span, not of the
// validator, so that a call copies two registers and not the validator.
extension RawSpan {
    /// Reads a tag: a number of 1…536,870,911 and one of the six wire types.
    @inline(__always)
    func readTag(_ position: inout Int, _ end: Int) throws(CodecError) -> UInt32 {
        let start = position
        let bits = try readVarint(&position, end)
        if position &- start > 5 { throw CodecError(.overlongVarint, at: start) }
        guard bits <= UInt64(UInt32.max), bits >= 8, bits & 7 <= 5 else {
            throw CodecError(.invalidTag, at: start)
        }
        return UInt32(truncatingIfNeeded: bits)
    }

    /// Reads a length and passes over so many bytes, which must be there.
    @inline(__always)
    func readContents(_ position: inout Int, _ end: Int) throws(CodecError) -> Range<Int> {
        let start = position
        let length = try readVarint(&position, end)
        if position &- start > 5 { throw CodecError(.overlongVarint, at: start) }
        if length > UInt64(bitPattern: Int64(end &- position)) {
            throw CodecError(.truncated, at: start)
        }
        let first = position
        position &+= Int(truncatingIfNeeded: length)
        return unsafe Range(uncheckedBounds: (first, position))
    }

    /// Passes over a number of bytes, which must be there.
    @inline(__always)
    func pass(_ width: Int, _ position: inout Int, _ end: Int) throws(CodecError) {
        if end &- position < width { throw CodecError(.truncated, at: position) }
        position &+= width
    }

    /// Reads a varint of at most ten bytes and 64 bits.
    @inline(__always)
    func readVarint(_ position: inout Int, _ end: Int) throws(CodecError) -> UInt64 {
        if position < end {
            // `end` is never beyond the bytes: lengths are checked before they move it.
            let byte = unsafe unsafeLoad(fromUncheckedByteOffset: position, as: UInt8.self)
            if byte < 0x80 {
                position &+= 1
                return UInt64(byte)
            }
        }
        if let (value, length) = Varint.decode(paddedWord(at: position)),
            length <= end &- position
        {
            position &+= length
            return value
        }
        let (value, next) = try readVarintByByte(position, end)
        position = next
        return value
    }

    /// Reads a varint of nine or ten bytes, or finds that it is cut short.
    @inline(never)
    func readVarintByByte(
        _ start: Int,
        _ end: Int
    ) throws(CodecError) -> (value: UInt64, next: Int) {
        var position = start
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            let byte = self.byte(at: position)
            if shift == 63 && byte > 1 { throw CodecError(.overlongVarint, at: start) }
            position &+= 1
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return (value, position) }
            shift &+= 7
        }
        throw CodecError(.truncated, at: start)
    }
}
