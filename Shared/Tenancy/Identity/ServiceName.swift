/// The name of one of our services, as `mmm` or `attribution`: who issues a context, and for whom.
public struct ServiceName: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    public let text: String

    /// Reads a name: 1 to 32 of `a-z`, `0-9` and `-`, a letter first; nil for any other text.
    public init?(_ text: some StringProtocol) {
        guard (1...32).contains(text.utf8.count), let first = text.utf8.first,
            first.isLowercaseLetter,
            text.utf8.allSatisfy({
                $0.isLowercaseLetter || $0.isDecimalDigit || $0 == UInt8(ascii: "-")
            })
        else { return nil }
        self.text = String(text)
    }

    /// The name.
    public var description: String { text }
}

extension UInt8 {
    /// Whether it is one of `a` to `z` in ASCII.
    var isLowercaseLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }

    /// Whether it is one of `0` to `9` in ASCII.
    var isDecimalDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
