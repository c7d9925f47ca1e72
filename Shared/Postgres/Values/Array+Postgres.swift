public import Wire

/// A value that can stand in an array.
public protocol PostgresArrayElement: PostgresValue {}

extension Bool: PostgresArrayElement {}
extension Int16: PostgresArrayElement {}
extension Int32: PostgresArrayElement {}
extension Int64: PostgresArrayElement {}
extension Int: PostgresArrayElement {}
extension Float: PostgresArrayElement {}
extension Double: PostgresArrayElement {}
extension String: PostgresArrayElement {}
extension SharedBytes: PostgresArrayElement {}
extension PostgresJSON: PostgresArrayElement {}
extension PostgresUUID: PostgresArrayElement {}
extension PostgresTimestamp: PostgresArrayElement {}
extension PostgresDate: PostgresArrayElement {}
extension PostgresDecimal: PostgresArrayElement {}
extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement {}

// The binary form: the number of dimensions, whether there are nulls, the type of the elements; for
// each dimension its length and its lower bound; then the elements as fields.
// Source: PostgreSQL, `array_send` and `array_recv` of `arrayfuncs.c`.
extension PostgresWriter {
    /// Writes all of an array but its elements.
    ///
    /// - Parameters:
    ///   - type: the type of the elements.
    ///   - count: how many there are.
    ///   - mayHaveNulls: whether some may be null.
    /// - Returns: whether elements are to follow, as fields.
    mutating func beginArray(of type: PostgresType, count: Int, mayHaveNulls: Bool) -> Bool {
        guard count <= Int32.max else {
            note(.tooLarge)
            return false
        }
        append(Int32(count == 0 ? 0 : 1))
        append(Int32(count > 0 && mayHaveNulls ? 1 : 0))
        append(type.rawValue)
        if count == 0 { return false }
        append(Int32(count))
        append(Int32(1))
        return true
    }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    /// The type of arrays of the element's type.
    public static var postgresType: PostgresType {
        guard let type = Element.postgresType.arrayType else {
            preconditionFailure("arrays of \(Element.self) are in the table of types")
        }
        return type
    }

    /// Writes one dimension.
    @specialized(where Element == String)
    @specialized(where Element == Int32)
    @specialized(where Element == Int64)
    @specialized(where Element == Int32?)
    @specialized(where Element == Int64?)
    @specialized(where Element == Double)
    @specialized(where Element == PostgresUUID)
    @specialized(where Element == PostgresDate)
    @specialized(where Element == PostgresDecimal)
    @specialized(where Element == PostgresDecimal?)
    @specialized(where Element == PostgresTimestamp)
    public func write(to writer: inout PostgresWriter) {
        let mayHaveNulls = contains { $0.isPostgresNull }
        guard
            writer.beginArray(
                of: Element.postgresType,
                count: count,
                mayHaveNulls: mayHaveNulls
            )
        else { return }
        for element in self { writer.appendField(element) }
    }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    /// Arrays of the element's own type.
    public static func canRead(_ type: PostgresType) -> Bool {
        type == postgresType || type.rawValue == 1015 && Element.canRead(.varchar)
    }

    /// Reads an array of at most one dimension.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> [Element]? {
        guard bytes.byteCount >= 12 else { return nil }
        let dimensions = bytes.bigEndian(as: Int32.self)
        let elementType = PostgresType(rawValue: bytes.bigEndian(at: 8, as: UInt32.self))
        guard Element.canRead(elementType) else { return nil }
        if dimensions == 0 { return bytes.byteCount == 12 ? [] : nil }
        guard dimensions == 1, bytes.byteCount >= 20 else { return nil }
        let count = Int(bytes.bigEndian(at: 12, as: Int32.self))
        // Each element has four bytes at least: no more memory is taken than the bytes justify.
        guard count >= 0, count <= (bytes.byteCount - 20) / 4 else { return nil }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        var offset = 20
        for _ in 0..<count {
            guard offset + 4 <= bytes.byteCount else { return nil }
            let length = Int(bytes.bigEndian(at: offset, as: Int32.self))
            offset += 4
            if length == -1 {
                guard let null = Element.ofNull else { return nil }
                elements.append(null)
                continue
            }
            guard length >= 0, length <= bytes.byteCount - offset else { return nil }
            let part = bytes.extracting(offset..<offset + length)
            guard let element = Element.read(part, as: elementType) else { return nil }
            elements.append(element)
            offset += length
        }
        return offset == bytes.byteCount ? elements : nil
    }
}
