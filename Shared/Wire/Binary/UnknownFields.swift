/// Fields a message had that its schema does not name, as they were sent.
public struct UnknownFields: Hashable, Sendable {
    /// The fields, each with its tag, in the order they came in.
    public private(set) var bytes: [UInt8]

    /// No fields.
    public init() {
        bytes = []
    }

    /// Collects the fields a view passed over.
    ///
    /// - Parameters:
    ///   - message: a validated message.
    ///   - schema: its type.
    public init(of message: RawSpan, schema: MessageSchema) {
        bytes = []
        var reader = WireReader(message)
        var start = 0
        while let tag = reader.nextTag() {
            reader.skip(tag)
            if !schema.knows(tag) {
                bytes += Array(copying: message.extracting(start..<reader.position))
            }
            start = reader.position
        }
    }

    /// Whether there are none.
    public var isEmpty: Bool { bytes.isEmpty }
}

extension MessageSchema {
    /// Whether a field of that tag is one of the message's: its number, with a wire type it may
    /// have.
    func knows(_ tag: UInt32) -> Bool {
        rule(ofTag: tag).check != .unknown
    }
}
