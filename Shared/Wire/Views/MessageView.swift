/// The fields of a message or of a map's entry, read where the bytes lie.
///
/// Making a view finds the fields of one message, not of those inside it; a field is decoded when
/// it is asked for. A view borrows the bytes and cannot outlive them, so what goes into a child
/// task is the ``Message`` that owns them.
public protocol WireView: ~Escapable {
    /// The message's table.
    static var schema: MessageSchema { get }

    /// Finds the fields.
    ///
    /// - Parameter bytes: a message of this type that has been validated, each of whose fields lies
    ///   in one place; see ``Message``. Other bytes would give text that is not UTF-8.
    @unsafe
    @_lifetime(copy bytes)
    init(validated bytes: RawSpan)
}

/// The fields of a message, read where its bytes lie.
public protocol MessageView: WireView, SendableMetatype, ~Escapable {
    /// The message as a plain value.
    associatedtype Value: MessageValue
}

/// A view of one entry of a map whose keys are text.
public protocol TextKeyedEntry: WireView, ~Escapable {
    /// The entry's key.
    var key: Text { @_lifetime(copy self) get }
}

/// A view of one entry of a map whose keys are numbers or Booleans.
public protocol ScalarKeyedEntry: WireView, ~Escapable {
    /// The type of the keys.
    associatedtype Key: Hashable

    /// The entry's key.
    var key: Key { get }
}
