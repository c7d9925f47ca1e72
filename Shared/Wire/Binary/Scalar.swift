/// The codings of the scalar types, by their names in `.proto` files.
public enum Scalar {
    /// `int32`: a varint; negative numbers take ten bytes.
    public enum Int32: ScalarCoding {
        /// Reads one element.
        @inlinable @inline(__always) public static func read(
            _ reader: inout WireReader
        ) -> Swift.Int32 {
            Swift.Int32(truncatingIfNeeded: reader.varint())
        }

        /// Writes one element.
        @inlinable @inline(__always) public static func write(
            _ value: Swift.Int32,
            to buffer: inout OutputBuffer
        ) {
            buffer.appendVarint(Swift.UInt64(bitPattern: Swift.Int64(value)))
        }
    }

    /// `int64`: a varint; negative numbers take ten bytes.
    public enum Int64: ScalarCoding {
        /// Reads one element.
        @inlinable @inline(__always) public static func read(
            _ reader: inout WireReader
        ) -> Swift.Int64 {
            Swift.Int64(bitPattern: reader.varint())
        }

        /// Writes one element.
        @inlinable @inline(__always) public static func write(
            _ value: Swift.Int64,
            to buffer: inout OutputBuffer
        ) {
            buffer.appendVarint(Swift.UInt64(bitPattern: value))
        }
    }

    /// `uint32`: a varint.
    public enum UInt32: ScalarCoding {
        /// Reads one element.
        @inlinable @inline(__always) public static func read(
            _ reader: inout WireReader
        ) -> Swift.UInt32 {
            Swift.UInt32(truncatingIfNeeded: reader.varint())
        }

        /// Writes one element.
        @inlinable @inline(__always) public static func write(
            _ value: Swift.UInt32,
            to buffer: inout OutputBuffer
        ) {
            buffer.appendVarint(Swift.UInt64(value))
        }
    }

    /// `uint64`: a varint.
    public enum UInt64: ScalarCoding {
        /// Reads one element.
        @inlinable @inline(__always) public static func read(
            _ reader: inout WireReader
        ) -> Swift.UInt64 {
            reader.varint()
        }

        /// Writes one element.
        @inlinable @inline(__always) public static func write(
            _ value: Swift.UInt64,
            to buffer: inout OutputBuffer
        ) {
            buffer.appendVarint(value)
        }
    }

    /// `sint32`: a zigzag varint.
    public enum SInt32: ScalarCoding {
        /// Reads one element.
        @inlinable @inline(__always) public static func read(
            _ reader: inout WireReader
        ) -> Swift.Int32 {
            ZigZag.decode(Swift.UInt32(truncatingIfNeeded: reader.varint()))
        }

        /// Writes one element.
        @inlinable @inline(__always) public static func write(
            _ value: Swift.Int32,
            to buffer: inout OutputBuffer
        ) {
            buffer.appendVarint(Swift.UInt64(ZigZag.encode(value)))
        }
    }

    /// `sint64`: a zigzag varint.
    public enum SInt64: ScalarCoding {
        /// Reads one element.
        @inlinable @inline(__always) public static func read(
            _ reader: inout WireReader
        ) -> Swift.Int64 {
            ZigZag.decode(reader.varint())
        }

        /// Writes one element.
        @inlinable @inline(__always) public static func write(
            _ value: Swift.Int64,
            to buffer: inout OutputBuffer
        ) {
            buffer.appendVarint(ZigZag.encode(value))
        }
    }

    /// `bool`: a varint of 0 or 1.
    public enum Bool: ScalarCoding {
        /// Reads one element.
        @inlinable @inline(__always) public static func read(
            _ reader: inout WireReader
        ) -> Swift.Bool {
            reader.varint() != 0
        }

        /// Writes one element.
        @inlinable @inline(__always) public static func write(
            _ value: Swift.Bool,
            to buffer: inout OutputBuffer
        ) {
            buffer.append(value ? 1 : 0)
        }
    }

