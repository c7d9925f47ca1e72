/// Rewrites a valid message in its canonical form: the one its owned value would be encoded in.
///
/// protobuf lets a sender write the parts of a message in any order and any number of pieces; a
/// reader must merge them: the last scalar wins, pieces of a singular message are joined, elements
/// are appended, the last member of a oneof and the last entry of a map key win. Nearly no sender
/// does so, and views are made for bytes where nothing needs merging; this is where all others
/// become such bytes.
///
/// In canonical form fields come in order of their numbers and map entries in order of their keys,
/// varints are shortest, numbers are packed where the schema says so, fields without presence are
/// left out at their defaults, and unknown fields come last, as they were sent.
///
/// A message that came in pieces is never joined before it is read: it is a list of ranges. Memory
/// is linear in the input, and time in the input times its depth.
enum WireNormalizer {
    /// Rewrites a message.
    ///
    /// - Parameters:
    ///   - bytes: the message, which has been validated.
    ///   - schema: its type.
    /// - Returns: the canonical form.
    static func normalize(_ bytes: RawSpan, as schema: MessageSchema) -> OutputBuffer {
        var output = OutputBuffer(minimumCapacity: bytes.byteCount)
        write([0..<bytes.byteCount], of: bytes, as: schema, to: &output)
        return output
    }

    /// One field as it was sent: where its tag, its contents and its end are.
    private struct Occurrence {
        let tag: UInt32
        let start: UInt32
        let contents: FieldSlice
        let end: UInt32

        var range: Range<Int> { Int(start)..<Int(end) }
        var contentsRange: Range<Int> {
            Int(contents.start)..<Int(contents.start) + Int(contents.count)
        }
    }

    // MARK: Messages

    /// Writes the message that `pieces` make up.
    private static func write(
        _ pieces: [Range<Int>],
        of bytes: RawSpan,
        as schema: MessageSchema,
        to output: inout OutputBuffer
    ) {
        var sorter = Sorter(schema)
        for piece in pieces { sorter.sort(bytes, piece) }
        for index in 0..<schema.entryCount {
            let occurrences = sorter.fields[index]
            if occurrences.isEmpty { continue }
            write(occurrences, of: bytes, field: schema.entry(index), to: &output)
        }
        for occurrence in sorter.unknown { output.append(bytes.extracting(occurrence.range)) }
    }

    /// Writes one field from all the places it was sent in.
    private static func write(
        _ occurrences: [Occurrence],
        of bytes: RawSpan,
        field: FieldEntry,
        to output: inout OutputBuffer
    ) {
        switch (field.kind, field.cardinality) {
        case (.message, .map):
            for entry in lastOfEachKey(occurrences, of: bytes, field) {
                writeEntry(entry, of: bytes, field, to: &output)
            }
        case (.message, .packed), (.message, .repeated):
            for occurrence in occurrences {
                writeMessage([occurrence.contentsRange], of: bytes, field, to: &output)
            }
        case (.message, _):
            writeMessage(occurrences.map(\.contentsRange), of: bytes, field, to: &output)
        case (.string, _), (.bytes, _):
            for occurrence in field.isRepeated ? occurrences[...] : occurrences.suffix(1) {
                if field.cardinality == .implicit && occurrence.contents.count == 0 { continue }
                let contents = occurrence.contents.bytes(in: bytes)
                output.appendField(tag: field.tag, contents)
            }
        default:
            writeScalars(occurrences, of: bytes, field, to: &output)
        }
    }

    private static func writeMessage(
        _ pieces: [Range<Int>],
        of bytes: RawSpan,
        _ field: FieldEntry,
        to output: inout OutputBuffer
    ) {
        let mark = output.beginMessage(tag: field.tag)
        write(pieces, of: bytes, as: field.message, to: &output)
        output.endMessage(mark)
    }

    // MARK: Scalars

