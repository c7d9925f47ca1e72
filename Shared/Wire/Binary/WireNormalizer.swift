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
/// is linear in the input; time is that of sorting the fields of each message, and of moving what
/// is nested once a level.
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

    /// Rewrites a message for a view to read.
    ///
    /// - Parameters:
    ///   - bytes: the message, which has been validated.
    ///   - schema: its type.
    /// - Returns: the canonical form.
    /// - Throws: ``CodecError`` if it would be too large: map entries may leave out a key or value
    ///   that the canonical form has.
    static func ordered(
        _ bytes: RawSpan,
        as schema: MessageSchema
    ) throws(CodecError) -> OutputBuffer {
        let output = normalize(bytes, as: schema)
        if output.count > Int(Int32.max) {
            throw CodecError(.tooLarge, at: 0, detail: "\(output.count) bytes when put in order")
        }
        return output
    }

    // MARK: Messages

    /// Writes the message that `pieces` make up.
    private static func write(
        _ pieces: [Range<Int>],
        of bytes: RawSpan,
        as schema: MessageSchema,
        to output: inout OutputBuffer
    ) {
        var sorter = FieldSorter(schema)
        for piece in pieces { sorter.add(bytes, piece) }
        let occurrences = sorter.sorted()
        var next = 0
        while next < occurrences.count {
            let first = next
            repeat {
                next += 1
            } while next < occurrences.count
                && occurrences[next].index == occurrences[first].index
            let field = schema.entry(occurrences[first].index)
            write(occurrences[first..<next], of: bytes, field: field, to: &output)
        }
        for range in sorter.unknown { output.append(bytes.extracting(range)) }
    }

    /// Writes one field from all the places it was sent in.
    private static func write(
        _ occurrences: ArraySlice<FieldSorter.Occurrence>,
        of bytes: RawSpan,
        field: FieldEntry,
        to output: inout OutputBuffer
    ) {
        switch (field.kind, field.cardinality) {
        case (.message, .map):
            for entry in lastOfEachKey(occurrences, of: bytes, field) {
                writeEntry(entry, of: bytes, field, to: &output)
            }
        case (.message, .repeated):
            for occurrence in occurrences {
                writeMessage([occurrence.contentsRange], of: bytes, field, to: &output)
            }
        case (.message, _):
            writeMessage(occurrences.map(\.contentsRange), of: bytes, field, to: &output)
        case (.string, _), (.bytes, _):
            for occurrence in occurrences {
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
        _ occurrences: ArraySlice<FieldSorter.Occurrence>,
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
        _ entries: ArraySlice<FieldSorter.Occurrence>,
        of bytes: RawSpan,
        _ field: FieldEntry
    ) -> [FieldSorter.Occurrence] {
        let kind = field.message.entry(0).kind
        let keyed = entries.map { (entry: $0, key: MapKey(ofEntry: $0.contents, in: bytes, kind)) }
        // The standard library's sort is stable: entries of one key stay in the order they came in.
        let sorted = keyed.sorted { $0.key.precedes($1.key, in: bytes, kind) }
        return sorted.indices.compactMap { place in
            let isLast =
                place + 1 == sorted.count
                || sorted[place].key.precedes(sorted[place + 1].key, in: bytes, kind)
            return isLast ? sorted[place].entry : nil
        }
    }

    /// Writes a map's entry, with key and value even at their defaults, as all encoders do.
    private static func writeEntry(
        _ entry: FieldSorter.Occurrence,
        of bytes: RawSpan,
        _ field: FieldEntry,
        to output: inout OutputBuffer
    ) {
        var sorter = FieldSorter(field.message)
        sorter.add(bytes, entry.contentsRange)
        let occurrences = sorter.sorted()
        let mark = output.beginMessage(tag: field.tag)
        for index in 0..<field.message.entryCount {
            let part = field.message.entry(index)
            let before = output.count
            let sent = occurrences.filter { $0.index == index }
            if !sent.isEmpty { write(sent[...], of: bytes, field: part, to: &output) }
            if output.count > before { continue }
            output.appendVarint(UInt64(part.tag))
            ScalarBits.write(0, part.kind, to: &output)
        }
        output.endMessage(mark)
    }
}
