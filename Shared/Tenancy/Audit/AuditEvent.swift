public import Telemetry

/// That someone did something which has to be known later: who, what, to what, and when.
///
/// It has room for names and ids alone: texts are short and of one line, and nothing that holds a
/// secret can be turned into one. Making one with anything else is refused, never cut.
public struct AuditEvent: Hashable, Sendable {
    /// Why an event cannot be kept.
    public enum Fault: Error, Hashable {
        /// The action is not words of `a-z` with dots between them, as `key.rotate`.
        case action
        /// The subject is not one line of 1 to 200 characters.
        case subject
        /// There are more than 16 details, or a name is not a word, or a text not one line of at
        /// most 256 characters; the name.
        case detail(String)
    }

    /// How it went.
    public enum Outcome: String, Sendable, CaseIterable {
        /// It was done.
        case done
        /// It was refused: whoever tried had no right to it.
        case refused
        /// It went wrong.
        case failed
    }

    /// When.
    public let time: UTCTimestamp
    /// For which tenant; nil for what concerns the platform.
    public let tenant: TenantID?
    /// Who.
    public let actor: Actor
    /// What, as `key.rotate`.
    public let action: String
    /// To what, as the id of a key.
    public let subject: String
    /// How it went.
    public let outcome: Outcome
    /// More about it, in order of the names.
    public let details: [Detail]

    /// A fact about an event.
    public struct Detail: Hashable, Sendable {
        /// What it is, as `scopes`.
        public let name: String
        /// The fact.
        public let text: String
    }

    /// An event.
    ///
    /// - Parameters:
    ///   - action: what was done, as `key.rotate`.
    ///   - subject: to what.
    ///   - actor: by whom.
    ///   - tenant: for which tenant; nil for what concerns the platform.
    ///   - outcome: how it went.
    ///   - time: when.
    ///   - details: more about it, by its names.
    /// - Throws: ``Fault``.
    public init(
        _ action: String,
        of subject: String,
        by actor: Actor,
        for tenant: TenantID?,
        _ outcome: Outcome,
        at time: UTCTimestamp,
        details: [String: String] = [:]
    ) throws(Fault) {
        guard action.utf8.count <= 64, Self.isAction(action) else { throw .action }
        guard Self.isLine(subject, 1...200) else { throw .subject }
        let sorted = details.sorted { $0.key < $1.key }
        if sorted.count > 16 { throw .detail(sorted[16].key) }
        if let wrong = sorted.first(where: { !Self.isWord($0) || !Self.isLine($1, 0...256) }) {
            throw .detail(wrong.key)
        }
        self.time = time
        self.tenant = tenant
        self.actor = actor
        self.action = action
        self.subject = subject
        self.outcome = outcome
        self.details = sorted.map { Detail(name: $0.key, text: $0.value) }
    }

    private static func isAction(_ text: String) -> Bool {
        let words = text.split(separator: ".", omittingEmptySubsequences: false)
        return words.count > 1 && words.allSatisfy(isWord)
    }

    /// Whether a text is 1 to 32 of `a-z` and `_`, a letter first.
    private static func isWord(_ text: some StringProtocol) -> Bool {
        (1...32).contains(text.utf8.count) && text.utf8.first?.isLowercaseLetter == true
            && text.utf8.allSatisfy { $0.isLowercaseLetter || $0 == UInt8(ascii: "_") }
    }

    /// Whether a text is one line without control characters, of so many characters.
    private static func isLine(_ text: String, _ count: ClosedRange<Int>) -> Bool {
        count.contains(text.unicodeScalars.count)
            && text.unicodeScalars.allSatisfy {
                $0.properties.generalCategory != .control
                    && $0.properties.generalCategory != .lineSeparator
                    && $0.properties.generalCategory != .paragraphSeparator
            }
    }
}
