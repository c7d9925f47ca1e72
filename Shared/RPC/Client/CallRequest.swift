internal import HTTP2
internal import Net
internal import Wire

/// What a call asks, and of whom: made once, and shared by all that see to the call.
final class CallRequest: Sendable {
    /// Finds what the call travels on.
    let source: any ExchangeSource
    /// The loop that the call lives on.
    let loop: EventLoop
    let path: String
    let options: CallOptions
    /// The only message, behind its prefix; nil if messages follow.
    let message: SharedBytes?
    /// Whether the call may be made again; nil if not.
    let retry: RetryPlan?
    /// Where answers are decoded that take long; nil if it is done where they come.
    let offload: WorkerPool?
    private let target: CallTarget

    /// Puts a request together.
    ///
    /// - Parameters:
    ///   - method: what is called.
    ///   - target: whom calls of the source go to.
    ///   - source: finds what the call travels on.
    ///   - message: the only message; nil if messages follow.
    ///   - options: what else the caller asks for.
    ///   - retry: whether the call may be made again.
    ///   - offload: where answers are decoded that take long.
    init(
        _ method: MethodSchema,
        of target: CallTarget,
        on source: any ExchangeSource,
        sending message: FramedMessage?,
        _ options: CallOptions,
        _ retry: RetryPlan? = nil,
        offload: WorkerPool? = nil
    ) {
        self.source = source
        self.target = target
        self.options = options
        self.retry = retry
        self.offload = offload
        loop = source.loop
        path = method.path
        self.message = message?.bytes
    }

    /// The fields that say so.
    ///
    /// - Parameters:
    ///   - now: the time, from which the deadline is counted.
    ///   - observation: has the span of the call; nil if the caller's own is what goes with it.
    /// - Returns: the fields of a request.
    func fields(
        at now: ContinuousClock.Instant,
        _ observation: CallObservation?
    ) -> HeaderBlock {
        var fields = HeaderBlock(target.opening, ":path", path, CallTarget.rest)
        if let deadline = options.deadline {
            let left = CallTimeout.format(now.duration(to: deadline))
            fields.append(Field.timeout, left, as: .fleeting)
        }
        if options.compression != .identity {
            fields.append(Field.encoding, options.compression.rawValue)
        }
        let context = observation?.traceContext ?? options.traceContext
        if let context { fields.append(context) }
        if let requestID = options.requestID { fields.append(requestID) }
        options.metadata.append(to: &fields)
        // Metadata is checked when it is made, and comes from peers only through nghttp2's checks.
        return target.opening.isKnownLegal ? fields.known() : fields
    }
}

/// Whom calls go to.
struct CallTarget: Sendable {
    /// The fields that every request there begins with.
    let opening: HeaderBlock

    init(scheme: String, authority: String) {
        let fields: HeaderBlock = [":method": "POST", ":scheme": scheme, ":authority": authority]
        opening = fields.examined()
    }

    /// The fields that every request has besides.
    static let rest: HeaderBlock = [
        "te": "trailers", Field.contentType: "application/grpc",
        "user-agent": "grpc-swift-sextant/1", Field.accepts: Compression.accepted,
    ]
}
