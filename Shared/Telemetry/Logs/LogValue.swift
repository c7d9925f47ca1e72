/// What a free field of a log record holds.
public enum LogValue: Hashable, Sendable {
    /// A text; it is cut if the line becomes too long.
    case string(String)
    /// A whole number.
    case integer(Int64)
    /// A number; those that JSON does not have are written as `"NaN"`, `"Infinity"`, `"-Infinity"`.
    case double(Double)
    /// True or false.
    case boolean(Bool)
}

extension LogValue: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
}

extension LogValue: ExpressibleByIntegerLiteral {
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
}

extension LogValue: ExpressibleByFloatLiteral {
    /// A number.
    public init(floatLiteral value: Double) { self = .double(value) }
}

extension LogValue: ExpressibleByBooleanLiteral {
    /// True or false.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}
