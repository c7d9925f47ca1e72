internal import HTTP2
internal import RPC
internal import Wire

// Source: connectrpc.com, “Protocol reference”.
extension Translator {
    /// What shows a request of Connect as one of gRPC; nil if it has been answered.
    func connect(
        _ request: Request,
        to method: MethodSchema
    ) throws -> (any ServerExchange)? {
        if request.head.verb == "GET", method.idempotency == .noSideEffects,
            method.streaming == .none
        {
            return try connectGet(request, method)
        }
        guard request.head.verb == "POST" else {
            let isRead = method.idempotency == .noSideEffects && method.streaming == .none
            throw Refusal.wrongVerb(
                request.head.verb,
                allowed: isRead ? ["GET", "POST"] : ["POST"]
            )
        }
        if method.streaming == .none {
            guard let codec = ConnectCodec(unary: request.head.contentType) else {
                throw Refusal.unsupportedType(
                    request.head.contentType,
                    supported: "application/json, application/proto, application/grpc-web+proto, "
                        + "application/grpc"
                )
            }
            return try connectUnary(request, method, codec)
        }
        guard let codec = ConnectCodec(streaming: request.head.contentType) else {
            throw Refusal.unsupportedType(
                request.head.contentType,
                supported: "application/connect+json, application/connect+proto, "
                    + "application/grpc-web+proto, application/grpc"
            )
        }
        return try connectStream(request, method, codec)
    }

    // MARK: Unary

    private func connectUnary(
        _ request: Request,
        _ method: MethodSchema,
        _ codec: ConnectCodec
    ) throws -> (any ServerExchange)? {
        let writer = ConnectUnaryWriter(codec, method.output, options, common: request.common)
        return try answering(request, writer) {
            try checkVersion(request.head.connectVersion.map { $0 == "1" })
            let compression = try Self.compression(request.head.contentEncoding)
            let (limit, options) = (configuration.bodyLimit(of: method.path), options)
            // Whoever says so first is told before anything is sent.
            if let count = request.head.contentLength, count > limit {
                throw RPCError.bodyTooLarge(limit: limit)
            }
            let reader = WholeBodyReader(
                upTo: limit,
                mayBeLong: compression != .identity,
                offload: offload
            ) { body throws(RPCError) in
                let body = try Self.unfolded(body, compression, limit)
                return try codec.decoded(body, as: method.input, options)
            }
            return (try fields(request, method), reader)
        }
    }

    private func connectGet(
        _ request: Request,
        _ method: MethodSchema
    ) throws -> (any ServerExchange)? {
        let query = try QueryParameters(request.head.query)
        guard let codec = query["encoding"].flatMap(ConnectCodec.init(rawValue:)) else {
            throw Refusal.unsupportedType(
                query["encoding"] ?? "",
                supported: "json, proto (as the parameter encoding)"
            )
        }
        let writer = ConnectUnaryWriter(
            codec,
            method.output,
            options,
            known: request.head.knownAnswers,
            common: request.common
        )
        return try answering(request, writer) {
            try checkVersion(query["connect"].map { $0 == "v1" })
            let compression = try Self.compression(query["compression"])
            let message = try Self.message(in: query)
            let (limit, options) = (configuration.bodyLimit(of: method.path), options)
            let reader = WholeBodyReader(
                upTo: 0,
                mayBeLong: compression != .identity,
                offload: offload
            ) { _ throws(RPCError) in
                let message = try Self.unfolded(message, compression, limit)
                return try codec.decoded(message, as: method.input, options)
            }
            return (try fields(request, method), reader)
        }
    }

    /// The message that a query holds.
    private static func message(in query: QueryParameters) throws(RPCError) -> SharedBytes {
        guard let text = query["message"] else {
            throw invalid("the query has no parameter 'message'", "MESSAGE_MISSING")
        }
        switch query["base64"] {
        case nil, "0": return SharedBytes(Array(text.utf8))
        case "1":
            var bytes = OutputBuffer()
            guard Base64.decode(text.utf8Span.span.asRawSpan, to: &bytes) else {
                throw invalid("the parameter 'message' is not base64", "BASE64_INVALID")
            }
            return SharedBytes(adopting: bytes)
        default: throw invalid("the parameter 'base64' is not 1", "QUERY_INVALID")
        }
    }

    // MARK: Streams

    private func connectStream(
        _ request: Request,
        _ method: MethodSchema,
        _ codec: ConnectCodec
    ) throws -> (any ServerExchange)? {
        let writer = ConnectStreamWriter(codec, method.output, options, common: request.common)
        return try answering(request, writer) {
            try checkVersion(request.head.connectVersion.map { $0 == "1" })
            let compression = try Self.compression(request.head.connectEncoding)
            let fields = try fields(request, method)
            let limit = configuration.bodyLimit(of: method.path)
            guard codec == .json else {
                return (Self.encoded(fields, compression), FrameReader(upTo: limit))
            }
            let reader = JSONFrameReader(
                upTo: limit,
                method.input,
                options,
                compression,
                offload: offload
            )
            return (fields, reader)
        }
    }

    // MARK: What all have in common

    /// Joins the halves, or answers with what is wrong.
    private func answering(
        _ request: Request,
        _ writer: any AnswerWriter,
        _ read: () throws -> (HeaderBlock, any RequestReader)
    ) throws -> (any ServerExchange)? {
        do {
            let (fields, reader) = try read()
            return TranslatedExchange(request.base, fields, reader: reader, writer: writer)
        } catch let error as RPCError {
            return refused(request, writer, error)
        }
    }

    private func fields(
        _ request: Request,
        _ method: MethodSchema
    ) throws(Refusal) -> HeaderBlock {
        RequestHead.call(
            request.base.request,
            of: method.path,
            within: try request.head.connectTimeoutDuration()
        )
    }

    /// The fields of a call whose messages may be compressed.
    private static func encoded(
        _ fields: HeaderBlock,
        _ compression: Compression
    ) -> HeaderBlock {
        var fields = fields
        if compression != .identity { fields.append("grpc-encoding", compression.rawValue) }
        return fields
    }

    /// Refuses other versions; `isKnown` is nil if the request names none.
    private func checkVersion(_ isKnown: Bool?) throws(RPCError) {
        guard isKnown ?? true else {
            throw Self.invalid("the version of Connect is not 1", "VERSION_UNKNOWN")
        }
    }

    private static func compression(_ name: String?) throws(RPCError) -> Compression {
        guard let name else { return .identity }
        guard let known = Compression(rawValue: name) else {
            throw RPCError(
                .unimplemented,
                "the compression is '\(name.prefix(40))', not one of identity, gzip",
                ErrorDetails(reason: "COMPRESSION_UNKNOWN")
            )
        }
        return known
    }

    private static func unfolded(
        _ body: SharedBytes,
        _ compression: Compression,
        _ limit: Int
    ) throws(RPCError) -> SharedBytes {
        guard compression == .gzip, body.count > 0 else { return body }
        do throws(Gzip.Fault) {
            return try Gzip.decompress(body.bytes, limit: limit)
        } catch .tooLarge {
            throw .bodyTooLarge(limit: limit)
        } catch {
            throw invalid("the body is not compressed as gzip has it", "COMPRESSION_INVALID")
        }
    }

    private static func invalid(_ message: String, _ reason: String) -> RPCError {
        RPCError(.invalidArgument, message, ErrorDetails(reason: reason))
    }
}
