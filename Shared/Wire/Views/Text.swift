/// A string field's contents, read in place: valid UTF-8, borrowed from the message.
///
/// Comparing and measuring it makes no `String`; `String(text)` does.
public struct Text: ~Escapable {
    /// The text's UTF-8.
    public let utf8: RawSpan

    /// Takes bytes that have been validated as UTF-8.
    @unsafe
    @inlinable
    @inline(__always)
    @_lifetime(copy utf8)
    public init(validated utf8: RawSpan) {
        self.utf8 = utf8
    }

    /// The number of UTF-8 bytes.
    @inlinable public var count: Int { utf8.byteCount }

    /// Whether there are no characters.
    @inlinable public var isEmpty: Bool { utf8.byteCount == 0 }

    /// The text for the standard library's Unicode algorithms.
    public var span: UTF8Span {
        @_lifetime(copy self)
        get {
            // Whoever made `self` vouched for the bytes.
            unsafe UTF8Span(unchecked: Span<UInt8>(_bytes: utf8))
        }
    }

    /// Whether both have the same bytes; as protobuf compares strings, without normalization.
    public static func == (left: borrowing Text, right: borrowing Text) -> Bool {
        left.utf8.hasSameBytes(as: right.utf8)
    }

    /// Whether the text has the same bytes as a string.
    public static func == (text: borrowing Text, string: String) -> Bool {
        text.utf8.hasSameBytes(as: string.utf8Span.span.asRawSpan)
    }
}

extension String {
    /// Copies a text out of its message.
    public init(_ text: borrowing Text) {
        self.init(copying: text.span)
    }
}
