/// Walks the fields of a message that has been validated.
///
/// Generated views use it to find their fields. Bounds are checked at every load all the same: a
/// reader of bytes that were not validated stops the process, it does not read past them.
public struct WireReader: ~Escapable {
    @usableFromInline let bytes: RawSpan
    @usableFromInline var offset: Int
    @usableFromInline let end: Int

    /// Reads a message from its start.
    @inlinable
    @_lifetime(copy bytes)
    public init(_ bytes: RawSpan) {
        self.bytes = bytes
        offset = 0
        end = bytes.byteCount
    }

    /// Reads a message that lies within another, with offsets of the outer one.
    @inlinable
    @_lifetime(copy bytes)
    init(_ bytes: RawSpan, from slice: FieldSlice) {
        self.bytes = bytes
        offset = Int(slice.start)
        end = Int(slice.start) &+ Int(slice.count)
    }

    /// The offset of the next byte to be read.
    @inlinable public var position: Int { offset }

    /// The next field's tag, number × 8 + wire type, or nil at the end.
    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    public mutating func nextTag() -> UInt32? {
        offset < end ? UInt32(truncatingIfNeeded: varint()) : nil
    }

    /// Reads a varint.
    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    public mutating func varint() -> UInt64 {
        let byte = bytes.byte(at: offset)
        if byte < 0x80 {
            offset &+= 1
            return UInt64(byte)
        }
        return longVarint()
    }

    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func longVarint() -> UInt64 {
        if let (value, length) = Varint.decode(bytes.paddedWord(at: offset)) {
            offset &+= length
            return value
        }
        let (value, next) = Self.byteWiseVarint(bytes, offset)
        offset = next
        return value
    }

    // The rare paths take and return the offset: a reader whose address no call takes stays in
    // registers.

    /// Reads a varint of nine or ten bytes.
    @usableFromInline
    @inline(never)
    static func byteWiseVarint(_ bytes: RawSpan, _ start: Int) -> (value: UInt64, next: Int) {
        var offset = start
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = bytes.byte(at: offset)
            offset &+= 1
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 || shift >= 63 { return (value, offset) }
            shift &+= 7
        }
    }

    /// Reads four bytes, little-endian.
    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    public mutating func fixed32() -> UInt32 {
        let value = bytes.littleEndian(at: offset, as: UInt32.self)
        offset &+= 4
        return value
    }

    /// Reads eight bytes, little-endian.
    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    public mutating func fixed64() -> UInt64 {
        let value = bytes.littleEndian(at: offset, as: UInt64.self)
        offset &+= 8
        return value
    }

    /// Reads a length and passes over so many bytes.
    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    public mutating func slice() -> FieldSlice {
        let count = Int(truncatingIfNeeded: varint())
        let slice = FieldSlice(start: offset, count: count)
        offset &+= count
        return slice
    }

    /// Passes over the value of a field and says where it lies; a length is not part of it.
    ///
    /// - Parameter tag: the field's tag, which has just been read.
    /// - Returns: the contents of a length-delimited field, else the bytes after the tag.
    @inlinable
    @_lifetime(self: copy self)
    public mutating func valueSlice(_ tag: UInt32) -> FieldSlice {
        if tag & 7 == 2 { return slice() }
        let start = offset
        skip(tag)
        return FieldSlice(start: start, count: offset &- start)
    }

    /// Passes over the value of a field.
    ///
    /// - Parameter tag: the field's tag, which has just been read.
    @inlinable
    @inline(__always)
    @_lifetime(self: copy self)
    public mutating func skip(_ tag: UInt32) {
        offset = Self.skip(tag, bytes, offset, end)
    }

    @usableFromInline
    @inline(never)
    static func skip(_ tag: UInt32, _ bytes: RawSpan, _ offset: Int, _ end: Int) -> Int {
        var reader = WireReader(bytes, from: FieldSlice(start: offset, count: end &- offset))
        var openGroups = 0
        var tag = tag
        while true {
            switch WireType(rawValue: UInt8(tag & 7)) {
            case .varint: _ = reader.varint()
            case .fixed64: reader.offset &+= 8
            case .fixed32: reader.offset &+= 4
            case .lengthDelimited: _ = reader.slice()
            case .startGroup: openGroups += 1
            case .endGroup: openGroups -= 1
            case nil: preconditionFailure("a reader was given bytes that were not validated")
            }
            if openGroups <= 0 { return reader.offset }
            guard let next = reader.nextTag() else { return reader.offset }
            tag = next
        }
    }
}
