/// The identity of a trace: 128 bits that are not all zero.
public struct TraceID: Hashable, Sendable {
    /// The first eight bytes, big end first.
    public let high: UInt64
    /// The last eight bytes, big end first.
    public let low: UInt64

    /// An identity from its bits.
    ///
    /// Nil if all bits are zero, which means that there is no trace.
    ///
    /// - Parameters:
    ///   - high: the first eight bytes, big end first.
    ///   - low: the last eight.
    public init?(high: UInt64, low: UInt64) {
        if high == 0 && low == 0 { return nil }
        self.high = high
        self.low = low
    }

    /// A new identity.
    ///
    /// - Parameter generator: where all its bits come from.
    public init(using generator: inout some RandomNumberGenerator) {
        high = generator.next()
        let bits = generator.next()
        low = high == 0 && bits == 0 ? 1 : bits
    }

    /// Reads 32 hexadecimal digits in lower case.
    ///
    /// Nil if they are anything else, or all zero.
    ///
    /// - Parameter text: the digits and nothing else.
    public init?(_ text: Span<UInt8>) {
        guard text.count == 32,
            let high = Hexadecimal.number(in: text, from: 0, count: 16),
            let low = Hexadecimal.number(in: text, from: 16, count: 16)
        else { return nil }
        self.init(high: high, low: low)
    }

    /// Reads 32 hexadecimal digits in lower case.
    ///
    /// Nil if they are anything else, or all zero.
    ///
    /// - Parameter text: the digits and nothing else.
    public init?(_ text: String) {
        self.init(text.utf8.span)
    }
}

extension TraceID: CustomStringConvertible {
    /// The 32 digits that ``init(_:)`` reads.
    public var description: String {
        var text: [UInt8] = []
        append(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    func append(to text: inout [UInt8]) {
        text.appendHexadecimal(high)
        text.appendHexadecimal(low)
    }
}
