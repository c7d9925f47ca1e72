public import Messages
public import Postgres

/// What of an event says whether it is a touch.
public struct TouchFacts: Sendable {
    /// What kind of event it is.
    public let kind: IngestV1.Event.Kind
    /// When it happened, in microseconds since 1970.
    public let time: Int64
    /// What it is called; empty for nothing.
    public let name: String
    /// Where the visitor came from, in small letters; empty if nobody said.
    public let source: String
    /// What tells one way of coming to a page from another; nil if nothing is known of it.
    public let arrival: PostgresUUID?

    /// Facts.
    ///
    /// - Parameters:
    ///   - kind: what kind of event it is.
    ///   - time: in microseconds since 1970.
    ///   - name: what it is called.
    ///   - source: in small letters.
    ///   - arrival: what tells one way of coming to a page from another.
    public init(
        kind: IngestV1.Event.Kind,
        time: Int64,
        name: String,
        source: String,
        arrival: PostgresUUID?
    ) {
        self.kind = kind
        self.time = time
        self.name = name
        self.source = source
        self.arrival = arrival
    }
}