    private static func writeScalars(
        _ occurrences: [Occurrence],
        of bytes: RawSpan,
        _ field: FieldEntry,
        to output: inout OutputBuffer
    ) {
        guard field.isRepeated else {
            guard let last = occurrences.last else { return }
            var reader = WireReader(bytes, from: last.contents)
            let bits = ScalarBits.read(&reader, field.kind)
            if bits == 0 && field.cardinality == .implicit { return }
            output.appendVarint(UInt64(field.tag))
            return ScalarBits.write(bits, field.kind, to: &output)
        }
        let isPacked = field.cardinality == .packed
        if isPacked && occurrences.allSatisfy({ $0.contents.count == 0 }) { return }
        let mark = isPacked ? output.beginMessage(tag: UInt32(field.number) << 3 | 2) : nil
        for occurrence in occurrences {
            var reader = WireReader(bytes, from: occurrence.contents)
            while reader.position < occurrence.contentsRange.upperBound {
                if !isPacked { output.appendVarint(UInt64(field.tag)) }
                ScalarBits.write(ScalarBits.read(&reader, field.kind), field.kind, to: &output)
            }
        }
        if let mark { output.endMessage(mark) }
    }

    // MARK: Maps

    /// The entries of a map that no later entry of the same key replaces, in order of their keys.
    private static func lastOfEachKey(
        _ entries: [Occurrence],
        of bytes: RawSpan,
        _ field: FieldEntry
    ) -> [Occurrence] {
        let kind = field.message.entry(0).kind
        let keys = entries.map { MapKey(ofEntry: $0.contents, in: bytes, kind) }
        // The standard library's sort is stable: entries of one key stay in the order they came in.
        let order = entries.indices.sorted { keys[$0].precedes(keys[$1], in: bytes, kind) }
        return order.indices.filter { place in
            place + 1 == order.count
                || keys[order[place]].precedes(keys[order[place + 1]], in: bytes, kind)
        }.map { entries[order[$0]] }
    }

    /// Writes a map's entry, with key and value even at their defaults, as all encoders do.
    private static func writeEntry(
        _ entry: Occurrence,
        of bytes: RawSpan,
        _ field: FieldEntry,
        to output: inout OutputBuffer
    ) {
        var sorter = Sorter(field.message)
        sorter.sort(bytes, entry.contentsRange)
        let mark = output.beginMessage(tag: field.tag)
        for index in 0..<field.message.entryCount {
            let part = field.message.entry(index)
            let before = output.count
            write(sorter.fields[index], of: bytes, field: part, to: &output)
            if output.count > before { continue }
            output.appendVarint(UInt64(part.tag))
            ScalarBits.write(0, part.kind, to: &output)
        }
        output.endMessage(mark)
    }

    // MARK: Sorting

    /// Sorts the fields of a message's pieces by what they are.
    private struct Sorter {
        let schema: MessageSchema
        var fields: [[Occurrence]]
        var unknown: [Occurrence] = []

        init(_ schema: MessageSchema) {
            self.schema = schema
            fields = Array(repeating: [], count: schema.entryCount)
        }

        mutating func sort(_ bytes: RawSpan, _ piece: Range<Int>) {
            var reader = WireReader(
                bytes,
                from: FieldSlice(start: piece.lowerBound, count: piece.count)
            )
            var start = reader.position
            while let tag = reader.nextTag() {
                let contents = reader.valueSlice(tag)
                let occurrence = Occurrence(
                    tag: tag,
                    start: UInt32(start),
                    contents: contents,
                    end: UInt32(reader.position)
                )
                start = reader.position
                if schema.knows(tag), let index = schema.index(ofNumber: tag >> 3) {
                    add(occurrence, at: index)
                } else {
                    unknown.append(occurrence)
                }
            }
        }

        /// Adds an occurrence of a field; as a member of a oneof it ousts the other members.
        private mutating func add(_ occurrence: Occurrence, at index: Int) {
            let oneof = schema.entry(index).oneof
            if oneof >= 0 && fields[index].isEmpty {
                for other in fields.indices where other != index {
                    if schema.entry(other).oneof == oneof { fields[other] = [] }
                }
            }
            fields[index].append(occurrence)
        }
    }
}
