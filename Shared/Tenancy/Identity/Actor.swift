/// Who acts for a tenant: the holder of a key, a person, a job, one of our services, or an
/// operator of the platform.
public struct Actor: Hashable, Sendable {
    /// What kind of actor.
    public enum Kind: String, Sendable, CaseIterable {
        /// The holder of an API key, by the key's id.
        case key
        /// A person with a session of the console, by the person's id.
        case user
        /// A job, by its id.
        case job
        /// A service of ours, by its name.
        case service
        /// Whoever runs the platform, by the name of their token.
        case `operator`
    }

    /// What kind of actor it is.
    public let kind: Kind
    /// Its id among its kind: 1 to 64 of letters, digits, `-`, `_` and `.`.
    public let id: String

    /// An actor; nil if the id has another form.
    public init?(_ kind: Kind, _ id: some StringProtocol) {
        let id = String(id)
        let bytes = id.utf8Span.span
        guard (1...64).contains(bytes.count) else { return nil }
        for place in bytes.indices where !Self.isIDByte(bytes[place]) { return nil }
        self.kind = kind
        self.id = id
    }

    /// Reads an actor, as `user:42`; nil for any other text.
    public init?(text: some StringProtocol) {
        guard let colon = text.firstIndex(of: ":"),
            let kind = Kind(rawValue: String(text[..<colon]))
        else { return nil }
        self.init(kind, text[text.index(after: colon)...])
    }

    private static func isIDByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            true
        default: byte.isLowercaseLetter || byte.isDecimalDigit
        }
    }
}

extension Actor: CustomStringConvertible {
    /// The kind and the id, as `user:42`.
    public var description: String { "\(kind.rawValue):\(id)" }
}
