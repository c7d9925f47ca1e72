/// Checks that bytes are a message, once, so that everything after may read them without checking.
///
/// One pass over the bytes, driven by the message's table; it allocates nothing but, for a map of
/// more than eight entries, a set of their keys' hashes. What passes is well-formed all the way
/// down: lengths are in bounds, varints fit 64 bits, groups balance, strings are UTF-8, and the
/// limits hold. A known field with another wire type than its own is an unknown field, as in
/// protobuf's own parsers.
///
/// The position is a local of each function, handed down and returned: it stays in a register.
struct WireValidator: ~Escapable {
    private let bytes: RawSpan
    private let limits: DecodingLimits
    private let forValues: Bool
    private var elements = 0
    private var valueBytes = 0
    private var isScattered = false

    /// Checks a whole message.
    ///
    /// - Parameters:
    ///   - bytes: the message.
    ///   - schema: its type.
    ///   - limits: what it may cost.
    ///   - forValues: whether owned values will be made of it, so that their size counts too.
    /// - Returns: whether some field lies in more than one place, so that the bytes must be put in
    ///   order before a view can read them; see ``WireNormalizer``.
    /// - Throws: ``CodecError`` naming the field, the rule and the offset.
    static func validate(
        _ bytes: RawSpan,
        as schema: MessageSchema,
        limits: DecodingLimits,
        forValues: Bool = false
    ) throws(CodecError) -> Bool {
        if bytes.byteCount > limits.maximumBytes {
            throw CodecError(
                .tooLarge,
                at: limits.maximumBytes,
                detail: "\(bytes.byteCount) bytes, limit \(limits.maximumBytes)"
            )
        }
        var validator = WireValidator(bytes, limits, forValues)
        try validator.message(schema, 0..<bytes.byteCount, depth: 0, enclosing: 0)
        if forValues && validator.valueBytes > limits.maximumValueBytes {
            throw CodecError(
                .tooLarge,
                at: 0,
                detail: "its values need \(validator.valueBytes) bytes, "
                    + "limit \(limits.maximumValueBytes)"
            )
        }
        return validator.isScattered
    }

    @_lifetime(copy bytes)
    private init(_ bytes: RawSpan, _ limits: DecodingLimits, _ forValues: Bool) {
        self.bytes = bytes
        self.limits = limits
        self.forValues = forValues
    }

    // MARK: Messages

    /// Checks the fields of a message.
    ///
    /// - Parameters:
    ///   - schema: its type.
    ///   - range: where its fields lie; within the bytes.
    ///   - depth: how many messages enclose it.
    ///   - enclosing: what the owned values that enclose it take, in bytes.
    /// - Throws: ``CodecError`` with the path from this message down.
    @_lifetime(self: copy self)
    private mutating func message(
        _ schema: MessageSchema,
        _ range: Range<Int>,
        depth: Int,
        enclosing: Int
    ) throws(CodecError) {
        let end = range.upperBound
        var position = range.lowerBound
        if depth > limits.maximumDepth {
            throw CodecError(.tooDeep, at: position, detail: "limit \(limits.maximumDepth)")
        }
        let nesting = enclosing &+ schema.valueStride
        if forValues && nesting > limits.maximumValueNesting {
            let limit = "its values nest \(nesting) bytes, limit \(limits.maximumValueNesting)"
            throw CodecError(.tooDeep, at: position, detail: limit)
        }
        valueBytes &+= schema.valueStride &+ Self.allocation
        let bytes = bytes
        var runs = RunTracker()
        while position < end {
            let start = position
            let tag = try bytes.readTag(&position, end)
            let rule = schema.rule(ofTag: tag)
            do throws(CodecError) {
                if rule.isElement {
                    try countElements(1, at: start)
                    valueBytes &+= Self.element
                }
                switch rule.check {
                case .varint: _ = try bytes.readVarint(&position, end)
                case .fixed32: try bytes.pass(4, &position, end)
                case .fixed64: try bytes.pass(8, &position, end)
                case .bytes:
                    let contents = try bytes.readContents(&position, end)
                    valueBytes &+= contents.count &+ Self.allocation
                case .text: try text(bytes.readContents(&position, end))
                case .message:
                    let contents = try bytes.readContents(&position, end)
                    let inner = schema.entry(rule.index).message
                    try message(inner, contents, depth: depth &+ 1, enclosing: nesting)
                case .packedVarint, .packedFixed32, .packedFixed64:
                    try packed(rule.check, bytes.readContents(&position, end))
                case .unknown: position = try unknown(tag, position, end, depth: depth)
                }
            } catch {
                throw error.within(pathComponent(schema, rule, at: start, from: range.lowerBound))
            }
            if rule.isTracked,
                let ended = runs.extend(schema.entry(rule.index), from: start, to: position)
            {
                checkKeys(ended)
            }
        }
        if let ended = runs.mapRun { checkKeys(ended) }
        if runs.isScattered { isScattered = true }
    }

