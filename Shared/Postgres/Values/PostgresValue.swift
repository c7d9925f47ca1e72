/// A value that can be bound to a statement, in the server's binary form.
public protocol PostgresEncodable: Sendable {
    /// The type that the statement is told the value has.
    static var postgresType: PostgresType { get }

    /// Whether the value is null, so that nothing is written for it.
    var isPostgresNull: Bool { get }

    /// Writes the value; its length is added by the caller.
    ///
    /// - Parameter writer: where to; it notes what cannot be written.
    func write(to writer: inout PostgresWriter)
}

extension PostgresEncodable {
    /// Values are not null, but for optional ones.
    @inlinable public var isPostgresNull: Bool { false }
}

/// A value that can be read from a column, in the server's binary form.
public protocol PostgresDecodable: Sendable {
    /// Whether columns of a type hold such values.
    ///
    /// - Parameter type: the type of the column.
    /// - Returns: true if ``read(_:as:)`` can be asked.
    static func canRead(_ type: PostgresType) -> Bool

    /// Reads a value that is not null.
    ///
    /// - Parameters:
    ///   - bytes: the value, whole.
    ///   - type: the type of the column, one that ``canRead(_:)``.
    /// - Returns: the value; nil if the bytes are none of the type, or it is out of range.
    static func read(_ bytes: RawSpan, as type: PostgresType) -> Self?

    /// What a null is read as; nil where a null is an error.
    static var ofNull: Self? { get }
}

extension PostgresDecodable {
    /// Null is an error, but for optional values.
    @inlinable public static var ofNull: Self? { nil }
}

/// A value that goes both ways.
public typealias PostgresValue = PostgresDecodable & PostgresEncodable

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The type of the value there may be.
    @inlinable public static var postgresType: PostgresType { Wrapped.postgresType }

    /// Whether there is no value.
    @inlinable public var isPostgresNull: Bool { self?.isPostgresNull ?? true }

    /// Writes the value there is.
    @inlinable
    public func write(to writer: inout PostgresWriter) {
        self?.write(to: &writer)
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// The same as for the value there may be.
    @inlinable
    public static func canRead(_ type: PostgresType) -> Bool { Wrapped.canRead(type) }

    /// Reads the value there is.
    @inlinable
    public static func read(_ bytes: RawSpan, as type: PostgresType) -> Wrapped?? {
        guard let value = Wrapped.read(bytes, as: type) else { return nil }
        return .some(value)
    }

    /// Null is no value.
    @inlinable public static var ofNull: Wrapped?? { .some(nil) }
}
