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

    /// The fields that say so.
    ///
    /// - Parameter now: the time, from which the deadline is counted.
    /// - Returns: the fields of a request.
    func fields(at now: ContinuousClock.Instant) -> HeaderBlock {
        var fields: HeaderBlock = [
            ":method": "POST", ":scheme": target.scheme, ":path": path,
            ":authority": target.authority, "te": "trailers",
            Field.contentType: "application/grpc", "user-agent": "grpc-swift-sextant/1",
            Field.accepts: Compression.accepted,
        ]
        if let deadline = options.deadline {
            fields.append(Field.timeout, CallTimeout.format(now.duration(to: deadline)))
        }
        if options.compression != .identity {
            fields.append(Field.encoding, options.compression.rawValue)
        }
        if let context = options.traceContext { fields.append(context) }
        options.metadata.append(to: &fields)
        return fields
    }
}

/// Whom calls go to.
struct CallTarget: Sendable {
    let scheme: String
    let authority: String
}

/// Where calls find a connection.
protocol ExchangeSource: Sendable {
    /// The loop of its connections.
    var loop: EventLoop { get }

    /// Begins a request on a connection, on the loop.
    ///
    /// - Parameter fields: those of the request.
    /// - Returns: the request, whose body follows.
    /// - Throws: ``RPCError`` if there is no connection.
    func exchange(for fields: HeaderBlock) async throws(RPCError) -> HTTP2Exchange
}

extension HTTP2Client {
    /// Begins a call.
    func beginCall(_ fields: HeaderBlock) throws(RPCError) -> HTTP2Exchange {
        do throws(HTTP2ExchangeError) {
            return try begin(fields, endsStream: false)
        } catch {
            throw RPCError(lost: error)
        }
    }
}
