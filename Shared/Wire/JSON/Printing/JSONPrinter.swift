/// Turns a message's binary form into JSON text, as the message's table says.
///
/// Fields are printed in order of their numbers, which is the order nearly every sender writes them
/// in: then one look at the tags of a message shows that they may be printed as they come.
/// Otherwise the places of its fields are sorted first, in a stack that nested messages share. Time
/// is linear in the message, but for that sorting, and in what is printed.
struct JSONPrinter: ~Copyable {
    let options: JSONOptions

    /// For each field to be printed of the messages being printed: its position in its schema in
    /// the upper half, the offset of its tag in the lower.
    private var places: [UInt64] = []

    /// How many bytes of Any contents had to be put in order; they are copies.
    var normalizedBytes = 0

    /// How many elements there have been in the contents of Anys.
    var anyElements = 0

    /// How many bytes the buffer may hold.
    private let maximumCount: Int

    /// Prints a whole message.
    ///
    /// - Parameters:
    ///   - message: its binary form, validated, each of its fields in one place.
    ///   - schema: its type.
    ///   - options: how to print it.
    ///   - output: where the text goes; unchanged if an error is thrown.
    /// - Throws: ``CodecError``; its offset is in the binary form.
    static func print(
        _ message: RawSpan,
        as schema: MessageSchema,
        options: JSONOptions,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        let start = output.count
        var printer = JSONPrinter(options, from: start)
        let all = FieldSlice(start: 0, count: message.byteCount)
        do {
            try printer.message(message, all, schema, depth: 0, to: &output)
            try printer.checkSize(output, at: 0)
        } catch {
            output.truncate(to: start)
            throw error
        }
    }

    private init(_ options: JSONOptions, from start: Int) {
        self.options = options
        maximumCount = Swift.min(options.maximumPrintedBytes, Int.max - start) + start
    }

    /// Checks that the text is not too long.
    ///
    /// - Parameters:
    ///   - output: the text so far.
    ///   - extra: how many bytes will at least be added.
    ///   - position: what is being printed, in the message's bytes.
    /// - Throws: ``CodecError/Rule/tooLarge``.
    @inline(__always)
    func checkSize(
        _ output: borrowing OutputBuffer,
        adding extra: Int = 0,
        at position: Int
    ) throws(CodecError) {
        if output.count &+ extra > maximumCount { throw tooLong(at: position) }
    }

    @inline(never)
    private func tooLong(at position: Int) -> CodecError {
        CodecError(
            .tooLarge,
            at: position,
            detail: "as JSON, limit \(options.maximumPrintedBytes)"
        )
    }

    /// Prints a message in the form its type has in JSON.
    ///
    /// - Parameters:
    ///   - bytes: the bytes the message lies in.
    ///   - slice: where it lies; an absent message is printed as an empty one.
    ///   - schema: its type.
    ///   - depth: how deep it lies; the outermost message is at depth 0.
    ///   - output: where the text goes.
    /// - Throws: ``CodecError``; its offset is in the message's bytes.
    mutating func message(
        _ bytes: RawSpan,
        _ slice: FieldSlice,
        _ schema: MessageSchema,
        depth: Int,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        if depth > options.limits.maximumDepth {
            throw CodecError(
                .tooDeep,
                at: Int(slice.start),
                detail: "limit \(options.limits.maximumDepth)"
            )
        }
        if schema.wellKnownType.hasOwnForm {
            try wellKnownType(bytes, slice, schema, depth: depth, to: &output)
        } else {
            output.append(UInt8(ascii: "{"))
            try members(bytes, slice, schema, depth: depth, to: &output)
            output.append(UInt8(ascii: "}"))
        }
    }

    /// Prints the fields of a message as members of an object, after those that are there already.
    mutating func members(
        _ bytes: RawSpan,
        _ slice: FieldSlice,
        _ schema: MessageSchema,
        depth: Int,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        if isOrdered(WireReader(bytes, from: slice), schema) {
            try orderedMembers(bytes, slice, schema, depth: depth, to: &output)
        } else {
            try sortedMembers(bytes, slice, schema, depth: depth, to: &output)
        }
    }

