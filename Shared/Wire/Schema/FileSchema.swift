/// What one `.proto` file declares.
public struct FileSchema: Sendable {
    /// The path the file is imported by, as `sextant/ingest/v1/events.proto`.
    public let path: String

    /// The paths of the files it imports.
    public let imports: [String]

    /// Its messages, nested ones included, map entries not.
    public let messages: [MessageSchema]

    /// Its enums, nested ones included.
    public let enums: [EnumSchema]

    private let descriptorBase64: String

    /// Declares a file.
    ///
    /// - Parameters:
    ///   - path: the path it is imported by.
    ///   - imports: the paths of the files it imports.
    ///   - messages: its messages.
    ///   - enums: its enums.
    ///   - descriptor: its serialized `google.protobuf.FileDescriptorProto`, in base64.
    public init(
        _ path: String,
        imports: [String],
        messages: [MessageSchema],
        enums: [EnumSchema],
        descriptor: String
    ) {
        self.path = path
        self.imports = imports
        self.messages = messages
        self.enums = enums
        descriptorBase64 = descriptor
    }

    /// The file's serialized `google.protobuf.FileDescriptorProto`, for server reflection.
    public var descriptor: [UInt8] {
        var bytes = OutputBuffer()
        let isWhole = Base64.decode(descriptorBase64.utf8Span.span.asRawSpan, to: &bytes)
        precondition(isWhole, "the generated descriptor of \(path) is not base64")
        return Array(copying: bytes.bytes)
    }
}
