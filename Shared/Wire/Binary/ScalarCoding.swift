/// How a number type of `.proto` files is written, and what it is in Swift.
public protocol ScalarCoding {
    /// The Swift type.
    associatedtype Value: Equatable & Sendable

    /// The bytes of each element, or 0 for varints.
    static var fixedWidth: Int { get }

    /// Reads one element.
    static func read(_ reader: inout WireReader) -> Value

    /// Writes one element.
    static func write(_ value: Value, to buffer: inout OutputBuffer)
}

extension ScalarCoding {
    /// The bytes of each element: 0, as for varints.
    @inlinable public static var fixedWidth: Int { 0 }

    /// Reads an element where ``WireReader/valueSlice(_:)`` found it.
    ///
    /// - Parameters:
    ///   - slice: where it lies.
    ///   - message: the bytes it lies in.
    @inlinable
    public static func value(at slice: FieldSlice, in message: RawSpan) -> Value {
        var reader = WireReader(message, from: slice)
        return read(&reader)
    }
}

/// The codings of the scalar types, by their names in `.proto` files.
public enum Scalar {
    /// `int32`: a varint; negative numbers take ten bytes.
    public enum Int32: ScalarCoding {
        @inlinable public static func read(_ reader: inout WireReader) -> Swift.Int32 {
            Swift.Int32(truncatingIfNeeded: reader.varint())
        }
        @inlinable public static func write(_ value: Swift.Int32, to buffer: inout OutputBuffer) {
            buffer.appendVarint(Swift.UInt64(bitPattern: Swift.Int64(value)))
        }
    }

    /// `int64`: a varint; negative numbers take ten bytes.
    public enum Int64: ScalarCoding {
        @inlinable public static func read(_ reader: inout WireReader) -> Swift.Int64 {
            Swift.Int64(bitPattern: reader.varint())
        }
        @inlinable public static func write(_ value: Swift.Int64, to buffer: inout OutputBuffer) {
            buffer.appendVarint(Swift.UInt64(bitPattern: value))
        }
    }

    /// `uint32`: a varint.
    public enum UInt32: ScalarCoding {
        @inlinable public static func read(_ reader: inout WireReader) -> Swift.UInt32 {
            Swift.UInt32(truncatingIfNeeded: reader.varint())
        }
        @inlinable public static func write(_ value: Swift.UInt32, to buffer: inout OutputBuffer) {
            buffer.appendVarint(Swift.UInt64(value))
        }
    }

    /// `uint64`: a varint.
    public enum UInt64: ScalarCoding {
        @inlinable public static func read(_ reader: inout WireReader) -> Swift.UInt64 {
            reader.varint()
        }
        @inlinable public static func write(_ value: Swift.UInt64, to buffer: inout OutputBuffer) {
            buffer.appendVarint(value)
        }
    }

    /// `sint32`: a zigzag varint.
    public enum SInt32: ScalarCoding {
        @inlinable public static func read(_ reader: inout WireReader) -> Swift.Int32 {
            ZigZag.decode(Swift.UInt32(truncatingIfNeeded: reader.varint()))
        }
        @inlinable public static func write(_ value: Swift.Int32, to buffer: inout OutputBuffer) {
            buffer.appendVarint(Swift.UInt64(ZigZag.encode(value)))
        }
    }

    /// `sint64`: a zigzag varint.
    public enum SInt64: ScalarCoding {
        @inlinable public static func read(_ reader: inout WireReader) -> Swift.Int64 {
            ZigZag.decode(reader.varint())
        }
        @inlinable public static func write(_ value: Swift.Int64, to buffer: inout OutputBuffer) {
            buffer.appendVarint(ZigZag.encode(value))
        }
    }

    /// `bool`: a varint of 0 or 1.
    public enum Bool: ScalarCoding {
        @inlinable public static func read(_ reader: inout WireReader) -> Swift.Bool {
            reader.varint() != 0
        }
        @inlinable public static func write(_ value: Swift.Bool, to buffer: inout OutputBuffer) {
            buffer.append(value ? 1 : 0)
        }
    }

    /// `fixed32`: four bytes.
    public enum Fixed32: ScalarCoding {
        @inlinable public static var fixedWidth: Int { 4 }
        @inlinable public static func read(_ reader: inout WireReader) -> Swift.UInt32 {
            reader.fixed32()
        }
        @inlinable public static func write(_ value: Swift.UInt32, to buffer: inout OutputBuffer) {
            buffer.appendFixed(value)
        }
    }

    /// `fixed64`: eight bytes.
    public enum Fixed64: ScalarCoding {
        @inlinable public static var fixedWidth: Int { 8 }
        @inlinable public static func read(_ reader: inout WireReader) -> Swift.UInt64 {
            reader.fixed64()
        }
        @inlinable public static func write(_ value: Swift.UInt64, to buffer: inout OutputBuffer) {
            buffer.appendFixed(value)
        }
    }

    /// `sfixed32`: four bytes.
    public enum SFixed32: ScalarCoding {
        @inlinable public static var fixedWidth: Int { 4 }
        @inlinable public static func read(_ reader: inout WireReader) -> Swift.Int32 {
            Swift.Int32(bitPattern: reader.fixed32())
        }
        @inlinable public static func write(_ value: Swift.Int32, to buffer: inout OutputBuffer) {
            buffer.appendFixed(value)
        }
    }

    /// `sfixed64`: eight bytes.
    public enum SFixed64: ScalarCoding {
        @inlinable public static var fixedWidth: Int { 8 }
        @inlinable public static func read(_ reader: inout WireReader) -> Swift.Int64 {
            Swift.Int64(bitPattern: reader.fixed64())
        }
        @inlinable public static func write(_ value: Swift.Int64, to buffer: inout OutputBuffer) {
            buffer.appendFixed(value)
        }
    }

    /// `float`: four bytes.
    public enum Float: ScalarCoding {
        @inlinable public static var fixedWidth: Int { 4 }
        @inlinable public static func read(_ reader: inout WireReader) -> Swift.Float {
            Swift.Float(bitPattern: reader.fixed32())
        }
        @inlinable public static func write(_ value: Swift.Float, to buffer: inout OutputBuffer) {
            buffer.appendFixed(value.bitPattern)
        }
    }

    /// `double`: eight bytes.
    public enum Double: ScalarCoding {
        @inlinable public static var fixedWidth: Int { 8 }
        @inlinable public static func read(_ reader: inout WireReader) -> Swift.Double {
            Swift.Double(bitPattern: reader.fixed64())
        }
        @inlinable public static func write(_ value: Swift.Double, to buffer: inout OutputBuffer) {
            buffer.appendFixed(value.bitPattern)
        }
    }

    /// An open enum: a varint of its number.
    public enum Enumeration<Value: OpenEnum>: ScalarCoding {
        @inlinable public static func read(_ reader: inout WireReader) -> Value {
            Value(rawValue: Scalar.Int32.read(&reader))
        }
        @inlinable public static func write(_ value: Value, to buffer: inout OutputBuffer) {
            Scalar.Int32.write(value.rawValue, to: &buffer)
        }
    }
}

/// An enum of a `.proto` file: a number, some of whose values have names.
///
/// proto3 enums are open: a number without a name is kept and passed on.
public protocol OpenEnum: RawRepresentable, Hashable, Sendable where RawValue == Int32 {
    /// The enum's table of names.
    static var schema: EnumSchema { get }

    /// The value of a number, named or not.
    init(rawValue: Int32)
}

extension OpenEnum {
    /// The value's name in the `.proto` file, or nil if it has none.
    public var name: String? { Self.schema.name(of: rawValue) }
}
