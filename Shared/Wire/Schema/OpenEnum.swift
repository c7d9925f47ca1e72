/// An enum of a `.proto` file: a number, some of whose values have names.
///
/// proto3 enums are open: a number without a name is kept and passed on.
public protocol OpenEnum: RawRepresentable, Hashable, Sendable where RawValue == Int32 {
    /// The enum's table of names.
    static var schema: EnumSchema { get }

    /// The value of a number, named or not.
    init(rawValue: Int32)
}

extension OpenEnum {
    /// The value's name in the `.proto` file, or nil if it has none.
    public var name: String? { Self.schema.name(of: rawValue) }
}
