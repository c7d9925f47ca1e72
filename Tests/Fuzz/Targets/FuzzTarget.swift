internal import Wire
internal import HTTP2
internal import Messages
internal import TestMessages

/// What is fuzzed: a function of bytes that stops the process where a property does not hold.
///
/// The first byte of an input chooses options, the rest is the message or the bytes of a
/// connection.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// The binary form: validation, views, values, canonical bytes, and JSON of what is accepted.
    case binary
    /// JSON: parsing, and printing of what is accepted.
    case json
    /// What a client sends to a server: frames, and what are none.
    case http2Server = "http2-server"
    /// What a server sends to a client.
    case http2Client = "http2-client"
    /// The fields and the messages of a call of gRPC, at either end.
    case grpc
    /// What tenants are known by: contexts, keys, hashes, names.
    case credentials
    /// Files that are imported: packed or not, of cells or of objects.
    case files

    /// Runs the target on one input.
    public func run(_ input: RawSpan) {
        if input.isEmpty { return }
        let bits = input.byte(at: 0)
        let message = input.extracting(1..<input.byteCount)
        switch self {
        case .binary: BinaryTarget(choice: Choice(bits)).run(message)
        case .json: JSONTarget(choice: Choice(bits)).run(message)
        case .http2Server: HTTP2Target(role: .server, bits: bits).run(message)
        case .http2Client: HTTP2Target(role: .client, bits: bits).run(message)
        case .grpc: GRPCTarget(bits: bits).run(message)
        case .credentials: CredentialsTarget(bits: bits).run(message)
        case .files: FilesTarget(bits: bits).run(message)
        }
    }
}

/// The options that an input's first byte chooses.
struct Choice {
    let limits: DecodingLimits
    let json: JSONOptions

    init(_ bits: UInt8) {
        var limits = DecodingLimits()
        if bits & 8 != 0 { limits.maximumDepth = 8 }
        if bits & 16 != 0 { limits.maximumElements = 100 }
        limits.maximumValueBytes = 64 << 20
        self.limits = limits
        json = JSONOptions(
            types: Self.types,
            limits: limits,
            ignoresUnknownFields: bits & 1 != 0,
            usesProtoNames: bits & 4 != 0,
            printsDefaults: bits & 2 != 0
        )
    }

    private static let types = TypeRegistry(
        TestingV1.everythingFile.messages + TestingV1.batchFile.messages
            + GoogleProtobuf.anyFile.messages + GoogleProtobuf.durationFile.messages
            + GoogleProtobuf.emptyFile.messages + GoogleProtobuf.fieldMaskFile.messages
            + GoogleProtobuf.structFile.messages + GoogleProtobuf.timestampFile.messages
            + GoogleProtobuf.wrappersFile.messages
    )
}

extension CodecError {
    /// Whether what was refused is only too much.
    var isLimit: Bool { rule == .tooDeep || rule == .tooLarge || rule == .tooManyElements }
}
