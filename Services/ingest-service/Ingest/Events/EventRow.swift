internal import Messages
internal import Postgres
internal import Wire

/// An event that is to be stored; whoever puts rows together passes it on as it is, for to copy the
/// texts of rows took as long as to read them.
final class EventRow: Sendable {
    let content: EventContent

    init(_ content: EventContent) { self.content = content }
}

/// An event as it is stored.
struct EventContent: Sendable {
    /// What it is known by.
    let key: PostgresUUID
    /// What its id is remembered by; nil if the key alone decides.
    let digest: PostgresUUID?
    let kind: Int16
    let occurredAt: PostgresTimestamp
    let receivedAt: PostgresTimestamp
    let eventID: String
    var anonymousID: String?
    var userID: String?
    var name: String?
    var channel: Int32?
    var rulesVersion: Int64?
    var confidence: Float?
    var source: String?
    var medium: String?
    var campaign: String?
    /// Which of several ads.
    var ad: String?
    var value: PostgresDecimal?
    var currency: String?
    var orderID: String?
    var geo: String?
    /// Of a page, the hash of what tells one way of coming to it from another.
    var arrival: PostgresUUID?
    let origin: String
    /// What has no column of its own, encoded.
    var rest: SharedBytes?
    /// Pairs of ids that turned out to be one's.
    var edges: [IdentityEdge] = []
    /// What it is as a conversion; nil if it is none.
    var conversion: Conversion?
    /// By which definitions that was decided.
    var definitions = DefinitionSubject.firstVersion
    /// About how many bytes it takes.
    let size: Int
}

/// Two ids of one person: those of visitors begin with `a:`, those of users with `u:`.
struct IdentityEdge: Hashable, Sendable {
    /// The lesser of the two, byte by byte.
    let one: String
    /// The other.
    let other: String

    /// The edge between two ids; nil if they are the same.
    init?(_ first: String, _ second: String) {
        if first == second { return nil }
        let isOrdered = first.utf8.lexicographicallyPrecedes(second.utf8)
        (one, other) = isOrdered ? (first, second) : (second, first)
    }
}

extension RowFault {
    /// Why an event is not taken: the field with the fault, and the rule that it breaks.
    init(_ field: String, _ rule: String) { self.init(.invalid, field, rule) }

    /// Why an event of a forgotten person is not taken.
    static let ofForgotten = RowFault(
        .forgotten,
        "",
        "it is of a person who was forgotten: nothing of it is kept, and it is not to be sent again"
    )
}
