/// Counts what ``DecodingLimits/maximumElements`` limits, as ``WireValidator`` does.
enum ElementCount {
    /// Counts the elements of repeated fields, map entries and unknown fields, all the way down.
    ///
    /// - Parameters:
    ///   - message: the message, which has been validated.
    ///   - schema: its type.
    /// - Returns: how many there are; those of messages in Anys are not among them.
    static func count(_ message: RawSpan, as schema: MessageSchema) -> Int {
        count(message, FieldSlice(start: 0, count: message.byteCount), schema)
    }

    private static func count(
        _ bytes: RawSpan,
        _ slice: FieldSlice,
        _ schema: MessageSchema
    ) -> Int {
        var count = 0
        var reader = WireReader(bytes, from: slice)
        while let tag = reader.nextTag() {
            let rule = schema.rule(ofTag: tag)
            if rule.isElement { count &+= 1 }
            switch rule.check {
            case .message:
                count &+= Self.count(bytes, reader.slice(), schema.entry(rule.index).message)
            case .packedVarint: count &+= varints(reader.slice().bytes(in: bytes))
            case .packedFixed32: count &+= Int(reader.slice().count) / 4
            case .packedFixed64: count &+= Int(reader.slice().count) / 8
            case .unknown: count &+= unknown(tag, &reader)
            case .varint, .fixed32, .fixed64, .bytes, .text: reader.skip(tag)
            }
        }
        return count
    }

    /// Counts back-to-back varints by their last bytes.
    private static func varints(_ bytes: RawSpan) -> Int {
        var count = 0
        for offset in 0..<bytes.byteCount where bytes.byte(at: offset) < 0x80 { count &+= 1 }
        return count
    }

    /// Passes over an unknown field after its tag.
    ///
    /// - Returns: one, and as many as the fields in it if it is a group.
    private static func unknown(_ tag: UInt32, _ reader: inout WireReader) -> Int {
        var count = 1
        guard tag & 7 == UInt32(WireType.startGroup.rawValue) else {
            reader.skip(tag)
            return count
        }
        var openGroups = 1
        while openGroups > 0, let next = reader.nextTag() {
            switch WireType(rawValue: UInt8(next & 7)) {
            case .startGroup:
                openGroups += 1
                count &+= 1
            case .endGroup:
                openGroups -= 1
            default:
                reader.skip(next)
                count &+= 1
            }
        }
        return count
    }
}
