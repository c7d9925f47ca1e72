/// How a number type of `.proto` files is written, and what it is in Swift.
public protocol ScalarCoding {
    /// The Swift type.
    associatedtype Value: Equatable & Sendable

    /// The bytes of each element, or 0 for varints.
    static var fixedWidth: Int { get }

    /// Reads one element.
    static func read(_ reader: inout WireReader) -> Value

    /// Writes one element.
    static func write(_ value: Value, to buffer: inout OutputBuffer)
}

extension ScalarCoding {
    /// The bytes of each element: 0, as for varints.
    @inlinable public static var fixedWidth: Int { 0 }

    /// Reads an element where ``WireReader/valueSlice(_:)`` found it.
    ///
    /// - Parameters:
    ///   - slice: where it lies.
    ///   - message: the bytes it lies in.
    /// - Returns: the element.
    @inlinable
    public static func value(at slice: FieldSlice, in message: RawSpan) -> Value {
        var reader = WireReader(message, from: slice)
        return read(&reader)
    }
}
