internal import Wire

/// The header or trailer fields of one message, in order, in one run of bytes.
///
/// Names are lower case, as HTTP/2 has them; pseudo-fields such as `:path` come first. Looking a
/// field up is linear: a block holds some ten fields.
public struct HeaderBlock: Sendable, Equatable {
    /// For each field eight bytes, which say how long it is, its name and its value.
    private var storage: [UInt8] = []

    /// The number of fields, pseudo-fields included.
    public private(set) var count = 0

    /// Whether ``isLegal`` is known to be true, for blocks that are sent again and again.
    package private(set) var isKnownLegal = false

    /// Where one field lies in its block.
    public struct Field: Sendable, Equatable {
        /// The offset of the name; the value follows it.
        package let start: Int
        package let nameCount: Int
        package let valueCount: Int
        fileprivate let treatmentBits: UInt8

        /// How the value is treated.
        public var treatment: FieldTreatment {
            // Each of the four is one.
            FieldTreatment(rawValue: treatmentBits) ?? .secret
        }

        package var end: Int { start + nameCount + valueCount }
    }

    /// What a field costs beside its name and value (RFC 9113 §6.5.2).
    static let fieldOverhead = 32
    private static let prefixCount = 8
    /// The two highest bits of a name's length say how the value is treated.
    private static let treatmentShift = 30

    /// Makes a block without fields.
    public init() {}

    /// Makes a block of one whose fields come first, a field, and one whose fields come last.
    ///
    /// There is room for a few more, as requests have them.
    package init(_ opening: HeaderBlock, _ name: String, _ value: String, _ rest: HeaderBlock) {
        let spare = 64
        let (name, value) = (name.utf8Span.span.asRawSpan, value.utf8Span.span.asRawSpan)
        let prefix = Self.prefix(name, value, .plain)
        let known =
            opening.storage.count + Self.prefixCount + name.byteCount + value.byteCount
            + rest.storage.count
        // There is room for all of it, which is initialised from the front.
        unsafe storage = Array(unsafeUninitializedCapacity: known + spare) { target, filled in
            guard let base = target.baseAddress else { return }
            var place = UnsafeMutableRawPointer(base)
            unsafe Self.copy(opening.bytes, to: &place)
            unsafe Self.write(prefix, name, value, to: &place)
            unsafe Self.copy(rest.bytes, to: &place)
            filled = known
        }
        count = opening.count + 1 + rest.count
    }

    /// Whether there are no fields.
    public var isEmpty: Bool { count == 0 }

    /// The size that `SETTINGS_MAX_HEADER_LIST_SIZE` counts: names, values and 32 bytes a field.
    public var listSize: Int {
        storage.count + count * (Self.fieldOverhead - Self.prefixCount)
    }

    /// Appends a field.
    ///
    /// - Parameters:
    ///   - name: in lower case; ``HTTP2Session`` refuses to send others.
    ///   - value: no NUL, carriage return or line feed.
    ///   - treatment: how the value is treated.
    public mutating func append(
        _ name: String,
        _ value: String,
        as treatment: FieldTreatment = .plain
    ) {
        append(name.utf8Span.span.asRawSpan, value.utf8Span.span.asRawSpan, as: treatment)
    }

    /// Appends a field whose name and value are bytes, as ``append(_:_:as:)``.
    public mutating func append(
        _ name: RawSpan,
        _ value: RawSpan,
        as treatment: FieldTreatment = .plain
    ) {
        if storage.isEmpty { storage.reserveCapacity(256) }
        count += 1
        isKnownLegal = false
        let prefix = Self.prefix(name, value, treatment)
        // Every byte of an integer is initialised.
        unsafe withUnsafeBytes(of: prefix.littleEndian) { unsafe storage.append(contentsOf: $0) }
        storage.append(copying: name)
        storage.append(copying: value)
    }

    /// Appends a field of another block as it is.
    package mutating func append(_ field: Field, of other: HeaderBlock) {
        if storage.isEmpty { storage.reserveCapacity(256) }
        count += 1
        isKnownLegal = false
        let bytes = other.bytes.extracting(field.start - Self.prefixCount..<field.end)
        storage.append(copying: bytes)
    }

    /// Appends all fields of another block.
    package mutating func append(_ other: HeaderBlock) {
        count += other.count
        isKnownLegal = false
        storage.append(copying: other.bytes)
    }

    /// The same block, which says whether it can be sent.
    ///
    /// - Returns: the block.
    package func examined() -> HeaderBlock {
        var block = self
        block.isKnownLegal = isLegal
        return block
    }

    /// The same block, of which it is known that all its fields may be sent.
    ///
    /// - Returns: the block; debug builds check it.
    package func known() -> HeaderBlock {
        assert(isLegal, "the block cannot be sent")
        var block = self
        block.isKnownLegal = true
        return block
    }

    /// Whether both have the same fields in the same order.
    public static func == (left: HeaderBlock, right: HeaderBlock) -> Bool {
        left.bytes.hasSameBytes(as: right.bytes)
    }

    // MARK: Blocks that arrive

