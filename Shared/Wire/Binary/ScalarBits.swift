/// Reads and writes scalars of any kind as the 64 bits they are written by.
///
/// For varints those are the bits of the shortest coding of the value the field's type can hold:
/// what is sent beyond its width is dropped, as protobuf specifies.
enum ScalarBits {
    /// Reads one element of a valid message.
    @inline(__always)
    static func read(_ reader: inout WireReader, _ kind: FieldKind) -> UInt64 {
        switch kind {
        case .fixed32, .sfixed32, .float: UInt64(reader.fixed32())
        case .fixed64, .sfixed64, .double: reader.fixed64()
        case .bool: reader.varint() == 0 ? 0 : 1
        case .uint32, .sint32: reader.varint() & 0xFFFF_FFFF
        case .int32, .enumeration:
            UInt64(bitPattern: Int64(Int32(truncatingIfNeeded: reader.varint())))
        default: reader.varint()
        }
    }

    /// Writes one element.
    static func write(_ bits: UInt64, _ kind: FieldKind, to output: inout OutputBuffer) {
        switch kind.wireType {
        case .fixed32: output.appendFixed(UInt32(truncatingIfNeeded: bits))
        case .fixed64: output.appendFixed(bits)
        default: output.appendVarint(bits)
        }
    }

    /// A number that orders the elements of a kind as their values are ordered.
    static func order(_ bits: UInt64, _ kind: FieldKind) -> UInt64 {
        let signed: Int64
        switch kind {
        case .int32, .int64, .sfixed64: signed = Int64(bitPattern: bits)
        case .sint32: signed = Int64(ZigZag.decode(UInt32(truncatingIfNeeded: bits)))
        case .sint64: signed = ZigZag.decode(bits)
        case .sfixed32: signed = Int64(Int32(truncatingIfNeeded: bits))
        default: return bits
        }
        return UInt64(bitPattern: signed) ^ (1 << 63)
    }
}
