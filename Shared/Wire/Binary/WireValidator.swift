/// Checks that bytes are a message, once, so that everything after may read them without checking.
///
/// One pass over the bytes, driven by the message's table; it allocates nothing but, for a map of
/// more than eight entries, a set of their keys' hashes. What passes is well-formed all the way
/// down: lengths are in bounds, varints fit 64 bits, groups balance, strings are UTF-8, and the
/// limits hold. A known field with another wire type than its own is an unknown field, as in
/// protobuf's own parsers.
struct WireValidator: ~Escapable {
    private let bytes: RawSpan
    private let limits: DecodingLimits
    private var position = 0
    private var elements = 0
    private var valueBytes = 0

    /// Whether some field lies in more than one place; see ``WireNormalizer``.
    private(set) var isScattered = false

    /// Checks a whole message.
    ///
    /// - Parameters:
    ///   - bytes: the message.
    ///   - schema: its type.
    ///   - limits: what it may cost.
    ///   - forValues: whether owned values will be made of it, so that their size counts too.
    /// - Returns: whether the bytes must be put in order before a view can read them.
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
        var validator = WireValidator(bytes, limits)
        try validator.message(schema, end: bytes.byteCount, depth: 1)
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
    private init(_ bytes: RawSpan, _ limits: DecodingLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    // MARK: Messages

    /// Checks the fields from `position` to `end`.
    @_lifetime(self: copy self)
    private mutating func message(_ schema: MessageSchema, end: Int, depth: Int) throws(CodecError) {
        if depth > limits.maximumDepth {
            throw CodecError(.tooDeep, at: position, detail: "limit \(limits.maximumDepth)")
        }
        let start = position
        valueBytes &+= schema.valueStride
        var runs = RunTracker()
        while position < end {
            let tagStart = position
            let (number, wireType) = try tag(end: end)
            guard let index = schema.index(ofNumber: number) else {
                try skip(number, wireType, end: end, depth: depth)
                try countElements(1, at: tagStart)
                continue
            }
            let field = schema.entry(index)
            do {
                guard try known(field, wireType, end: end, depth: depth) else {
                    try skip(number, wireType, end: end, depth: depth)
                    try countElements(1, at: tagStart)
                    continue
                }
            } catch {
                throw error.within(pathComponent(field, at: tagStart, from: start))
            }
            if field.trackedBit != FieldEntry.untracked {
                let closed = runs.extend(field, index, from: tagStart, to: position)
                if let closed { checkKeys(closed, schema) }
            }
        }
        if let closed = runs.current { checkKeys(closed, schema) }
        isScattered = isScattered || runs.isScattered
    }

    /// Checks the bytes of a known field after its tag.
    ///
    /// - Returns: false, with nothing read, if the wire type is not one the field may have.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func known(
        _ field: FieldEntry,
        _ wireType: WireType,
        end: Int,
        depth: Int
    ) throws(CodecError) -> Bool {
        let kind = field.kind
        let expected = kind.wireType
        if wireType != expected {
            guard wireType == .lengthDelimited, field.isRepeated else { return false }
            let length = try self.length(end: end)
            try packed(expected, end: position &+ length)
            return true
        }
        if field.isRepeated { try countElements(1, at: position) }
        switch kind {
        case .message:
            let length = try self.length(end: end)
            try message(field.message, end: position &+ length, depth: depth &+ 1)
        case .string:
            let length = try self.length(end: end)
            if let invalid = UTF8Validation.firstInvalidByte(in: bytes, position..<position &+ length)
            {
                throw CodecError(.invalidUTF8, at: invalid)
            }
            valueBytes &+= length &+ Self.stringOverhead
            position &+= length
        case .bytes:
            let length = try self.length(end: end)
            valueBytes &+= length &+ Self.stringOverhead
            position &+= length
        default:
            valueBytes &+= 8
            try scalar(expected, end: end)
        }
        return true
    }

    /// Checks the elements of a packed run.
    @_lifetime(self: copy self)
    private mutating func packed(_ wireType: WireType, end: Int) throws(CodecError) {
        let start = position
        let count: Int
        if wireType == .varint {
            count = try packedVarints(end: end)
        } else {
            let width = wireType == .fixed64 ? 8 : 4
            if (end &- start) % width != 0 { throw CodecError(.truncated, at: end) }
            count = (end &- start) / width
            position = end
        }
        valueBytes &+= count &* 8
        try countElements(count, at: start)
    }

    /// Checks back-to-back varints up to `end`.
    ///
    /// - Returns: how many there are.
    @_lifetime(self: copy self)
    private mutating func packedVarints(end: Int) throws(CodecError) -> Int {
        var count = 0
        while position < end {
            if bytes.byte(at: position) < 0x80 {
                position &+= 1
            } else {
                _ = try varint(end: end)
            }
            count &+= 1
        }
        return count
    }

