internal import Messages
public import Wire

/// What a status says for programs, beside its code and its sentence: google.rpc's `BadRequest`,
/// `ErrorInfo` and `RetryInfo`.
public struct ErrorDetails: Hashable, Sendable {
    /// What is wrong with a field of a request.
    public struct Violation: Hashable, Sendable {
        /// The field, from the request down, as `items[3].title`.
        public let field: String
        /// What is wrong with it.
        public let description: String

        /// A violation.
        public init(_ field: String, _ description: String) {
            self.field = field
            self.description = description
        }
    }

    /// The cause in upper snake case, as `KEY_EXPIRED`; nil if none is named.
    public var reason: String?
    /// What is wrong with the request.
    public var violations: [Violation]
    /// How long to wait before the call is made again; nil if nobody says so.
    public var retryAfter: Duration?

    /// Details.
    ///
    /// - Parameters:
    ///   - reason: the cause in upper snake case.
    ///   - violations: what is wrong with the request.
    ///   - retryAfter: how long to wait before the call is made again.
    public init(
        reason: String? = nil,
        violations: [Violation] = [],
        retryAfter: Duration? = nil
    ) {
        self.reason = reason
        self.violations = violations
        self.retryAfter = retryAfter
    }

    /// Reads the details of a status; those that cannot be read are as good as none.
    ///
    /// - Parameter bytes: a serialized `google.rpc.Status`.
    public init(reading bytes: SharedBytes) {
        self.init()
        guard let status = try? GoogleRpc.Status(decoding: bytes.bytes) else { return }
        for entry in status.details {
            let value = entry.value.rawBytes
            switch entry.typeURL.split(separator: "/").last {
            case "google.rpc.ErrorInfo":
                reason = (try? GoogleRpc.ErrorInfo(decoding: value))?.reason
            case "google.rpc.BadRequest":
                let request = try? GoogleRpc.BadRequest(decoding: value)
                violations =
                    request?.fieldViolations.map { .init($0.field, $0.descriptionField) } ?? []
            case "google.rpc.RetryInfo":
                guard let info = try? GoogleRpc.RetryInfo(decoding: value) else { continue }
                let delay = info.retryDelay ?? GoogleProtobuf.Duration()
                // As long as the type allows: ten thousand years.
                retryAfter =
                    .seconds(min(max(delay.seconds, 0), 315_576_000_000))
                    + .nanoseconds(Int64(max(delay.nanos, 0)))
            default:
                continue
            }
        }
    }

    /// The details as a serialized `google.rpc.Status`.
    fileprivate func status(_ code: StatusCode, _ message: String) -> SharedBytes {
        var status = GoogleRpc.Status()
        status.code = Int32(code.rawValue)
        status.message = message
        if let reason {
            var info = GoogleRpc.ErrorInfo()
            info.reason = reason
            info.domain = "sextant"
            status.details.append(Self.entry(info, GoogleRpc.ErrorInfo.schema))
        }
        if !violations.isEmpty {
            var request = GoogleRpc.BadRequest()
            request.fieldViolations = violations.map { violation in
                var entry = GoogleRpc.BadRequest.FieldViolation()
                entry.field = violation.field
                entry.descriptionField = violation.description
                return entry
            }
            status.details.append(Self.entry(request, GoogleRpc.BadRequest.schema))
        }
        if let retryAfter {
            var info = GoogleRpc.RetryInfo()
            var delay = GoogleProtobuf.Duration()
            let (seconds, attoseconds) = retryAfter.components
            delay.seconds = seconds
            delay.nanos = Int32(attoseconds / 1_000_000_000)
            info.retryDelay = delay
            status.details.append(Self.entry(info, GoogleRpc.RetryInfo.schema))
        }
        return status.encoded()
    }

    private static func entry(
        _ value: some MessageValue,
        _ schema: MessageSchema
    ) -> GoogleProtobuf.AnyMessage {
        var entry = GoogleProtobuf.AnyMessage()
        entry.typeURL = "type.googleapis.com/" + schema.fullName
        entry.value = Array(copying: value.encoded().bytes)
        return entry
    }
}

extension RPCError {
    /// Makes an error that says more to the caller's program.
    ///
    /// - Parameters:
    ///   - code: what happened; not ``StatusCode/ok``.
    ///   - message: one sentence for the caller.
    ///   - explanation: what it says for programs.
    ///   - logMessage: what only the log may know.
    ///   - trailers: metadata that goes with the status.
    public init(
        _ code: StatusCode,
        _ message: String,
        _ explanation: ErrorDetails,
        logMessage: String? = nil,
        trailers: Metadata = Metadata()
    ) {
        self.init(
            code,
            message,
            details: explanation.status(code, message),
            logMessage: logMessage,
            trailers: trailers
        )
    }

    /// What it says for programs.
    public var explanation: ErrorDetails {
        details.map { ErrorDetails(reading: $0) } ?? ErrorDetails()
    }
}