    /// Whether each field comes once, after those of lower numbers, and each oneof has one member.
    private func isOrdered(_ fields: WireReader, _ schema: MessageSchema) -> Bool {
        var reader = fields
        var last = -1
        var oneofs: UInt64 = 0
        while let tag = reader.nextTag() {
            reader.skip(tag)
            guard let index = schema.knownIndex(ofTag: tag) else { continue }
            if index == last && schema.entry(index).isRepeated { continue }
            if index <= last { return false }
            last = index
            let oneof = schema.entry(index).oneof
            if oneof >= 0 {
                // Of 64 and more oneofs, the higher ones are sorted out the slow way.
                if oneof >= 64 || oneofs & 1 &<< UInt64(oneof) != 0 { return false }
                oneofs |= 1 &<< UInt64(oneof)
            }
        }
        return true
    }

    /// Prints fields in the order they come in.
    private mutating func orderedMembers(
        _ bytes: RawSpan,
        _ slice: FieldSlice,
        _ schema: MessageSchema,
        depth: Int,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        var reader = WireReader(bytes, from: slice)
        var next = 0
        while let tag = reader.nextTag() {
            guard let index = schema.knownIndex(ofTag: tag) else {
                reader.skip(tag)
                continue
            }
            if options.printsDefaults { defaults(schema, next..<index, to: &output) }
            next = index &+ 1
            try member(schema.entry(index), tag, &reader, depth: depth, to: &output)
        }
        if options.printsDefaults { defaults(schema, next..<schema.entryCount, to: &output) }
    }

    /// Prints fields by their numbers, whatever order they come in: of singular fields and of the
    /// members of a oneof, the last.
    private mutating func sortedMembers(
        _ bytes: RawSpan,
        _ slice: FieldSlice,
        _ schema: MessageSchema,
        depth: Int,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        let base = places.count
        findPlaces(WireReader(bytes, from: slice), schema)
        let end = places.count
        var next = 0
        for position in base..<end {
            let place = places[position]
            let index = Int(place &>> 32)
            if position &+ 1 < end && Int(places[position &+ 1] &>> 32) == index { continue }
            if options.printsDefaults { defaults(schema, next..<index, to: &output) }
            next = index &+ 1
            let tagStart = Int(place & 0xFFFF_FFFF)
            let fields = FieldSlice(
                start: tagStart,
                count: Int(slice.start) &+ Int(slice.count) &- tagStart
            )
            var reader = WireReader(bytes, from: fields)
            guard let tag = reader.nextTag() else { break }
            try member(schema.entry(index), tag, &reader, depth: depth, to: &output)
        }
        if options.printsDefaults { defaults(schema, next..<schema.entryCount, to: &output) }
        places.removeLast(end &- base)
    }

    /// Adds the places of a message's fields to the stack, sorted by field and then by offset: of a
    /// repeated field the first element's, of a oneof only the member that comes last.
    private mutating func findPlaces(_ fields: WireReader, _ schema: MessageSchema) {
        let base = places.count
        var reader = fields
        var last = -1
        var winners: [Int: Int] = [:]
        var start = reader.position
        while let tag = reader.nextTag() {
            reader.skip(tag)
            let tagStart = start
            start = reader.position
            guard let index = schema.knownIndex(ofTag: tag) else { continue }
            let field = schema.entry(index)
            if index == last && field.isRepeated { continue }
            last = index
            if field.oneof >= 0 { winners[field.oneof] = index }
            places.append(UInt64(index) &<< 32 | UInt64(tagStart))
        }
        if !winners.isEmpty {
            var kept = base
            for position in base..<places.count {
                let index = Int(places[position] &>> 32)
                let oneof = schema.entry(index).oneof
                if oneof >= 0 && winners[oneof] != index { continue }
                places[kept] = places[position]
                kept &+= 1
            }
            places.removeLast(places.count &- kept)
        }
        places[base...].sort()
    }
}

extension MessageSchema {
    /// The position of the field a tag is of, or nil if the tag is of no field that is known.
    @inline(__always)
    func knownIndex(ofTag tag: UInt32) -> Int? {
        let rule = rule(ofTag: tag)
        return rule.check == .unknown ? nil : rule.index
    }
}
