/// A text that is never printed by accident: not in a log, an error, an interpolation or a dump.
public struct Secret: Sendable {
    /// The text itself.
    ///
    /// For the one call that needs it; it must not be kept in another value.
    public let revealed: String

    /// Wraps a text.
    public init(_ text: String) { revealed = text }

    /// What is shown in place of any secret.
    static let mask = "(secret)"
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The same words for every secret.
    public var description: String { Self.mask }

    /// The same words for every secret.
    public var debugDescription: String { Self.mask }

    /// No children, so that a dump of whatever holds a secret does not show it.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
