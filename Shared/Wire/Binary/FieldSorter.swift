/// Sorts the fields of a message, which may have come in pieces, by what they are.
///
/// Of what later fields replace it keeps little more than the fields of one message: a scalar sent
/// a million times does not take a million places.
struct FieldSorter {
    /// One field as it was sent: where its contents lie, and what it is.
    struct Occurrence {
        private let position: Int32
        let contents: FieldSlice

        init(index: Int, contents: FieldSlice) {
            position = Int32(truncatingIfNeeded: index)
            self.contents = contents
        }

        /// The field's position in its schema.
        var index: Int { Int(position) }

        var contentsRange: Range<Int> {
            Int(contents.start)..<Int(contents.start) + Int(contents.count)
        }
    }

    private let schema: MessageSchema
    private var known: [Occurrence] = []
    private var nextReduction = 64
    private var hasReplaceable = false

    /// Where the fields lie that the schema does not know, tags included.
    private(set) var unknown: [Range<Int>] = []

    init(_ schema: MessageSchema) {
        self.schema = schema
    }

    /// Adds the fields of a piece of the message.
    ///
    /// - Parameters:
    ///   - bytes: the bytes it lies in, which have been validated.
    ///   - piece: where it lies.
    mutating func add(_ bytes: RawSpan, _ piece: Range<Int>) {
        var reader = WireReader(
            bytes,
            from: FieldSlice(start: piece.lowerBound, count: piece.count)
        )
        var start = reader.position
        while let tag = reader.nextTag() {
            let contents = reader.valueSlice(tag)
            let rule = schema.rule(ofTag: tag)
            if rule.check == .unknown {
                addUnknown(start..<reader.position)
            } else {
                known.append(Occurrence(index: rule.index, contents: contents))
                hasReplaceable = hasReplaceable || isReplaceable(schema.entry(rule.index))
                if known.count >= nextReduction { reduce() }
            }
            start = reader.position
        }
    }

    /// Whether a later field may take the place of this one.
    private func isReplaceable(_ field: FieldEntry) -> Bool {
        field.oneof >= 0 || !(field.isRepeated || field.kind == .message)
    }

    /// Neighbours are one range.
    private mutating func addUnknown(_ range: Range<Int>) {
        if let last = unknown.last, last.upperBound == range.lowerBound {
            unknown[unknown.count - 1] = last.lowerBound..<range.upperBound
        } else {
            unknown.append(range)
        }
    }

    /// The fields that count, by their positions in the schema; those of one field in the order
    /// they came in.
    mutating func sorted() -> [Occurrence] {
        reduce()
        let isInOrder = zip(known, known.dropFirst()).allSatisfy { $0.index <= $1.index }
        // The standard library's sort is stable.
        return isInOrder ? known : known.sorted { $0.index < $1.index }
    }

    /// Drops what later fields replace: all but the last of a singular scalar, string or run of
    /// bytes, and what was set of a oneof before another member was.
    private mutating func reduce() {
        if !hasReplaceable { return }
        var kept: [Occurrence] = []
        kept.reserveCapacity(known.count)
        var singular: Set<Int> = []
        var oneofs: [Int: Int] = [:]
        var closed: Set<Int> = []
        for occurrence in known.reversed() {
            let field = schema.entry(occurrence.index)
            if field.oneof >= 0 {
                let winner = oneofs[field.oneof, default: occurrence.index]
                oneofs[field.oneof] = winner
                if winner != occurrence.index { closed.insert(field.oneof) }
                if closed.contains(field.oneof) { continue }
            }
            let isMerged = field.isRepeated || field.kind == .message
            if isMerged || singular.insert(occurrence.index).inserted { kept.append(occurrence) }
        }
        kept.reverse()
        known = kept
        nextReduction = max(64, 2 * kept.count)
    }
}
