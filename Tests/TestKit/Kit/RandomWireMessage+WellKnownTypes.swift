internal import Wire

/// What canonical JSON can show of the well-known types whose form is not that of their fields.
extension RandomWireMessage {
    /// Writes a message of such a type.
    ///
    /// - Returns: whether the type is one of them; if not, nothing was written.
    mutating func writeWellKnown(
        _ schema: MessageSchema,
        depth: Int,
        to buffer: inout OutputBuffer
    ) -> Bool {
        switch schema.fullName {
        case "google.protobuf.Timestamp":
            // 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
            let seconds = Int64(generator.number(in: -62_135_596_800...253_402_300_799))
            writeTime(seconds, nanos(), to: &buffer)
        case "google.protobuf.Duration":
            // Ten thousand years; seconds and nanoseconds have one sign.
            let limit = generator.happens(onceIn: 4) ? 0 : 315_576_000_000
            let seconds = generator.number(in: -limit...limit)
            let nanos = nanos()
            writeTime(Int64(seconds), seconds < 0 ? -nanos : nanos, to: &buffer)
        case "google.protobuf.FieldMask":
            for _ in 0..<generator.number(in: 0...3) { buffer.appendField(tag: 10, path()) }
        case "google.protobuf.Any":
            writeAny(depth: depth, to: &buffer)
        case "google.protobuf.Value":
            writeValue(schema, depth: depth, to: &buffer)
        default:
            return false
        }
        return true
    }

    private mutating func nanos() -> Int32 {
        let nanos = generator.number(in: 0...999_999_999)
        switch generator.number(in: 0...3) {
        case 0: return 0
        case 1: return Int32(nanos / 1_000_000 * 1_000_000)
        case 2: return Int32(nanos / 1_000 * 1_000)
        default: return Int32(nanos)
        }
    }

    private mutating func writeTime(
        _ seconds: Int64,
        _ nanos: Int32,
        to buffer: inout OutputBuffer
    ) {
        buffer.appendVarint(8)
        buffer.appendVarint(UInt64(bitPattern: seconds))
        buffer.appendVarint(16)
        buffer.appendVarint(UInt64(bitPattern: Int64(nanos)))
    }

    /// A path whose names come back from lower camel case as they were.
    private mutating func path() -> String {
        let names = ["name", "user_id", "a_b_c", "offset_hours", "x1"]
        return (0...generator.number(in: 0...2))
            .map { _ in generator.pick(names) }
            .joined(separator: ".")
    }

    /// Writes an Any that holds a message of a type that may stand in one, or nothing at all.
    private mutating func writeAny(depth: Int, to buffer: inout OutputBuffer) {
        guard depth < Self.maximumDepth, let type = anyTypes.randomElement(using: &generator) else {
            return
        }
        buffer.appendField(tag: 10, "type.googleapis.com/\(type.fullName)")
        var contents = OutputBuffer()
        writeMessage(type, depth: depth + 1, to: &contents)
        buffer.appendField(tag: 18, contents.bytes)
    }

    /// Writes exactly one kind of a Value, and no number that JSON has no form for.
    private mutating func writeValue(
        _ schema: MessageSchema,
        depth: Int,
        to buffer: inout OutputBuffer
    ) {
        let kinds = depth < Self.maximumDepth - 1 && remainingFields > 0 ? 6 : 4
        remainingFields -= 1
        let field = schema.fields[generator.number(in: 0...kinds - 1)]
        let tag = UInt32(field.number) << 3
        switch (field.number, field.type) {
        case (2, _):
            let value = generator.double()
            buffer.appendVarint(UInt64(tag | 1))
            buffer.appendFixed((value.isFinite ? value : 0.5).bitPattern)
        case (_, .message(let inner)):
            let mark = buffer.beginMessage(tag: tag | 2)
            writeMessage(inner(), depth: depth + 1, to: &buffer)
            buffer.endMessage(mark)
        default:
            buffer.appendVarint(UInt64(tag) | field.type.wireType)
            writeScalar(field, to: &buffer)
        }
    }
}
