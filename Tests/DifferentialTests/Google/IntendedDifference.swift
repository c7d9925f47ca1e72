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

    /// What a valid message has that google.protobuf reads in a way of its own.
    struct Oddities: OptionSet {
        let rawValue: Int

        /// A map entry with a field beside its key and value.
        ///
        /// It keeps the whole entry as an unknown field of the message; like protobuf's other
        /// readers we take the entry into the map and drop the field.
        static let entryWithUnknownField = Oddities(rawValue: 1)

        /// A tag or a length of more than five bytes.
        ///
        /// It refuses them; like protobuf's Java reader we take any varint.
        static let longPrefix = Oddities(rawValue: 2)

        /// - Parameters:
        ///   - bytes: a valid message.
        ///   - schema: its type.
        ///   - isEntry: whether it is a map entry.
        init(of bytes: RawSpan, as schema: MessageSchema, isEntry: Bool = false) {
            var found = Oddities()
            var reader = WireReader(bytes)
            var openGroups = 0
            var start = 0
            while let tag = reader.nextTag() {
                if reader.position - start > 5 { found.insert(.longPrefix) }
                start = reader.position
                let isKnown = openGroups == 0 && schema.knows(tag)
                if !isKnown && isEntry { found.insert(.entryWithUnknownField) }
                switch WireType(rawValue: UInt8(tag & 7)) {
                case .startGroup: openGroups += 1
                case .endGroup: openGroups -= 1
                case .lengthDelimited:
                    let contents = reader.slice()
                    let prefix = reader.position - start - contents.bytes(in: bytes).byteCount
                    if prefix > 5 { found.insert(.longPrefix) }
                    if isKnown, let field = schema.entry(ofNumber: tag >> 3), field.kind == .message
                    {
                        found.formUnion(
                            Oddities(
                                of: contents.bytes(in: bytes),
                                as: field.message,
                                isEntry: field.cardinality == .map
                            )
                        )
                    }
                default: reader.skip(tag)
                }
                start = reader.position
            }
            self = found
        }

        /// Makes oddities of their bits.
        init(rawValue: Int) { self.rawValue = rawValue }
    }
}
