public import Wire

/// Why a call failed: a code, a sentence for the caller, and another for the log.
///
/// What is for the log never reaches the caller: only ``code``, ``message`` and ``details`` are
/// sent.
public struct RPCError: Error {
    /// Who says so.
    public enum Origin: Sendable, Hashable {
        /// This process, of a call that it serves or that it did not send.
        case local
        /// The peer: it sent this status.
        case peer
        /// Nobody: the peer ended the call without a status, or the connection was lost.
        case inferred
    }

    /// What happened, by its number.
    public let code: StatusCode
    /// One sentence for the caller; it may be shown to users.
    public let message: String
    /// More for the caller's program: a serialized `google.rpc.Status`, if there is one.
    public let details: SharedBytes?
    /// What only the log may know, as the cause.
    public let logMessage: String?
    /// Who says so.
    public let origin: Origin
    /// Whether the peer surely did nothing, so that the call may be made again whatever it does.
    public let isUnprocessed: Bool
    /// The trailers that came with the status, or that are to go with it.
    public var trailers: Metadata
    /// How long the caller is asked to wait before it makes the call again; nil if it may choose.
    ///
    /// It goes with the status as `grpc-retry-pushback-ms` of gRPC proposal A6, and has callers of
    /// ours wait so long whose methods may be made again.
    public var pause: Duration?

    /// Makes an error for the caller of a method.
    ///
    /// - Parameters:
    ///   - code: what happened; not ``StatusCode/ok``.
    ///   - message: one sentence for the caller.
    ///   - details: a serialized `google.rpc.Status`, for the caller's program.
    ///   - logMessage: what only the log may know.
    ///   - trailers: metadata that goes with the status.
    public init(
        _ code: StatusCode,
        _ message: String,
        details: SharedBytes? = nil,
        logMessage: String? = nil,
        trailers: Metadata = Metadata()
    ) {
        self.init(
            code,
            message,
            details: details,
            logMessage: logMessage,
            trailers: trailers,
            origin: .local
        )
    }

    init(
        _ code: StatusCode,
        _ message: String,
        details: SharedBytes? = nil,
        logMessage: String? = nil,
        trailers: Metadata = Metadata(),
        origin: Origin,
        isUnprocessed: Bool = false
    ) {
        precondition(code != .ok, "what went well is no error")
        self.code = code
        self.message = message
        self.details = details
        self.logMessage = logMessage
        self.trailers = trailers
        self.origin = origin
        self.isUnprocessed = isUnprocessed
    }
}

extension RPCError: CustomStringConvertible {
    /// The code and the sentence for the caller.
    public var description: String { "\(code.name): \(message)" }
}
