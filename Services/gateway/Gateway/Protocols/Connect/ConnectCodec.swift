internal import HTTP2
internal import RPC
internal import Wire

/// The form of Connect's messages.
enum ConnectCodec: String, Sendable {
    case json
    case proto

    /// The codec of a unary body's type; nil for any other.
    init?(unary type: String) {
        switch type {
        case "application/json": self = .json
        case "application/proto": self = .proto
        default: return nil
        }
    }

    /// The codec of a streaming body's type; nil for any other.
    init?(streaming type: String) {
        switch type {
        case "application/connect+json": self = .json
        case "application/connect+proto": self = .proto
        default: return nil
        }
    }

    /// A message of gRPC in this form.
    ///
    /// - Throws: INTERNAL for what is no message of the type.
    func encoded(
        _ message: SharedBytes,
        as schema: MessageSchema,
        _ options: JSONOptions
    ) throws(RPCError) -> SharedBytes {
        guard self == .json else { return message }
        do throws(CodecError) {
            return try schema.json(of: message, options: options)
        } catch {
            throw .unreadable(error, schema)
        }
    }

    /// The binary form of a message in this form.
    ///
    /// - Throws: INVALID_ARGUMENT naming the field.
    func decoded(
        _ bytes: SharedBytes,
        as schema: MessageSchema,
        _ options: JSONOptions
    ) throws(RPCError) -> OutputBuffer {
        guard self == .json else {
            var message = OutputBuffer(minimumCapacity: bytes.count)
            message.append(bytes.bytes)
            return message
        }
        do throws(CodecError) {
            return try schema.binary(ofJSON: bytes.bytes, options: options)
        } catch {
            throw .malformed(error)
        }
    }
}

extension RPCError {
    /// What a caller has sent is no message: which field breaks which rule.
    static func malformed(_ error: CodecError) -> RPCError {
        var field = error.fieldPath
        if error.rule == .unknownField {
            field += field.isEmpty ? error.detail : "." + error.detail
        }
        let detail = error.detail.isEmpty || error.rule == .unknownField ? "" : " (\(error.detail))"
        return RPCError(
            .invalidArgument,
            error.rule == .unknownField
                ? "\(field): \(error.rule.rawValue)" : "\(error)",
            ErrorDetails(
                reason: error.rule.reason,
                violations: [.init(field, error.rule.rawValue + detail)]
            )
        )
    }
}

extension CodecError.Rule {
    /// The rule by name, as `UNKNOWN_FIELD`.
    fileprivate var reason: String {
        switch self {
        case .unknownField: "UNKNOWN_FIELD"
        case .invalidJSON: "INVALID_JSON"
        case .duplicateField: "DUPLICATE_FIELD"
        case .wrongType: "WRONG_TYPE"
        case .outOfRange: "OUT_OF_RANGE"
        case .unknownEnumValue: "UNKNOWN_ENUM_VALUE"
        case .tooDeep: "TOO_DEEP"
        case .tooLarge, .tooManyElements: "TOO_LARGE"
        default: "INVALID_VALUE"
        }
    }
}