    /// Sets ``isScattered`` if two entries of a run of map entries have one key.
    @_lifetime(self: copy self)
    private mutating func checkKeys(_ run: RunTracker.Run, _ schema: MessageSchema) {
        guard run.count > 1, !isScattered else { return }
        let field = schema.entry(run.field)
        guard field.cardinality == .map else { return }
        let keys = field.message.entry(0).kind
        isScattered = MapKeys.haveDuplicate(bytes.extracting(run.start..<run.end), run.count, keys)
    }

    // MARK: Fields

    /// Reads a tag.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func tag(end: Int) throws(CodecError) -> (number: UInt32, WireType) {
        let start = position
        let bits = try varint(end: end)
        guard bits <= UInt64(UInt32.max), bits >= 8, let type = WireType(rawValue: UInt8(bits & 7))
        else { throw CodecError(.invalidTag, at: start) }
        return (UInt32(truncatingIfNeeded: bits) >> 3, type)
    }

    /// Reads a length and checks that so many bytes are there.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func length(end: Int) throws(CodecError) -> Int {
        let start = position
        let length = try varint(end: end)
        if length > UInt64(end &- position) { throw CodecError(.truncated, at: start) }
        return Int(truncatingIfNeeded: length)
    }

    /// Passes over one value that is not length-delimited.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func scalar(_ wireType: WireType, end: Int) throws(CodecError) {
        if wireType == .varint {
            _ = try varint(end: end)
        } else {
            let width = wireType == .fixed64 ? 8 : 4
            if end &- position < width { throw CodecError(.truncated, at: position) }
            position &+= width
        }
    }

    /// Passes over the value of a field the message does not know.
    @_lifetime(self: copy self)
    private mutating func skip(
        _ number: UInt32,
        _ wireType: WireType,
        end: Int,
        depth: Int
    ) throws(CodecError) {
        switch wireType {
        case .varint, .fixed32, .fixed64:
            try scalar(wireType, end: end)
        case .lengthDelimited:
            let length = try self.length(end: end)
            position &+= length
            valueBytes &+= length
        case .startGroup:
            try skipGroup(number, end: end, depth: depth &+ 1)
        case .endGroup:
            throw CodecError(.unbalancedGroup, at: position)
        }
    }

    /// Passes over a group's fields and the tag that ends it.
    @_lifetime(self: copy self)
    private mutating func skipGroup(_ group: UInt32, end: Int, depth: Int) throws(CodecError) {
        if depth > limits.maximumDepth {
            throw CodecError(.tooDeep, at: position, detail: "limit \(limits.maximumDepth)")
        }
        let start = position
        while position < end {
            let tagStart = position
            let (number, wireType) = try tag(end: end)
            if wireType == .endGroup {
                if number == group { return }
                throw CodecError(.unbalancedGroup, at: tagStart)
            }
            try skip(number, wireType, end: end, depth: depth)
            try countElements(1, at: tagStart)
        }
        throw CodecError(.unbalancedGroup, at: start)
    }

    /// Reads a varint of at most ten bytes and 64 bits.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func varint(end: Int) throws(CodecError) -> UInt64 {
        if position < end {
            let byte = bytes.byte(at: position)
            if byte < 0x80 {
                position &+= 1
                return UInt64(byte)
            }
        }
        return try longVarint(end: end)
    }

    @inline(never)
    @_lifetime(self: copy self)
    private mutating func longVarint(end: Int) throws(CodecError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while position < end {
            let byte = bytes.byte(at: position)
            if shift == 63 && byte > 1 { throw CodecError(.overlongVarint, at: start) }
            position &+= 1
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return value }
            shift &+= 7
        }
        throw CodecError(.truncated, at: start)
    }

    // MARK: Limits and errors

    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func countElements(_ count: Int, at offset: Int) throws(CodecError) {
        elements &+= count
        if elements > limits.maximumElements {
            throw CodecError(.tooManyElements, at: offset, detail: "limit \(limits.maximumElements)")
        }
    }

    /// The field's name in a path, with its index if it is repeated: counted only now that it is
    /// needed, by reading the message again up to the field.
    private func pathComponent(_ field: FieldEntry, at offset: Int, from start: Int) -> String {
        guard field.isRepeated else { return field.declared.name }
        var reader = WireReader(bytes.extracting(start..<offset))
        var index = 0
        while let tag = reader.nextTag() {
            if tag >> 3 == field.number { index += 1 }
            reader.skip(tag)
        }
        return "\(field.declared.name)[\(index)]"
    }

    /// What a string or a run of bytes costs beside its contents.
    private static let stringOverhead = 32
}