    /// `fixed32`: four bytes.
    public enum Fixed32: ScalarCoding {
        /// The bytes of each element.
        @inlinable public static var fixedWidth: Int { 4 }

        /// Reads one element.
        @inlinable @inline(__always) public static func read(
            _ reader: inout WireReader
        ) -> Swift.UInt32 {
            reader.fixed32()
        }

        /// Writes one element.
        @inlinable @inline(__always) public static func write(
            _ value: Swift.UInt32,
            to buffer: inout OutputBuffer
        ) {
            buffer.appendFixed(value)
        }
    }

    /// `fixed64`: eight bytes.
    public enum Fixed64: ScalarCoding {
        /// The bytes of each element.
        @inlinable public static var fixedWidth: Int { 8 }

        /// Reads one element.
        @inlinable @inline(__always) public static func read(
            _ reader: inout WireReader
        ) -> Swift.UInt64 {
            reader.fixed64()
        }

        /// Writes one element.
        @inlinable @inline(__always) public static func write(
            _ value: Swift.UInt64,
            to buffer: inout OutputBuffer
        ) {
            buffer.appendFixed(value)
        }
    }

    /// `sfixed32`: four bytes.
    public enum SFixed32: ScalarCoding {
        /// The bytes of each element.
        @inlinable public static var fixedWidth: Int { 4 }

        /// Reads one element.
        @inlinable @inline(__always) public static func read(
            _ reader: inout WireReader
        ) -> Swift.Int32 {
            Swift.Int32(bitPattern: reader.fixed32())
        }

        /// Writes one element.
        @inlinable @inline(__always) public static func write(
            _ value: Swift.Int32,
            to buffer: inout OutputBuffer
        ) {
            buffer.appendFixed(value)
        }
    }

    /// `sfixed64`: eight bytes.
    public enum SFixed64: ScalarCoding {
        /// The bytes of each element.
        @inlinable public static var fixedWidth: Int { 8 }

        /// Reads one element.
        @inlinable @inline(__always) public static func read(
            _ reader: inout WireReader
        ) -> Swift.Int64 {
            Swift.Int64(bitPattern: reader.fixed64())
        }

        /// Writes one element.
        @inlinable @inline(__always) public static func write(
            _ value: Swift.Int64,
            to buffer: inout OutputBuffer
        ) {
            buffer.appendFixed(value)
        }
    }

    /// `float`: four bytes.
    public enum Float: ScalarCoding {
        /// The bytes of each element.
        @inlinable public static var fixedWidth: Int { 4 }

        /// Reads one element.
        @inlinable @inline(__always) public static func read(
            _ reader: inout WireReader
        ) -> Swift.Float {
            Swift.Float(bitPattern: reader.fixed32())
        }

        /// Writes one element.
        @inlinable @inline(__always) public static func write(
            _ value: Swift.Float,
            to buffer: inout OutputBuffer
        ) {
            buffer.appendFixed(value.bitPattern)
        }
    }

    /// `double`: eight bytes.
    public enum Double: ScalarCoding {
        /// The bytes of each element.
        @inlinable public static var fixedWidth: Int { 8 }

        /// Reads one element.
        @inlinable @inline(__always) public static func read(
            _ reader: inout WireReader
        ) -> Swift.Double {
            Swift.Double(bitPattern: reader.fixed64())
        }

        /// Writes one element.
        @inlinable @inline(__always) public static func write(
            _ value: Swift.Double,
            to buffer: inout OutputBuffer
        ) {
            buffer.appendFixed(value.bitPattern)
        }
    }

    /// An open enum: a varint of its number.
    public enum Enumeration<Value: OpenEnum>: ScalarCoding {
        /// Reads one element.
        @inlinable @inline(__always) public static func read(_ reader: inout WireReader) -> Value {
            Value(rawValue: Scalar.Int32.read(&reader))
        }

        /// Writes one element.
        @inlinable @inline(__always) public static func write(
            _ value: Value,
            to buffer: inout OutputBuffer
        ) {
            Scalar.Int32.write(value.rawValue, to: &buffer)
        }
    }
}
