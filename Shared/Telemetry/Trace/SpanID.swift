/// The identity of a span within its trace: 64 bits that are not all zero.
public struct SpanID: Hashable, Sendable {
    /// The eight bytes, big end first.
    public let bits: UInt64

    /// An identity from its bits.
    ///
    /// Nil if all bits are zero, which means that there is no span.
    ///
    /// - Parameter bits: the eight bytes, big end first.
    public init?(bits: UInt64) {
        if bits == 0 { return nil }
        self.bits = bits
    }

    /// A new identity.
    ///
    /// - Parameter generator: where its bits come from.
    public init(using generator: inout some RandomNumberGenerator) {
        bits = max(generator.next(), 1)
    }

    /// Reads 16 hexadecimal digits in lower case.
    ///
    /// Nil if they are anything else, or all zero.
    ///
    /// - Parameter text: the digits and nothing else.
    public init?(_ text: Span<UInt8>) {
        guard text.count == 16, let bits = Hexadecimal.number(in: text, from: 0, count: 16)
        else { return nil }
        self.init(bits: bits)
    }

    /// Reads 16 hexadecimal digits in lower case.
    ///
    /// Nil if they are anything else, or all zero.
    ///
    /// - Parameter text: the digits and nothing else.
    public init?(_ text: String) {
        self.init(text.utf8.span)
    }
}

extension SpanID: CustomStringConvertible {
    /// The 16 digits that ``init(_:)`` reads.
    public var description: String {
        var text: [UInt8] = []
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    func append(to text: inout [UInt8]) {
        text.appendHexadecimal(bits)
    }
}
