public import Wire

extension String: PostgresValue {
    /// `text`.
    public static var postgresType: PostgresType { .text }

    /// Writes UTF-8; U+0000 is refused when the statement is sent.
    @inlinable
    public func write(to writer: inout PostgresWriter) { writer.append(self) }

    /// `text`, `character varying`, `character` and `name`; others are cast by the statement.
    public static func canRead(_ type: PostgresType) -> Bool {
        type == .text || type == .varchar || type == .bpchar || type == .name
    }

    /// Reads UTF-8.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> String? {
        unsafe bytes.withUnsafeBytes { unsafe String(validating: $0, as: UTF8.self) }
    }
}

extension SharedBytes: PostgresValue {
    /// `bytea`.
    public static var postgresType: PostgresType { .bytea }

    /// Writes the bytes.
    public func write(to writer: inout PostgresWriter) { writer.append(bytes) }

    /// Only `bytea`.
    public static func canRead(_ type: PostgresType) -> Bool { type == .bytea }

    /// Copies the bytes.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> SharedBytes? {
        SharedBytes(copying: bytes)
    }
}

/// The text of a `jsonb` or `json` value; the server checks it.
public struct PostgresJSON: PostgresValue, Hashable {
    /// The text.
    public let text: String

    /// Wraps text.
    ///
    /// - Parameter text: JSON; the server refuses anything else with SQLSTATE 22P02.
    public init(_ text: String) { self.text = text }

    /// `jsonb`.
    public static var postgresType: PostgresType { .jsonb }

    /// Writes the number of the form, 1, and the text.
    public func write(to writer: inout PostgresWriter) {
        writer.append(UInt8(1))
        writer.append(text)
    }

    /// `jsonb` and `json`.
    public static func canRead(_ type: PostgresType) -> Bool { type == .jsonb || type == .json }

    /// Reads the text.
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> PostgresJSON? {
        if type == .json { return String.read(bytes, as: .text).map(PostgresJSON.init) }
        guard bytes.byteCount > 1, bytes.bigEndian(as: UInt8.self) == 1 else { return nil }
        return String.read(bytes.extracting(droppingFirst: 1), as: .text).map(PostgresJSON.init)
    }
}
