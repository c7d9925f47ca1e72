internal import HTTP2
internal import Net
internal import Wire

/// What a call asks, and of whom.
struct CallRequest: Sendable {
    let path: String
    let target: CallTarget
    let options: CallOptions
    /// The only message, behind its prefix; nil if messages follow.
    let message: SharedBytes?

    init(
        _ method: MethodSchema,
        _ target: CallTarget,
        _ message: FramedMessage?,
        _ options: CallOptions
    ) {
        path = method.path
        self.target = target
        self.options = options
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
        var fields = target.opening
        fields.append(":path", path)
        fields.append(CallTarget.rest)
        if let deadline = options.deadline {
            fields.append(Field.timeout, CallTimeout.format(now.duration(to: deadline)))
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
