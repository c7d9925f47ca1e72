internal import Crypto
internal import Lifecycle
internal import Tenancy
internal import Wire

/// The tokens of the operators, as a file names them.
///
/// Each line is a name, a token and, if not all of `admin` is meant, scopes, with blanks between:
///
///     anna 4hVb…                         # may do everything
///     backup 9xQt… admin:read admin:export
///
/// Of a token only a code is kept, by a key that ends with the process, and compared in a time that
/// tells nothing.
public struct OperatorTokens: Sendable {
    private let key = AuthenticationKey(SecretBytes(randomCount: 32))
    private var entries: [(code: [UInt8], holder: Operator)] = []

    /// How many operators a file may name.
    public static let mostOperators = 100
    /// How many characters a token has.
    public static let tokenCharacters = 32...200
    private static let mostBytes = 64 << 10

    /// Why there are no tokens; without a word of them.
    public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        /// The reason, in words.
        public let description: String
    }

    /// Reads a file, which must be the process's own and of mode 600; it blocks.
    ///
    /// - Parameter path: the file.
    /// - Throws: ``Fault``.
    public init(file path: String) throws(Fault) {
        let bytes: [UInt8]
        do {
            bytes = try BoundedFile.read(path, upTo: Self.mostBytes, isPrivate: true)
        } catch {
            throw Fault(description: "\(path): \(error.reason)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Fault(description: "\(path): it is not UTF-8")
        }
        try self.init(text: text, of: path)
    }

    /// Reads the text of a file.
    ///
    /// - Parameters:
    ///   - text: its lines.
    ///   - path: what the file is called.
    /// - Throws: ``Fault`` naming the line.
    init(text: String, of path: String) throws(Fault) {
        var names: Set<String> = []
        for (index, line) in text.split(
            separator: "\n",
            omittingEmptySubsequences: false
        ).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard let name = words.first else { continue }
            let place = "\(path):\(index + 1)"
            guard let actor = Actor(.operator, name), names.insert(String(name)).inserted else {
                throw Fault(description: "\(place): expected a name that no line before has")
            }
            guard words.count > 1, Self.tokenCharacters.contains(words[1].utf8.count),
                words[1].utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else {
                throw Fault(description: "\(place): expected a token of 32 to 200 characters")
            }
            var scopes: [Scope] = []
            for word in words.dropFirst(2) {
                guard let scope = Scope(word), word.hasPrefix("admin:") else {
                    throw Fault(description: "\(place): expected scopes as admin:read")
                }
                scopes.append(scope)
            }
            guard let set = ScopeSet(scopes), entries.count < Self.mostOperators else {
                throw Fault(description: "\(place): there are too many scopes or operators")
            }
            let code = key.code(for: Array(words[1].utf8).rawBytes)
            entries.append((code, Operator(actor, scopes: scopes.isEmpty ? nil : set)))
        }
        if entries.isEmpty { throw Fault(description: "\(path): it names no operator") }
    }

    /// Draws a token, for whoever writes the file.
    ///
    /// - Returns: 256 random bits in 43 digits and letters.
    public static func random() -> String {
        Base62.encode(SecureRandom.bytes(32).rawBytes)
    }

    /// Whose a token is; nil for one that is nobody's.
    ///
    /// All tokens are compared, whichever is right.
    func holder(of token: String) -> Operator? {
        let message = Array(token.utf8)
        var found: Operator?
        for (code, holder) in entries where key.isValid(code.rawBytes, for: message.rawBytes) {
            found = holder
        }
        return found
    }
}
