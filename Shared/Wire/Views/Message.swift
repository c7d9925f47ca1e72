/// A message that owns its bytes: validated once, counted, free to send between tasks.
///
/// The way of a message from bytes to a field is three files long: this one takes the bytes in,
/// `WireValidator` checks them by the message's table, and the generated view finds the fields.
///
/// ```swift
/// let message = try Message<IngestV1.Event.View>(bytes)   // throws where the bytes break a rule
/// let event = message.view                                // borrows; bind it once, it is not free
/// if event.name == "Order Completed" { … }
/// ```
///
/// Whatever order the sender wrote its fields in, a view sees each singular field once, each
/// repeated field in one run and each map key once: bytes that are not so are rewritten here, by
/// protobuf's rules of merging, before anything reads them.
public struct Message<View: MessageView & ~Escapable>: Sendable {
    /// The message's bytes, unknown fields included.
    public let bytes: SharedBytes

    /// Takes in a message.
    ///
    /// - Parameters:
    ///   - bytes: its binary form.
    ///   - limits: what it may cost.
    /// - Throws: ``CodecError`` naming the field, the rule and the offset.
    /// - Complexity: linear in the bytes; what came in pieces is sorted besides.
    @inlinable
    public init(_ bytes: SharedBytes, limits: DecodingLimits = .standard) throws(CodecError) {
        self.bytes = try bytes.checked(as: View.schema, limits: limits)
    }

    /// Takes in a message, copying its bytes.
    ///
    /// - Parameters:
    ///   - bytes: its binary form.
    ///   - limits: what it may cost.
    /// - Throws: ``CodecError`` naming the field, the rule and the offset.
    public init(copying bytes: RawSpan, limits: DecodingLimits = .standard) throws(CodecError) {
        try self.init(SharedBytes(copying: bytes), limits: limits)
    }

    /// Encodes a value.
    ///
    /// - Parameter value: the message as a plain value.
    /// - Throws: ``CodecError`` if its binary form is larger than 2 GiB.
    public init(_ value: View.Value) throws(CodecError) {
        // The encoder writes valid fields in order: nothing is left to be checked but the size.
        let encoded = value.encoded()
        if encoded.count > Int(Int32.max) {
            throw CodecError(.tooLarge, at: 0, detail: "\(encoded.count) bytes")
        }
        bytes = encoded
    }

    /// The message's fields.
    ///
    /// Finding them is linear in the message's own fields: bind the view, do not ask for it again.
    public var view: View {
        @_lifetime(borrow self)
        get {
            // Every initializer validates the bytes or makes valid ones.
            unsafe View(validated: bytes.bytes)
        }
    }
}

extension SharedBytes {
    /// The bytes of a message that a view can be laid over: these, or others of the same meaning.
    @usableFromInline
    func checked(
        as schema: MessageSchema,
        limits: DecodingLimits
    ) throws(CodecError) -> SharedBytes {
        let source = bytes
        guard try WireValidator.validate(source, as: schema, limits: limits) else { return self }
        return SharedBytes(adopting: try WireNormalizer.ordered(source, as: schema))
    }
}

extension Message where View: ~Escapable {
    /// The message as a plain value, for what outlives a request.
    ///
    /// Values may take far more memory than the bytes: where the bytes are a stranger's, prefer
    /// ``MessageValue/init(decoding:limits:)``, which bounds it.
    public func value() -> View.Value {
        // Every initializer validates the bytes or makes valid ones.
        unsafe View.Value(validated: bytes.bytes)
    }

    /// The message in canonical form: what two senders of equal fields agree on.
    ///
    /// It is the form in which the owned value of the message is encoded: fields in order of their
    /// numbers, map entries in order of their keys, shortest varints, no defaults, unknown fields
    /// last as they were sent. Suited for hashing. Linear in the bytes times their depth.
    public func canonicalBytes() -> SharedBytes {
        SharedBytes(adopting: WireNormalizer.normalize(bytes.bytes, as: View.schema))
    }
}

extension Message: Equatable where View: ~Escapable {
    /// Whether both have the same bytes.
    public static func == (left: Message, right: Message) -> Bool {
        left.bytes == right.bytes
    }
}
