public import HTTP2
internal import Wire

/// The fields that callers and services send beside their messages, in order.
///
/// Names are lower case. The values of names that end in `-bin` are bytes, all others printable
/// ASCII. Names of the protocol's own, as `grpc-…`, are not part of it.
public struct Metadata: Sendable, Equatable {
    /// All fields of the message that this came with, the protocol's own included.
    private(set) var block: HeaderBlock

    /// Why a field cannot be sent.
    public enum Fault: Error, Equatable {
        /// The name has other characters than `0-9 a-z _ - .`, or none.
        case illegalName(String)
        /// The protocol keeps the name for itself.
        case reservedName(String)
        /// The value has other characters than printable ASCII, or blanks at an end.
        case illegalValue(name: String)
        /// A value is text and its name ends in `-bin`, or the other way round.
        case wrongKind(name: String)
    }

    /// Makes metadata without fields.
    public init() { block = HeaderBlock() }

    /// Takes the fields of a message that has come.
    package init(received block: HeaderBlock) { self.block = block }

    // MARK: Writing

    /// Appends a field.
    ///
    /// - Parameters:
    ///   - name: in lower case, not ending in `-bin`.
    ///   - value: printable ASCII without blanks at its ends.
    ///   - treatment: how the value is treated.
    /// - Throws: ``Fault``.
    public mutating func add(
        _ name: String,
        _ value: String,
        as treatment: FieldTreatment = .plain
    ) throws(Fault) {
        try Self.check(name)
        if Self.isBinary(name) { throw .wrongKind(name: name) }
        let text = value.utf8Span.span.asRawSpan
        guard Self.isLegal(value: text) else { throw .illegalValue(name: name) }
        block.append(name.utf8Span.span.asRawSpan, text, as: treatment)
    }

    /// Appends a field of bytes, which are sent in base64.
    ///
    /// - Parameters:
    ///   - name: in lower case, ending in `-bin`.
    ///   - value: any bytes.
    /// - Throws: ``Fault``.
    public mutating func add(_ name: String, bytes value: [UInt8]) throws(Fault) {
        try Self.check(name)
        guard Self.isBinary(name) else { throw .wrongKind(name: name) }
        block.append(name, binary: value.rawBytes)
    }

    /// Appends all fields of other metadata.
    public mutating func append(_ other: Metadata) {
        other.append(to: &block)
    }

    private static func check(_ name: String) throws(Fault) {
        let bytes = name.utf8Span.span.asRawSpan
        guard bytes.byteCount > 0 else { throw .illegalName(name) }
        for place in 0..<bytes.byteCount where !isNameByte(bytes.byte(at: place)) {
            throw .illegalName(name)
        }
        if isReserved(bytes) { throw .reservedName(name) }
    }

    /// Whether the values of a name are bytes.
    private static func isBinary(_ name: String) -> Bool {
        let bytes = name.utf8Span.span.asRawSpan
        return bytes.byteCount >= 4
            && bytes.extracting(droppingFirst: bytes.byteCount - 4).equals("-bin")
    }

    private static func isLegal(value: RawSpan) -> Bool {
        let count = value.byteCount
        if count == 0 { return true }
        for place in 0..<count where !(0x20...0x7e).contains(value.byte(at: place)) { return false }
        return value.byte(at: 0) != 0x20 && value.byte(at: count - 1) != 0x20
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    // MARK: Reading

    /// The value of the first field of a name, as text; nil if there is none.
    public subscript(name: String) -> String? {
        Self.isReserved(name.utf8Span.span.asRawSpan) ? nil : block[name]
    }

    /// The values of all fields of a name, in order.
    public func values(_ name: String) -> [String] {
        let wanted = name.utf8Span.span.asRawSpan
        if Self.isReserved(wanted) { return [] }
        var values: [String] = []
        let bytes = block.bytes
        var next = 0
        while let field = HeaderBlock.field(at: next, in: bytes) {
            next = field.end
            guard field.nameCount == wanted.byteCount else { continue }
            let valueStart = field.start + field.nameCount
            if bytes.extracting(field.start..<valueStart).hasSameBytes(as: wanted) {
                values.append(String(repairing: bytes.extracting(valueStart..<next)))
            }
        }
        return values
    }

    /// The values of all fields of bytes of a name, in order.
    ///
    /// - Parameter name: ends in `-bin`.
    /// - Returns: what the base64 stands for; what is none is left out.
    public func bytes(_ name: String) -> [[UInt8]] {
        var all: [[UInt8]] = []
        for text in values(name) {
            // Several fields may have been joined on the way, and any of them may be empty.
            for part in text.split(separator: ",", omittingEmptySubsequences: false) {
                let digits = String(part.drop(while: { $0 == " " }))
                var bytes = OutputBuffer()
                guard Base64.decode(digits.utf8Span.span.asRawSpan, to: &bytes) else { continue }
                all.append(Array(copying: bytes.bytes))
            }
        }
        return all
    }

    /// Whether the name of a field begins with a text.
    ///
    /// - Parameter beginning: in lower case, not that of names of the protocol's own.
    /// - Returns: true if there is such a field.
    public func contains(beginning: StaticString) -> Bool {
        let bytes = block.bytes
        var next = 0
        while let field = HeaderBlock.field(at: next, in: bytes) {
            next = field.end
            let name = bytes.extracting(field.start..<field.start + field.nameCount)
            if name.hasPrefix(beginning) { return true }
        }
        return false
    }

    /// The names of all fields, in order, each as often as it comes.
    public var names: [String] {
        var names: [String] = []
        for field in block.fields where !Self.isReserved(block.name(of: field)) {
            names.append(String(repairing: block.name(of: field)))
        }
        return names
    }

    /// Whether there are no fields.
    public var isEmpty: Bool {
        if block.isEmpty { return true }
        for field in block.fields where !Self.isReserved(block.name(of: field)) { return false }
        return true
    }

    /// The fields whose names are wanted, in order.
    ///
    /// - Parameter isWanted: says it of a name; those of the protocol's own are not asked about.
    /// - Returns: metadata that can be sent on.
    package func filtered(by isWanted: (RawSpan) -> Bool) -> Metadata {
        var result = Metadata()
        for field in block.fields {
            let name = block.name(of: field)
            guard !Self.isReserved(name), isWanted(name) else { continue }
            result.block.append(field, of: block)
        }
        return result
    }

    /// Appends the fields to those of a message.
    package func append(to headers: inout HeaderBlock) {
        if block.isEmpty { return }
        for field in block.fields where !Self.isReserved(block.name(of: field)) {
            headers.append(field, of: block)
        }
    }

    /// Whether the protocol keeps a name for itself.
    package static func isReserved(_ name: RawSpan) -> Bool {
        guard name.byteCount > 0 else { return true }
        switch name.byte(at: 0) {
        case UInt8(ascii: ":"): return true
        case UInt8(ascii: "g"): return name.hasPrefix("grpc-")
        case UInt8(ascii: "c"): return name.equals("content-type") || name.equals("connection")
        case UInt8(ascii: "t"): return name.equals("te") || name.equals("transfer-encoding")
        case UInt8(ascii: "u"): return name.equals("user-agent")
        case UInt8(ascii: "h"): return name.equals("host")
        default: return false
        }
    }
}

extension HeaderBlock {
    /// Appends a field of bytes, in base64; the protocol asks for no padding.
    mutating func append(_ name: String, binary value: RawSpan) {
        var text = OutputBuffer()
        Base64.append(unpadded: value, to: &text)
        append(name.utf8Span.span.asRawSpan, text.bytes)
    }
}
