internal import HTTP2
internal import Net
public import Wire

// What the runtime itself has to say.
extension RPCError {
    /// A message has more bytes than it may.
    static func tooLarge(limit: Int) -> RPCError {
        RPCError(.resourceExhausted, "a message may have \(limit) bytes at most")
    }

    /// The bytes of a message break the rules of its type.
    @usableFromInline
    static func malformed(_ error: CodecError, _ schema: MessageSchema) -> RPCError {
        RPCError(.invalidArgument, "\(schema.fullName): \(error)")
    }

    /// The bytes of an answer break the rules of its type.
    @usableFromInline
    static func malformedAnswer(_ error: CodecError, _ schema: MessageSchema) -> RPCError {
        RPCError(.internalError, "\(schema.fullName): \(error)")
    }

    /// What was stored is not what a program of ours would have written.
    package static let damagedData = RPCError(.dataLoss, "stored data is damaged")

    /// What callers are told of faults of ours.
    ///
    /// - Parameter cause: what happened, for the log.
    /// - Returns: INTERNAL, with the same words each time.
    package static func fault(_ cause: String) -> RPCError {
        RPCError(.internalError, "something went wrong on our side", logMessage: cause)
    }

    /// What whoever asked for something is told of an error that came of it.
    ///
    /// - Parameters:
    ///   - error: what was thrown.
    ///   - mapping: what a service's own errors mean; nil for what it does not know.
    /// - Returns: the error itself if it is one of ours.
    package static func told(
        of error: any Error,
        _ mapping: (any Error) -> RPCError?
    ) -> RPCError {
        if let known = error as? RPCError, known.origin == .local { return known }
        if let known = mapping(error) { return known }
        switch error {
        case let failure as RPCError where failure.code == .unavailable:
            return RPCError(
                .unavailable,
                "a service that this needs cannot be reached",
                logMessage: "\(failure)"
            )
        case is CancellationError:
            return RPCError(.cancelled, "the call was cancelled")
        default:
            // What another service said of another call is not this caller's to know either.
            return fault("\(error)")
        }
    }

    /// The loop of a call has ended; whether before the call was made, the caller knows.
    static func loopStopped(isUnprocessed: Bool) -> RPCError {
        RPCError(
            .unavailable,
            "the client has stopped",
            origin: .local,
            isUnprocessed: isUnprocessed
        )
    }

    /// The bytes of a stream are no messages.
    init(_ fault: MessageReader.Fault) {
        switch fault {
        case .unknownFlag(let flag):
            self.init(.internalError, "a message begins with the flag \(flag), not 0 or 1")
        case .tooLarge(_, let limit):
            self = .tooLarge(limit: limit)
        case .truncated:
            self.init(.internalError, "the bytes end within a message")
        case .missing:
            self.init(.internalError, "the call has no message")
        case .surplus:
            self.init(.internalError, "the call has more than one message")
        }
    }

    /// The stream of a call ended before the call did.
    init(lost error: HTTP2ExchangeError) {
        switch error {
        case .closed(let code):
            self.init(
                .inferred(from: code),
                "the stream was reset: \(code)",
                origin: .inferred,
                isUnprocessed: code == .refusedStream
            )
        case .connectionLost:
            self.init(.unavailable, "the connection was lost", origin: .inferred)
        case .bodyTooLarge(let limit):
            self = .tooLarge(limit: limit)
        case .request(let reason):
            self.init(
                .unavailable,
                "the connection takes no calls",
                logMessage: "\(reason)",
                origin: .local,
                isUnprocessed: true
            )
        case .outOfOrder, .alreadyWaiting:
            self.init(.internalError, "the call is used wrongly", logMessage: "\(error)")
        }
    }
}
