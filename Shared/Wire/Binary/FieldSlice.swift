/// Where a length-delimited field's contents lie in its message.
///
/// A message is at most 2 GiB, so eight bytes suffice. Contents never start at offset 0, where a
/// tag would be: that offset says the field is absent.
public struct FieldSlice: Hashable, Sendable, BitwiseCopyable {
    @usableFromInline var start: UInt32
    @usableFromInline var count: UInt32

    /// An absent field.
    @inlinable
    @inline(__always)
    public init() {
        start = 0
        count = 0
    }

    @inlinable
    @inline(__always)
    init(start: Int, count: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.count = UInt32(truncatingIfNeeded: count)
    }

    /// Whether the field was there.
    @inlinable public var isPresent: Bool { start != 0 }

    /// The contents; empty if the field is absent.
    ///
    /// - Parameter message: the bytes the slice was read from.
    /// - Returns: the bytes between the length and the next tag.
    @inlinable
    @inline(__always)
    @_lifetime(copy message)
    public func bytes(in message: RawSpan) -> RawSpan {
        message.extracting(Int(start)..<Int(start) &+ Int(count))
    }

    /// The contents as text.
    ///
    /// - Parameter message: the bytes the slice was read from, which have been validated.
    /// - Returns: the text; empty if the field is absent.
    @unsafe
    @inlinable
    @inline(__always)
    @_lifetime(copy message)
    public func text(in message: RawSpan) -> Text {
        unsafe Text(validated: bytes(in: message))
    }
}
