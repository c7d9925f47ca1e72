extension Bool: PostgresValue {
    /// `boolean`.
    public static var postgresType: PostgresType { .bool }

    /// Writes one byte.
    @inlinable
    public func write(to writer: inout PostgresWriter) {
        writer.append(UInt8(self ? 1 : 0))
    }

    /// Only `boolean`.
    public static func canRead(_ type: PostgresType) -> Bool { type == .bool }

    /// Reads one byte.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> Bool? {
        bytes.byteCount == 1 ? bytes.bigEndian(as: UInt8.self) != 0 : nil
    }
}

extension Int16: PostgresValue {
    /// `smallint`.
    public static var postgresType: PostgresType { .int2 }

    /// Writes two bytes.
    @inlinable
    public func write(to writer: inout PostgresWriter) { writer.append(self) }

    /// Only `smallint`.
    public static func canRead(_ type: PostgresType) -> Bool { type == .int2 }

    /// Reads two bytes.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> Int16? {
        bytes.byteCount == 2 ? bytes.bigEndian(as: Int16.self) : nil
    }
}

extension Int32: PostgresValue {
    /// `integer`.
    public static var postgresType: PostgresType { .int4 }

    /// Writes four bytes.
    @inlinable
    public func write(to writer: inout PostgresWriter) { writer.append(self) }

    /// `integer` and `smallint`.
    public static func canRead(_ type: PostgresType) -> Bool { type == .int4 || type == .int2 }

    /// Reads as many bytes as the column's type has.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> Int32? {
        if type == .int2 { return Int16.read(bytes, as: type).map(Int32.init) }
        return bytes.byteCount == 4 ? bytes.bigEndian(as: Int32.self) : nil
    }
}

extension Int64: PostgresValue {
    /// `bigint`.
    public static var postgresType: PostgresType { .int8 }

    /// Writes eight bytes.
    @inlinable
    public func write(to writer: inout PostgresWriter) { writer.append(self) }

    /// `bigint`, `integer`, `smallint` and `oid`.
    public static func canRead(_ type: PostgresType) -> Bool {
        type == .int8 || type == .oid || Int32.canRead(type)
    }

    /// Reads as many bytes as the column's type has.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> Int64? {
        if type == .int8 { return bytes.byteCount == 8 ? bytes.bigEndian(as: Int64.self) : nil }
        if type == .oid {
            return bytes.byteCount == 4 ? Int64(bytes.bigEndian(as: UInt32.self)) : nil
        }
        return Int32.read(bytes, as: type).map(Int64.init)
    }
}

extension Int: PostgresValue {
    /// `bigint`.
    public static var postgresType: PostgresType { .int8 }

    /// Writes eight bytes.
    @inlinable
    public func write(to writer: inout PostgresWriter) { writer.append(self) }

    /// The same as `Int64`.
    public static func canRead(_ type: PostgresType) -> Bool { Int64.canRead(type) }

    /// Reads as many bytes as the column's type has.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> Int? {
        Int64.read(bytes, as: type).map(Int.init)
    }
}

extension Float: PostgresValue {
    /// `real`.
    public static var postgresType: PostgresType { .float4 }

    /// Writes the four bytes of IEEE 754.
    @inlinable
    public func write(to writer: inout PostgresWriter) { writer.append(bitPattern) }

    /// Only `real`.
    public static func canRead(_ type: PostgresType) -> Bool { type == .float4 }

    /// Reads four bytes.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> Float? {
        bytes.byteCount == 4 ? Float(bitPattern: bytes.bigEndian(as: UInt32.self)) : nil
    }
}

extension Double: PostgresValue {
    /// `double precision`.
    public static var postgresType: PostgresType { .float8 }

    /// Writes the eight bytes of IEEE 754.
    @inlinable
    public func write(to writer: inout PostgresWriter) { writer.append(bitPattern) }

    /// `double precision` and `real`.
    public static func canRead(_ type: PostgresType) -> Bool { type == .float8 || type == .float4 }

    /// Reads as many bytes as the column's type has.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> Double? {
        if type == .float4 { return Float.read(bytes, as: type).map(Double.init) }
        return bytes.byteCount == 8 ? Double(bitPattern: bytes.bigEndian(as: UInt64.self)) : nil
    }
}
