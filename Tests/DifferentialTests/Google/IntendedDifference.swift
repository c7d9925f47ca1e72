@testable import Wire

/// Where we and google.protobuf 7.36.2 (upb) are meant to differ about damaged bytes.
enum IntendedDifference {
    /// Whether we are right to refuse bytes that it accepts.
    ///
    /// It drops the bits beyond the 64th of a varint, and knows no rule for field numbers within an
    /// unknown group; both are a sender's error, which we report.
    static func explains(_ error: CodecError, of bytes: [UInt8]) -> Bool {
        let varint = bytes[error.byteOffset...].prefix(10)
        switch error.rule {
        case .overlongVarint:
            return varint.count == 10 && varint.dropLast().allSatisfy { $0 >= 0x80 }
                && varint.suffix(1).allSatisfy { $0 > 1 && $0 < 0x80 }
        case .invalidTag:
            let length = (varint.firstIndex { $0 < 0x80 } ?? varint.endIndex) - varint.startIndex
            let groups = varint.prefix(length + 1).enumerated()
            return groups.reduce(0) { $0 | Int($1.element & 0x7F) << (7 * $1.offset) } < 8
        default:
            return false
        }
    }

    /// Whether a map entry of a valid message has a field beside its key and value.
    ///
    /// google.protobuf keeps the whole entry as an unknown field of the message; like protobuf's
    /// other readers we take the entry into the map and drop the field.
    ///
    /// - Parameters:
    ///   - bytes: a valid message.
    ///   - schema: its type.
    ///   - isEntry: whether it is a map entry itself.
    /// - Returns: whether the bytes cannot be compared.
    static func hasEntryWithUnknownField(
        _ bytes: RawSpan,
        as schema: MessageSchema,
        isEntry: Bool = false
    ) -> Bool {
        var reader = WireReader(bytes)
        while let tag = reader.nextTag() {
            guard schema.knows(tag) else {
                if isEntry { return true }
                reader.skip(tag)
                continue
            }
            let contents = reader.valueSlice(tag)
            guard let field = schema.entry(ofNumber: tag >> 3), field.kind == .message else {
                continue
            }
            let inner = contents.bytes(in: bytes)
            let isMap = field.cardinality == .map
            if hasEntryWithUnknownField(inner, as: field.message, isEntry: isMap) { return true }
        }
        return false
    }
}
