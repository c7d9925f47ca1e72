/// Where the elements of a repeated field lie in their message: one run, tags included.
public struct FieldRun: Hashable, Sendable, BitwiseCopyable {
    @usableFromInline var start: UInt32 = 0
    @usableFromInline var end: UInt32 = 0

    /// How many tags the run has; a packed run may hold any number of elements behind one.
    @usableFromInline var tags: UInt32 = 0

    /// An absent field.
    @inlinable public init() {}

    /// Adds an element.
    ///
    /// - Parameters:
    ///   - start: the offset of its tag.
    ///   - end: the offset after it.
    @inlinable
    @inline(__always)
    public mutating func extend(from start: Int, to end: Int) {
        if tags == 0 { self.start = UInt32(truncatingIfNeeded: start) }
        self.end = UInt32(truncatingIfNeeded: end)
        tags &+= 1
    }

    /// The run's bytes.
    ///
    /// - Parameter message: the bytes the run was found in.
    /// - Returns: the elements, each with its tag.
    @inlinable
    @_lifetime(copy message)
    public func bytes(in message: RawSpan) -> RawSpan {
        message.extracting(Int(start)..<Int(end))
    }
}
