/// Room for a message that may contain itself: an optional value kept behind a reference.
///
/// It behaves as the value it holds; copies share the memory, which is never changed in place.
public struct Indirect<Value: MessageValue>: Hashable, Sendable {
    private var box: Box?

    /// Holds a value, or none.
    public init(_ value: Value? = nil) {
        box = value.map(Box.init)
    }

    /// The value held.
    public var value: Value? { box?.value }

    /// Whether both hold equal values or none.
    public static func == (left: Indirect, right: Indirect) -> Bool {
        left.box === right.box || left.value == right.value
    }

    /// Hashes the value held.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(value)
    }

    private final class Box: Sendable {
        let value: Value

        init(_ value: Value) { self.value = value }
    }
}
