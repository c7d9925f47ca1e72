/// A word of one tenant, which nobody else can know: 128 random bits.
public struct Canary: Sendable {
    /// 32 hexadecimal digits.
    public let text: String
    /// The text as a dump shows its bytes.
    private let hexadecimal: String

    /// Draws a word.
    public init() {
        var generator = SystemRandomNumberGenerator()
        text = (0..<2).map { _ in
            let half = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - half.count) + half
        }.joined()
        hexadecimal = text.utf8.map { String($0, radix: 16) }.joined()
    }

    /// Whether a text has the word in it, as text or as the hexadecimal digits of its bytes.
    public func isIn(_ text: String) -> Bool {
        text.contains(self.text) || text.lowercased().contains(hexadecimal)
    }

    /// Whether some bytes have the word in them.
    public func isIn(_ bytes: some Collection<UInt8>) -> Bool {
        isIn(String(decoding: bytes, as: UTF8.self))
    }
}
