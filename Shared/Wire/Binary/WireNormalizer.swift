/// Rewrites a valid message so that each field lies in one place.
///
/// protobuf lets a sender write the parts of a message in any order and any number of pieces; a
/// reader must merge them: the last scalar wins, pieces of a singular message are joined, elements
/// are appended, the last member of a oneof and the last entry of a map key win. Nearly no sender
/// does so, and views are made for bytes where nothing needs merging; this is where all others
/// become such bytes.
///
/// A message that came in pieces is never joined before it is read: it is a list of ranges. Memory
/// is linear in the input, and time in the input times its depth.
enum WireNormalizer {
    /// Rewrites a message.
    ///
    /// - Parameters:
    ///   - bytes: the message, which has been validated.
    ///   - schema: its type.
    /// - Returns: the message with fields in order of their numbers, unknown ones last.
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
        guard field.kind == .message else {
            let kept = field.isRepeated ? occurrences[...] : occurrences.suffix(1)
            for occurrence in kept { output.append(bytes.extracting(occurrence.range)) }
            return
        }
        let elements: [[Range<Int>]]
        switch field.cardinality {
        case .map:
            elements = lastOfEachKey(occurrences, of: bytes, field).map { [$0.contentsRange] }
        case .packed, .repeated:
            elements = occurrences.map { [$0.contentsRange] }
        case .implicit, .explicit:
            elements = [occurrences.map(\.contentsRange)]
        }
        for pieces in elements {
            let mark = output.beginMessage(tag: occurrences[0].tag)
            write(pieces, of: bytes, as: field.message, to: &output)
            output.endMessage(mark)
        }
    }

    /// The entries of a map that no later entry of the same key replaces.
    private static func lastOfEachKey(
        _ entries: [Occurrence],
        of bytes: RawSpan,
        _ field: FieldEntry
    ) -> [Occurrence] {
        let kind = field.message.entry(0).kind
        var seen = Set<[UInt8]>()
        var kept: [Occurrence] = []
        for entry in entries.reversed() {
            let key = MapKey(ofEntry: entry.contents, in: bytes, kind)
            if seen.insert(key.identity(in: bytes)).inserted { kept.append(entry) }
        }
        kept.reverse()
        return kept
    }

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
                let contents = tag & 7 == 2 ? reader.slice() : FieldSlice()
                if tag & 7 != 2 { reader.skip(tag) }
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
