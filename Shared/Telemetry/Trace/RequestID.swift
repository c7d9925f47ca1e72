/// What a request is called on its whole way, by logs and by those who ask about it.
///
/// Whoever calls first may name it; it is a name only, and gives no right to anything.
public struct RequestID: Hashable, Sendable {
    /// The name: at most ``longest`` printable characters of ASCII, none of them a blank.
    public let text: String

    /// The most bytes a name may have.
    public static let longest = 128

    /// Takes a name over.
    ///
    /// Nil if it is empty, too long, or has other bytes than 0x21 to 0x7E.
    ///
    /// - Parameter text: what the caller calls the request.
    public init?(_ text: String) {
        let bytes = text.utf8
        guard (1...Self.longest).contains(bytes.count),
            bytes.allSatisfy({ (0x21...0x7e).contains($0) })
        else { return nil }
        self.text = text
    }

    /// A new name: 32 hexadecimal digits.
    ///
    /// - Parameter generator: where its bits come from.
    public init(using generator: inout some RandomNumberGenerator) {
        let (high, low) = (generator.next(), generator.next())
        text = unsafe String(unsafeUninitializedCapacity: 32) { digits in
            for place in 0..<16 {
                let shift = UInt64(60 - place * 4)
                // Two halves of sixteen digits, within the capacity.
                unsafe digits[place] = Hexadecimal.digit(high >> shift)
                unsafe digits[16 + place] = Hexadecimal.digit(low >> shift)
            }
            return 32
        }
    }
}

extension RequestID: CustomStringConvertible {
    /// The name.
    public var description: String { text }
}
