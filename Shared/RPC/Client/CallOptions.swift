internal import Net
public import Telemetry

/// What a caller asks for besides the method.
public struct CallOptions: Sendable {
    /// Fields that go with the call.
    public var metadata = Metadata()
    /// When the call must be over; nil for no limit.
    public var deadline: ContinuousClock.Instant?
    /// The span that calls, which goes with the call; nil for none.
    ///
    /// Its fields, `traceparent` and `tracestate`, must not be in ``metadata`` as well.
    public var traceContext: TraceContext?
    /// What the request is called, which goes with the call; nil if it has no name.
    ///
    /// Its field, `x-request-id`, must not be in ``metadata`` as well.
    public var requestID: RequestID?
    /// Is told of the call and gives it a span of its own; nil if nobody wants to know.
    public var observer: (any CallObserver)?
    /// How the messages that go are compressed, unless ``ClientStreamingCall`` or its like is told
    /// otherwise.
    public var compression = Compression.identity
    /// The most bytes that a message that comes may have.
    public var maximumMessageBytes = 64 << 20

    /// Whether the call may be made again, where that is safe and the client is set to.
    public var mayRetry = true

    /// No metadata, no deadline, no compression, messages of 64 MiB at most.
    public init() {}

    /// The same with a time limit that begins now.
    public init(timeout: Duration) {
        deadline = ContinuousClock.now.advanced(by: timeout)
    }
}

extension ServerCall {
    /// Options for a call that serves this one: it has to be over when this one has, is not made
    /// again if this one was, and belongs to the same request and trace, in a span of its own.
    public var onward: CallOptions {
        var options = CallOptions()
        options.deadline = deadline
        options.mayRetry = !isRetry
        options.traceContext = traceContext
        options.requestID = requestID
        options.observer = observer
        return options
    }

    /// Options as ``onward``, with a time limit for callers who set none.
    ///
    /// - Parameter limit: how long the call may take that serves this one, from now.
    /// - Returns: the options.
    public func onward(within limit: Duration) -> CallOptions {
        var options = onward
        if options.deadline == nil { options.deadline = loop.now.advanced(by: limit) }
        return options
    }
}