    /// Writes a field as a block holds it.
    static func write(
        _ name: RawSpan,
        _ value: RawSpan,
        _ treatment: FieldTreatment,
        to output: inout OutputBuffer
    ) {
        let prefix = prefix(name, value, treatment)
        let length = prefixCount + name.byteCount + value.byteCount
        // There is room for all of it, which is initialised from the front.
        unsafe output.appendUninitialized(length) { room in
            guard var place = room.baseAddress else { return 0 }
            unsafe write(prefix, name, value, to: &place)
            return length
        }
    }

    /// Writes a field to memory that has room for it, and moves behind it.
    @unsafe
    @inline(__always)
    private static func write(
        _ prefix: UInt64,
        _ name: RawSpan,
        _ value: RawSpan,
        to place: inout UnsafeMutableRawPointer
    ) {
        unsafe place.storeBytes(of: prefix.littleEndian, as: UInt64.self)
        unsafe place += prefixCount
        unsafe copy(name, to: &place)
        unsafe copy(value, to: &place)
    }

    /// Copies bytes to memory that has room for them, and moves behind it.
    @unsafe
    @inline(__always)
    private static func copy(_ bytes: RawSpan, to place: inout UnsafeMutableRawPointer) {
        unsafe bytes.withUnsafeBytes { source in
            guard let start = source.baseAddress else { return }
            unsafe place.copyMemory(from: start, byteCount: source.count)
        }
        unsafe place += bytes.byteCount
    }

    /// Makes a block of fields that ``write(_:_:_:to:)`` has written.
    init(written bytes: RawSpan, count: Int) {
        storage.append(copying: bytes)
        self.count = count
    }

    private static func prefix(
        _ name: RawSpan,
        _ value: RawSpan,
        _ treatment: FieldTreatment
    ) -> UInt64 {
        let first = UInt64(name.byteCount) | UInt64(treatment.rawValue) << treatmentShift
        return first | UInt64(value.byteCount) << 32
    }

    // MARK: Looking up

    /// The fields in order.
    public var fields: Fields { Fields(block: self) }

    /// The fields of a block, one after the other.
    public struct Fields: Sequence, IteratorProtocol {
        let block: HeaderBlock
        var offset = 0

        /// The next field.
        ///
        /// - Returns: where it lies; nil after the last.
        public mutating func next() -> Field? {
            guard let field = block.field(at: offset) else { return nil }
            offset = field.end
            return field
        }
    }

    /// The name of a field.
    ///
    /// - Parameter field: a field of this block.
    /// - Returns: its bytes, in lower case.
    @_lifetime(borrow self)
    public func name(of field: Field) -> RawSpan {
        storage.rawBytes.extracting(field.start..<field.start + field.nameCount)
    }

    /// The value of a field.
    ///
    /// - Parameter field: a field of this block.
    /// - Returns: its bytes.
    @_lifetime(borrow self)
    public func value(of field: Field) -> RawSpan {
        storage.rawBytes.extracting(field.start + field.nameCount..<field.end)
    }

    /// The first field of a name.
    ///
    /// - Parameter name: in lower case.
    /// - Returns: where it lies; nil if there is none.
    public func first(_ name: String) -> Field? {
        let wanted = name.utf8Span.span.asRawSpan
        let bytes = storage.rawBytes
        var next = 0
        while let field = Self.field(at: next, in: bytes) {
            let name = bytes.extracting(field.start..<field.start + field.nameCount)
            if name.hasSameBytes(as: wanted) { return field }
            next = field.end
        }
        return nil
    }

    /// The value of the first field of a name, as text; bytes that are no UTF-8 are replaced.
    public subscript(name: String) -> String? {
        guard let field = first(name) else { return nil }
        return String(repairing: value(of: field))
    }

    /// Whether the first field of a name has a value, compared byte by byte.
    public func has(_ name: String, _ value: String) -> Bool {
        guard let field = first(name) else { return false }
        return self.value(of: field).hasSameBytes(as: value.utf8Span.span.asRawSpan)
    }

    /// The field whose eight bytes are at an offset; nil at the end.
    private func field(at offset: Int) -> Field? { Self.field(at: offset, in: storage.rawBytes) }

    /// The field whose eight bytes are at an offset of a block's ``bytes``; nil at the end.
    package static func field(at offset: Int, in bytes: RawSpan) -> Field? {
        guard offset < bytes.byteCount else { return nil }
        let first = bytes.littleEndian(at: offset, as: UInt32.self)
        return Field(
            start: offset + prefixCount,
            nameCount: Int(first & (1 << treatmentShift - 1)),
            valueCount: Int(bytes.littleEndian(at: offset + 4, as: UInt32.self)),
            treatmentBits: UInt8(truncatingIfNeeded: first >> treatmentShift)
        )
    }

    /// The bytes that ``Field`` speaks of.
    package var bytes: RawSpan {
        @_lifetime(borrow self)
        get { storage.rawBytes }
    }
}

extension HeaderBlock: ExpressibleByDictionaryLiteral {
    /// Makes a block of fields in the given order, names in lower case; a name may come again.
    public init(dictionaryLiteral fields: (String, String)...) {
        self.init()
        for (name, value) in fields {
            append(name, value)
        }
    }
}

extension HeaderBlock: CustomStringConvertible {
    /// A line `name: value` for each field; the values of secrets are left out.
    public var description: String {
        fields.map { field in
            String(repairing: name(of: field)) + ": "
                + (field.treatment.isHidden ? "(sensitive)" : String(repairing: value(of: field)))
        }.joined(separator: "\n")
    }
}
