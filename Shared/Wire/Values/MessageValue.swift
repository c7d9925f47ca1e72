/// A message as a plain value that owns its contents: for what outlives a request.
///
/// Generated structs conform. Values compare and hash by their fields, unknown ones included.
public protocol MessageValue: Hashable, Sendable {
    /// The message's table.
    static var schema: MessageSchema { get }

    /// The message with every field at its default.
    init()

    /// Copies the fields of a message.
    ///
    /// - Parameter bytes: a message of this type that has been validated, each of whose fields lies
    ///   in one place; see ``Message``. Other bytes would give text that is not UTF-8.
    @unsafe
    init(validated bytes: RawSpan)

    /// Appends the message's fields, in order of their numbers, map entries in order of their keys,
    /// unknown fields last: a value always gives the same bytes.
    ///
    /// Values that are equal give equal bytes but for what Swift takes for equal and protobuf does
    /// not: 0.0 and -0.0, and texts that differ only in Unicode normalization.
    func write(to buffer: inout OutputBuffer)
}

extension MessageValue {
    /// Decodes a message.
    ///
    /// - Parameters:
    ///   - bytes: its binary form.
    ///   - limits: what it may cost.
    /// - Throws: ``CodecError`` naming the field, the rule and the offset. Linear in the bytes.
    public init(
        decoding bytes: RawSpan,
        limits: DecodingLimits = .standard
    ) throws(CodecError) {
        let schema = Self.schema
        if try WireValidator.validate(bytes, as: schema, limits: limits, forValues: true) {
            let ordered = try WireNormalizer.ordered(bytes, as: schema)
            // The normalizer makes a valid message of a valid one.
            unsafe self.init(validated: ordered.bytes)
        } else {
            unsafe self.init(validated: bytes)
        }
    }

    /// The message's binary form.
    public func encoded() -> SharedBytes {
        var buffer = OutputBuffer()
        write(to: &buffer)
        return SharedBytes(adopting: buffer)
    }
}
