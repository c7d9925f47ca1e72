public import Postgres
public import Telemetry

// How ids and times stand in tables.

extension TenantID: PostgresValue {
    /// `text`.
    public static var postgresType: PostgresType { .text }
    /// Writes the fifteen characters.
    public func write(to writer: inout PostgresWriter) { text.write(to: &writer) }
    /// As text.
    public static func canRead(_ type: PostgresType) -> Bool { String.canRead(type) }
    /// Reads an id; another text is an error.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> TenantID? {
        String.read(bytes, as: type).flatMap { TenantID($0) }
    }
}

extension TenantEntry.State: PostgresDecodable {
    /// As text.
    public static func canRead(_ type: PostgresType) -> Bool { String.canRead(type) }
    /// Reads a state by its name.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> TenantEntry.State? {
        String.read(bytes, as: type).flatMap { TenantEntry.State(rawValue: $0) }
    }
}

extension UTCTimestamp: PostgresValue {
    /// `timestamp with time zone`.
    public static var postgresType: PostgresType { .timestamptz }

    /// Writes the moment; one beyond what the server knows is refused when the statement is sent.
    public func write(to writer: inout PostgresWriter) {
        let (microseconds, isOver) = milliseconds.multipliedReportingOverflow(by: 1_000)
        let moment = isOver ? nil : PostgresTimestamp(microsecondsSince1970: microseconds)
        // No caller can get here: times come from clocks, and from sums that are bounded.
        (moment ?? PostgresTimestamp.range.upperBound).write(to: &writer)
    }

    /// Only `timestamp with time zone`.
    public static func canRead(_ type: PostgresType) -> Bool { PostgresTimestamp.canRead(type) }

    /// Reads a moment, to the millisecond below.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> UTCTimestamp? {
        PostgresTimestamp.read(bytes, as: type).map {
            UTCTimestamp(milliseconds: $0.microsecondsSince1970 / 1_000)
        }
    }
}
