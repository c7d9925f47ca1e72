/// Room for a message that may contain itself: an optional value kept behind a reference.
///
/// It behaves as the value it holds; copies share the memory, which is never changed in place.
///
/// What handles the value inside is kept out of line: inlined, each field of a message would take
/// room for a whole value on the stack, at every level of nesting.
public struct Indirect<Value: MessageValue>: Hashable, Sendable {
    private var box: Box?

    /// Holds a value, or none.
    public init(_ value: Value? = nil) {
        box = value.map(Box.init)
    }

    /// Copies the fields of a message.
    ///
    /// - Parameter bytes: a validated message of the value's type; see ``MessageValue``.
    @unsafe
    @inline(never)
    public init(validated bytes: RawSpan) {
        box = Box(unsafe Value(validated: bytes))
    }

    /// The value held.
    public var value: Value? { box?.value }

    /// Appends the value held as a message field; nothing if there is none.
    @inline(never)
    public func write(tag: UInt32, to buffer: inout OutputBuffer) {
        guard let box else { return }
        buffer.appendMessage(tag: tag, box.value)
    }

    /// Whether both hold equal values or none.
    @inline(never)
    public static func == (left: Indirect, right: Indirect) -> Bool {
        guard let left = left.box, let right = right.box else {
            return left.box == nil && right.box == nil
        }
        return left === right || left.value == right.value
    }

    /// Hashes the value held.
    @inline(never)
    public func hash(into hasher: inout Hasher) {
        hasher.combine(box == nil)
        box?.value.hash(into: &hasher)
    }

    private final class Box: Sendable {
        let value: Value

        init(_ value: Value) { self.value = value }
    }
}
