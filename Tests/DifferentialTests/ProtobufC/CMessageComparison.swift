import CProtobufC
import Glibc
import Wire

/// Compares messages of libprotobuf-c field by field, guided by its own descriptors.
enum CMessageComparison {
    /// The path of the first field in which two messages differ, or nil.
    ///
    /// Numbers are equal if their bits are; a string that is absent equals an empty one; the
    /// entries of a map may be in any order.
    static func firstDifference(
        _ left: borrowing CMessage,
        _ right: borrowing CMessage,
        as type: CMessageType
    ) -> String? {
        unsafe firstDifference(
            UnsafeRawPointer(left.pointer),
            UnsafeRawPointer(right.pointer),
            type,
            path: type.schema.fullName
        )
    }

    private static func firstDifference(
        _ left: UnsafeRawPointer,
        _ right: UnsafeRawPointer,
        _ type: CMessageType,
        path: String
    ) -> String? {
        for field in type.fields {
            let path = "\(path).\(field.name)"
            if let offset = field.caseOffset {
                let isLeft = unsafe left.load(fromByteOffset: offset, as: UInt32.self)
                let isRight = unsafe right.load(fromByteOffset: offset, as: UInt32.self)
                if isLeft != isRight { return path }
                if isLeft != field.number { continue }
            }
            let difference =
                unsafe field.isRepeated
                ? inElements(left, right, field, path)
                : inElement(left + field.offset, right + field.offset, field, path)
            if let difference { return difference }
        }
        return unsafe inUnknownFields(left, right, path)
    }

    // MARK: Repeated fields

    private static func inElements(
        _ left: UnsafeRawPointer,
        _ right: UnsafeRawPointer,
        _ field: CField,
        _ path: String
    ) -> String? {
        let leftPlaces = unsafe places(of: field, in: left)
        let rightPlaces = unsafe places(of: field, in: right)
        if unsafe leftPlaces.count != rightPlaces.count { return "\(path).count" }
        for unsafe(index, (one, other)) in unsafe zip(leftPlaces, rightPlaces).enumerated() {
            if let difference = unsafe inElement(one, other, field, "\(path)[\(index)]") {
                return difference
            }
        }
        return nil
    }

    /// Where the elements of a repeated field lie; the entries of a map in order of their keys.
    private static func places(of field: CField, in message: UnsafeRawPointer) -> [UnsafeRawPointer]
    {
        let count = unsafe message.load(fromByteOffset: field.quantifierOffset, as: Int.self)
        let elements = unsafe message.load(fromByteOffset: field.offset, as: UnsafeRawPointer?.self)
        guard let elements = unsafe elements else { return unsafe [] }
        let places = unsafe (0..<count).map { unsafe elements + $0 * field.elementSize }
        guard field.isMap, let key = field.messageType?.fields.first else { return unsafe places }
        return unsafe places.sorted { one, other in
            unsafe keyBytes(key, one).lexicographicallyPrecedes(keyBytes(key, other))
        }
    }

    /// Bytes that are equal for equal keys, whatever their order says of the keys.
    private static func keyBytes(_ key: CField, _ place: UnsafeRawPointer) -> [UInt8] {
        guard let entry = unsafe place.load(as: UnsafeRawPointer?.self) else { return [] }
        if key.type == PROTOBUF_C_TYPE_STRING { return unsafe text(at: entry + key.offset) }
        let bytes = unsafe UnsafeRawBufferPointer(start: entry + key.offset, count: key.elementSize)
        return unsafe Array(bytes)
    }

    // MARK: Values

    private static func inElement(
        _ left: UnsafeRawPointer,
        _ right: UnsafeRawPointer,
        _ field: CField,
        _ path: String
    ) -> String? {
        let isEqual: Bool
        switch field.type {
        case PROTOBUF_C_TYPE_STRING:
            isEqual = unsafe text(at: left) == text(at: right)
        case PROTOBUF_C_TYPE_BYTES:
            let one = unsafe left.load(as: ProtobufCBinaryData.self)
            let other = unsafe right.load(as: ProtobufCBinaryData.self)
            isEqual = unsafe UnsafeBufferPointer(start: one.data, count: one.len)
                .elementsEqual(UnsafeBufferPointer(start: other.data, count: other.len))
        case PROTOBUF_C_TYPE_MESSAGE:
            let one = unsafe left.load(as: UnsafeRawPointer?.self)
            let other = unsafe right.load(as: UnsafeRawPointer?.self)
            if let one = unsafe one, let other = unsafe other, let type = field.messageType {
                return unsafe firstDifference(one, other, type, path: path)
            }
            isEqual = unsafe one == nil && other == nil
        default:
            isEqual = unsafe memcmp(left, right, field.elementSize) == 0
        }
        return isEqual ? nil : path
    }

    private static func text(at place: UnsafeRawPointer) -> [UInt8] {
        guard let text = unsafe place.load(as: UnsafePointer<CChar>?.self) else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }

    // MARK: Unknown fields

    private static func inUnknownFields(
        _ left: UnsafeRawPointer,
        _ right: UnsafeRawPointer,
        _ path: String
    ) -> String? {
        unsafe unknownFields(of: left) == unknownFields(of: right) ? nil : "\(path).unknown_fields"
    }

    /// Each unknown field's number, wire type and contents, in order.
    private static func unknownFields(of message: UnsafeRawPointer) -> [[UInt8]] {
        let header = unsafe message.load(as: ProtobufCMessage.self)
        let fields = unsafe UnsafeBufferPointer(
            start: header.unknown_fields,
            count: Int(header.n_unknown_fields)
        )
        return unsafe fields.map { field in
            unsafe Array("\(field.tag):\(field.wire_type.rawValue):".utf8)
                + UnsafeBufferPointer(start: field.data, count: field.len)
        }
    }
}
