internal import Wire

/// The header or trailer fields of one message, in order, in one run of bytes.
///
/// Names are lower case, as HTTP/2 has them; pseudo-fields such as `:path` come first. Looking a
/// field up is linear: a block holds some ten fields.
public struct HeaderBlock: Sendable {
    private var storage: [UInt8] = []
    private(set) var fields: [Field] = []

    /// Where one field lies in the storage: its value follows its name.
    struct Field: Sendable, Equatable {
        let start: UInt32
        let nameCount: UInt32
        let valueCount: UInt32
        /// Whether compression must not remember the field, because its value is a secret.
        let isSensitive: Bool
    }

    /// What a field costs beside its name and value (RFC 9113 §6.5.2).
    static let fieldOverhead = 32

    /// Makes a block without fields.
    public init() {}

    /// The number of fields, pseudo-fields included.
    public var count: Int { fields.count }

    /// Whether there are no fields.
    public var isEmpty: Bool { fields.isEmpty }

    /// The size that `SETTINGS_MAX_HEADER_LIST_SIZE` counts: names, values and 32 bytes a field.
    public var listSize: Int { storage.count + fields.count * Self.fieldOverhead }

    /// Appends a field.
    ///
    /// - Parameters:
    ///   - name: in lower case; ``HTTP2Session`` refuses to send others.
    ///   - value: no NUL, carriage return or line feed.
    ///   - isSensitive: whether compression must not remember it, because its value is a secret.
    public mutating func append(_ name: String, _ value: String, isSensitive: Bool = false) {
        append(
            name.utf8Span.span.asRawSpan,
            value.utf8Span.span.asRawSpan,
            isSensitive: isSensitive
        )
    }

    /// Appends a field whose name and value are bytes, as ``append(_:_:isSensitive:)``.
    public mutating func append(_ name: RawSpan, _ value: RawSpan, isSensitive: Bool = false) {
        if storage.isEmpty {
            storage.reserveCapacity(256)
            fields.reserveCapacity(12)
        }
        fields.append(
            Field(
                start: UInt32(storage.count),
                nameCount: UInt32(name.byteCount),
                valueCount: UInt32(value.byteCount),
                isSensitive: isSensitive
            )
        )
        storage.append(copying: name)
        storage.append(copying: value)
    }

    /// The name of a field.
    ///
    /// - Parameter index: within `0..<count`.
    /// - Returns: its bytes, in lower case.
    @_lifetime(borrow self)
    public func name(at index: Int) -> RawSpan {
        let field = fields[index]
        return storage.rawBytes.extracting(Int(field.start)..<Int(field.start + field.nameCount))
    }

    /// The value of a field.
    ///
    /// - Parameter index: within `0..<count`.
    /// - Returns: its bytes.
    @_lifetime(borrow self)
    public func value(at index: Int) -> RawSpan {
        let field = fields[index]
        let start = Int(field.start + field.nameCount)
        return storage.rawBytes.extracting(start..<start + Int(field.valueCount))
    }

    /// Whether compression must not remember a field.
    ///
    /// - Parameter index: within `0..<count`.
    /// - Returns: whether its value is a secret.
    public func isSensitive(at index: Int) -> Bool { fields[index].isSensitive }

    /// The place of the first field of a name, at or after a position.
    ///
    /// - Parameters:
    ///   - name: in lower case.
    ///   - start: where to begin.
    /// - Returns: the index; nil if there is none.
    public func firstIndex(of name: String, from start: Int = 0) -> Int? {
        let wanted = name.utf8Span.span.asRawSpan
        for index in start..<max(start, count)
        where fields[index].nameCount == wanted.byteCount
            && self.name(at: index).hasSameBytes(as: wanted)
        {
            return index
        }
        return nil
    }

    /// The value of the first field of a name, as text; bytes that are no UTF-8 are replaced.
    public subscript(name: String) -> String? {
        firstIndex(of: name).map { text(at: $0) }
    }

    /// Whether the first field of a name has a value, compared byte by byte.
    public func has(_ name: String, _ value: String) -> Bool {
        guard let index = firstIndex(of: name) else { return false }
        return self.value(at: index).hasSameBytes(as: value.utf8Span.span.asRawSpan)
    }

    /// The value of a field as text; bytes that are no UTF-8 are replaced.
    func text(at index: Int) -> String {
        String(repairing: value(at: index))
    }

    /// Lends the bytes that ``Field`` speaks of.
    var bytes: RawSpan {
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

extension HeaderBlock: Equatable {
    /// Whether both have the same fields in the same order.
    public static func == (left: HeaderBlock, right: HeaderBlock) -> Bool {
        left.storage == right.storage && left.fields == right.fields
    }
}

extension HeaderBlock: CustomStringConvertible {
    /// A line `name: value` for each field; the values of sensitive fields are left out.
    public var description: String {
        fields.indices.map { index in
            let name = String(repairing: name(at: index))
            return name + ": " + (isSensitive(at: index) ? "(sensitive)" : text(at: index))
        }.joined(separator: "\n")
    }
}
