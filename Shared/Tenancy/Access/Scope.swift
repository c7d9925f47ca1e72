/// What a credential may do, as `events:write`: the words that the contracts use for who may call a
/// method.
public struct Scope: Hashable, Sendable {
    /// The scope.
    public let text: String

    /// How many characters a scope may have at most.
    public static let maximumCount = 48

    /// Reads a scope: what it is about, a colon, and what may be done, each a lower-case letter and
    /// then letters, digits, `-`, `_` and `.`; nil for any other text.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= Self.maximumCount else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ Self.isWord($0.utf8) }) else { return nil }
        self.text = String(text)
    }

    private static func isWord(_ word: some Collection<UInt8>) -> Bool {
        guard let first = word.first, first.isLowercaseLetter else { return false }
        return word.allSatisfy { byte in
            byte.isLowercaseLetter || byte.isDecimalDigit || byte == UInt8(ascii: "-")
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
        }
    }
}

extension Scope: CustomStringConvertible, Comparable {
    /// The scope.
    public var description: String { text }

    /// The order of the characters.
    public static func < (left: Scope, right: Scope) -> Bool { left.text < right.text }
}

/// Scopes in order, each once; none implies another.
public struct ScopeSet: Hashable, Sendable {
    /// How many scopes one credential may hold.
    public static let maximumCount = 32

    /// The scopes, in order.
    public let scopes: [Scope]

    /// No scopes.
    public static let none = ScopeSet(sorted: [])

    /// A set of scopes, which may come in any order and more than once; nil for more than 32.
    public init?(_ scopes: some Sequence<Scope>) {
        let sorted = Set(scopes).sorted()
        guard sorted.count <= Self.maximumCount else { return nil }
        self.scopes = sorted
    }

    /// Reads what ``text`` writes; nil for any other text.
    public init?(text: some StringProtocol) {
        guard !text.isEmpty else {
            self = .none
            return
        }
        var scopes: [Scope] = []
        for part in text.split(separator: " ", omittingEmptySubsequences: false) {
            guard let scope = Scope(part), scopes.count < Self.maximumCount,
                scopes.last.map({ $0 < scope }) ?? true
            else { return nil }
            scopes.append(scope)
        }
        self.init(sorted: scopes)
    }

    private init(sorted scopes: [Scope]) { self.scopes = scopes }

    /// The scopes with a blank between each two, in order.
    public var text: String { scopes.map(\.text).joined(separator: " ") }

    /// Whether a scope is among them.
    public func contains(_ scope: Scope) -> Bool { scopes.contains(scope) }

    /// The first scope of a list that is missing, as a method's table has them.
    ///
    /// - Parameter required: the scopes of `MethodAccess.scopes`.
    /// - Returns: nil if all of them are held.
    public func firstMissing(of required: [String]) -> String? {
        required.first { wanted in !scopes.contains { $0.text == wanted } }
    }

    /// Those scopes that both hold: what one may pass on of what it has.
    public func intersection(_ others: ScopeSet) -> ScopeSet {
        ScopeSet(sorted: scopes.filter(others.contains))
    }
}

extension ScopeSet: CustomStringConvertible {
    /// The scopes with a blank between each two.
    public var description: String { text }
}