    /// Checks that a string is UTF-8.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func text(_ range: Range<Int>) throws(CodecError) {
        valueBytes &+= range.count &+ Self.allocation
        if let invalid = UTF8Validation.firstInvalidByte(in: bytes, range) {
            throw CodecError(.invalidUTF8, at: invalid)
        }
    }

    /// Checks the elements of a packed run.
    @inline(never)
    @_lifetime(self: copy self)
    private mutating func packed(
        _ check: TagRule.Check,
        _ range: Range<Int>
    ) throws(CodecError) {
        let count: Int
        if check == .packedVarint {
            count = try Self.countVarints(in: bytes, range)
        } else {
            let width = check == .packedFixed64 ? 8 : 4
            if range.count % width != 0 { throw CodecError(.truncated, at: range.upperBound) }
            count = range.count / width
        }
        valueBytes &+= count &* 8
        try countElements(count, at: range.lowerBound)
    }

    /// Checks back-to-back varints.
    ///
    /// - Returns: how many there are.
    private static func countVarints(
        in bytes: RawSpan,
        _ range: Range<Int>
    ) throws(CodecError) -> Int {
        var count = 0
        var position = range.lowerBound
        while position < range.upperBound {
            _ = try bytes.readVarint(&position, range.upperBound)
            count &+= 1
        }
        return count
    }

    /// Notes it if two entries of a run of map entries have one key.
    @inline(never)
    @_lifetime(self: copy self)
    private mutating func checkKeys(_ run: RunTracker.Run) {
        if isScattered { return }
        let keys = run.field.message.entry(0).kind
        isScattered = MapKeys.haveDuplicate(bytes.extracting(run.start..<run.end), run.count, keys)
    }

    // MARK: Fields

    /// Passes over the value of a field the message does not know.
    ///
    /// - Returns: the position after it.
    @inline(never)
    @_lifetime(self: copy self)
    private mutating func unknown(
        _ tag: UInt32,
        _ start: Int,
        _ end: Int,
        depth: Int
    ) throws(CodecError) -> Int {
        try countElements(1, at: start)
        var position = start
        switch WireType(rawValue: UInt8(tag & 7)) {
        case .varint: _ = try bytes.readVarint(&position, end)
        case .fixed32: try bytes.pass(4, &position, end)
        case .fixed64: try bytes.pass(8, &position, end)
        case .lengthDelimited: _ = try bytes.readContents(&position, end)
        case .startGroup: position = try unknownGroup(tag, start, end, depth: depth &+ 1)
        case .endGroup, nil: throw CodecError(.unbalancedGroup, at: start)
        }
        // Arrays that grow have up to twice the room they need.
        valueBytes &+= 2 &* (position &- start) &+ Self.allocation
        return position
    }

    /// Passes over a group's fields and the tag that ends it.
    ///
    /// - Returns: the position after it.
    @_lifetime(self: copy self)
    private mutating func unknownGroup(
        _ startTag: UInt32,
        _ start: Int,
        _ end: Int,
        depth: Int
    ) throws(CodecError) -> Int {
        if depth > limits.maximumDepth {
            throw CodecError(.tooDeep, at: start, detail: "limit \(limits.maximumDepth)")
        }
        var position = start
        while position < end {
            let fieldStart = position
            let tag = try bytes.readTag(&position, end)
            if tag & 7 == UInt32(WireType.endGroup.rawValue) {
                if tag == startTag &+ 1 { return position }
                throw CodecError(.unbalancedGroup, at: fieldStart)
            }
            position = try unknown(tag, position, end, depth: depth)
        }
        throw CodecError(.unbalancedGroup, at: start)
    }

    // MARK: Limits and errors

    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func countElements(_ count: Int, at offset: Int) throws(CodecError) {
        elements &+= count
        if elements > limits.maximumElements {
            throw CodecError(
                .tooManyElements,
                at: offset,
                detail: "limit \(limits.maximumElements)"
            )
        }
    }

    /// The field's name in a path, with its index if it is repeated; empty for an unknown field.
    ///
    /// The index is counted only now that it is needed, by reading the message up to the field.
    @inline(never)
    private func pathComponent(
        _ schema: MessageSchema,
        _ rule: TagRule,
        at offset: Int,
        from start: Int
    ) -> String {
        if rule.check == .unknown { return "" }
        let field = schema.entry(rule.index)
        guard field.isRepeated else { return field.declared.name }
        var reader = WireReader(bytes.extracting(start..<offset))
        var index = 0
        while let tag = reader.nextTag() {
            if tag >> 3 == field.number { index += 1 }
            reader.skip(tag)
        }
        return "\(field.declared.name)[\(index)]"
    }

    /// What an allocation of its own costs a value beside its contents, in bytes: the object's
    /// header, a collection's, and what the allocator rounds up.
    private static let allocation = 64

    /// What an element of a repeated field or an entry of a map costs beside what it holds.
    private static let element = 32
}
