/// A type of the server, by its number in the catalog.
///
/// Source: PostgreSQL, `src/include/catalog/pg_type.dat`; the numbers below are the same on every
/// server.
public struct PostgresType: RawRepresentable, Hashable, Sendable {
    /// The number; 16384 and more are types that someone created.
    public let rawValue: UInt32

    /// A type by its number.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// `boolean`.
    public static let bool = PostgresType(rawValue: 16)
    /// `bytea`.
    public static let bytea = PostgresType(rawValue: 17)
    /// `name`, the type of names in the catalog.
    public static let name = PostgresType(rawValue: 19)
    /// `bigint`.
    public static let int8 = PostgresType(rawValue: 20)
    /// `smallint`.
    public static let int2 = PostgresType(rawValue: 21)
    /// `integer`.
    public static let int4 = PostgresType(rawValue: 23)
    /// `text`.
    public static let text = PostgresType(rawValue: 25)
    /// `oid`.
    public static let oid = PostgresType(rawValue: 26)
    /// `json`.
    public static let json = PostgresType(rawValue: 114)
    /// `real`.
    public static let float4 = PostgresType(rawValue: 700)
    /// `double precision`.
    public static let float8 = PostgresType(rawValue: 701)
    /// `character(n)`.
    public static let bpchar = PostgresType(rawValue: 1042)
    /// `character varying`.
    public static let varchar = PostgresType(rawValue: 1043)
    /// `date`.
    public static let date = PostgresType(rawValue: 1082)
    /// `timestamp with time zone`.
    public static let timestamptz = PostgresType(rawValue: 1184)
    /// `numeric`.
    public static let numeric = PostgresType(rawValue: 1700)
    /// `uuid`.
    public static let uuid = PostgresType(rawValue: 2950)
    /// `jsonb`.
    public static let jsonb = PostgresType(rawValue: 3802)

    /// The type of arrays of these types; nil for types that this library has no arrays of.
    var arrayType: PostgresType? { Self.arrays[self] }

    private static let arrays: [PostgresType: PostgresType] = [
        .bool: PostgresType(rawValue: 1000), .bytea: PostgresType(rawValue: 1001),
        .int8: PostgresType(rawValue: 1016), .int2: PostgresType(rawValue: 1005),
        .int4: PostgresType(rawValue: 1007), .text: PostgresType(rawValue: 1009),
        .float4: PostgresType(rawValue: 1021), .float8: PostgresType(rawValue: 1022),
        .date: PostgresType(rawValue: 1182), .timestamptz: PostgresType(rawValue: 1185),
        .numeric: PostgresType(rawValue: 1231), .uuid: PostgresType(rawValue: 2951),
        .jsonb: PostgresType(rawValue: 3807),
    ]
}
