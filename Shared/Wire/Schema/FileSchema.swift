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
        Self.decodeBase64(descriptorBase64)
    }

    /// Decodes what the generator encoded: the standard alphabet, whole groups, padded.
    private static func decodeBase64(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count / 4 * 3)
        var bits: UInt32 = 0
        var held = 0
        for byte in text.utf8 {
            let value: UInt8
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - 65
            case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - 71
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte + 4
            case UInt8(ascii: "+"): value = 62
            case UInt8(ascii: "/"): value = 63
            default: continue
            }
            bits = bits << 6 | UInt32(value)
            held += 6
            if held >= 8 {
                held -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
        }
        return result
    }
}
