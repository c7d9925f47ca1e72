/// How the bytes after a tag are delimited.
@usableFromInline
enum WireType: UInt8 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case startGroup = 3
    case endGroup = 4
    case fixed32 = 5
}

/// The zigzag map of `sint32` and `sint64`, which makes small negative numbers short.
public enum ZigZag {
    /// Maps -1 to 1, 1 to 2, -2 to 3.
    @inlinable
    public static func encode(_ value: Int32) -> UInt32 {
        UInt32(bitPattern: (value << 1) ^ (value >> 31))
    }

    /// Maps -1 to 1, 1 to 2, -2 to 3.
    @inlinable
    public static func encode(_ value: Int64) -> UInt64 {
        UInt64(bitPattern: (value << 1) ^ (value >> 63))
    }

    /// Maps 1 to -1, 2 to 1, 3 to -2.
    @inlinable
    public static func decode(_ bits: UInt32) -> Int32 {
        Int32(bitPattern: (bits >> 1) ^ (0 &- (bits & 1)))
    }

    /// Maps 1 to -1, 2 to 1, 3 to -2.
    @inlinable
    public static func decode(_ bits: UInt64) -> Int64 {
        Int64(bitPattern: (bits >> 1) ^ (0 &- (bits & 1)))
    }
}
