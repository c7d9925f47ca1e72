internal import Wire

/// The header block that is arriving on a connection, field by field.
///
/// There is one at a time (RFC 9113 §4.3), so that its memory serves all blocks of the connection.
struct ArrivingHeaders: ~Copyable {
    /// The fields that were kept.
    private var bytes = OutputBuffer()
    private var keptFields = 0

    /// How many fields have come, kept or not.
    private(set) var fieldCount = 0
    /// Their size as `SETTINGS_MAX_HEADER_LIST_SIZE` counts it: names, values and 32 bytes a field.
    private(set) var listSize = 0

    /// The last two blocks, whose memory the next ones share if they are the same: most answers on
    /// a connection begin as the one before, and end as it did.
    private var last = HeaderBlock()
    private var lastButOne = HeaderBlock()

    /// What is kept of one connection's memory between two blocks.
    private static let keptCapacity = 4_096

    /// Forgets everything: another block begins.
    mutating func begin() {
        if bytes.count > Self.keptCapacity {
            bytes = OutputBuffer()
        } else {
            bytes.removeAll()
        }
        keptFields = 0
        fieldCount = 0
        listSize = 0
    }

    /// Counts a field.
    mutating func count(_ name: RawSpan, _ value: RawSpan) {
        fieldCount += 1
        listSize += name.byteCount + value.byteCount + HeaderBlock.fieldOverhead
    }

    /// Keeps a field that was counted.
    mutating func keep(_ name: RawSpan, _ value: RawSpan, _ treatment: FieldTreatment) {
        keptFields += 1
        HeaderBlock.write(name, value, treatment, to: &bytes)
    }

    /// The fields that were kept, all of which have come.
    mutating func finish() -> HeaderBlock {
        if last.bytes.hasSameBytes(as: bytes.bytes) { return last }
        swap(&last, &lastButOne)
        if last.bytes.hasSameBytes(as: bytes.bytes) { return last }
        let block = HeaderBlock(written: bytes.bytes, count: keptFields)
        if bytes.count <= Self.keptCapacity { last = block }
        return block
    }
}
