internal import HTTP2
internal import Net
internal import RPC
internal import Telemetry
internal import Wire

/// Makes a call of gRPC of each request, whatever protocol it speaks, or answers it if it can be
/// none.
///
/// What a request speaks is seen by its content-type and path: `application/grpc` is gRPC,
/// `application/grpc-web…` gRPC-Web, a path of a method Connect, and any other path REST.
final class Translator: Sendable {
    let routes: RouteTable
    let methods: [String: MethodSchema]
    let configuration: GatewayConfiguration
    let offload: WorkerPool?
    /// How Connect's JSON is read and printed: protobuf's own form.
    let options: JSONOptions
    private let crossOrigin: CrossOrigin
    private let pages: DocumentationPages
    private let refusals: Refusals

    /// - Parameters:
    ///   - routes: the routes of REST.
    ///   - methods: all methods.
    ///   - pages: what anyone may read at fixed paths.
    ///   - configuration: limits.
    ///   - offload: where long bodies are translated; nil if that is the loop.
    ///   - refusals: is told of requests that are no calls.
    init(
        _ routes: RouteTable,
        _ methods: [MethodSchema],
        _ pages: DocumentationPages,
        _ configuration: GatewayConfiguration,
        offload: WorkerPool?,
        refusals: Refusals
    ) {
        self.routes = routes
        self.methods = Dictionary(methods.map { ($0.path, $0) }) { first, _ in first }
        self.pages = pages
        self.offload = offload
        self.refusals = refusals
        self.configuration = configuration
        crossOrigin = CrossOrigin(configuration.origins)
        options = JSONOptions(refusesInexactIntegers: true)
    }

    /// A request as the translation of its protocol needs it.
    struct Request {
        let base: any ServerExchange
        let head: RequestHead
        /// Fields of every answer.
        let common: HeaderBlock
    }

    /// Takes a request, on its loop.
    ///
    /// - Parameter base: the request.
    /// - Returns: what shows it as one of gRPC; nil if it has been answered.
    func exchange(for base: HTTP2Exchange) -> (any ServerExchange)? {
        // By far the most calls of gRPC say it so, and nothing else of them matters here.
        if base.request.has("content-type", "application/grpc") { return base }
        let head = RequestHead(base.request)
        let isGRPC = head.contentType.hasPrefix("application/grpc")
        if isGRPC && !head.contentType.hasPrefix("application/grpc-web") { return base }
        if head.verb == "OPTIONS", head.isPreflight {
            base.respond(crossOrigin.preflight(head.origin), endsStream: true)
            return nil
        }
        let request = Request(
            base: base,
            head: head,
            common: crossOrigin.fields(for: head.origin)
        )
        do {
            if isGRPC { return try grpcWeb(request) }
            if let page = pages.page(at: head.path) {
                try page.answer(base, request.common)
                return nil
            }
            if let method = methods[head.path] { return try connect(request, to: method) }
            return try rest(request)
        } catch {
            refuse(request, error as? Refusal ?? .fault)
            return nil
        }
    }

    /// Answers a request of which no call can be made, in the form of its protocol.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - writer: writes the answer.
    ///   - error: what is wrong with it.
    /// - Returns: nil: it has been answered.
    func refused(
        _ request: Request,
        _ writer: any AnswerWriter,
        _ error: RPCError
    ) -> (any ServerExchange)? {
        let id = Self.requestID(request)
        let reason = error.explanation.reason ?? error.code.name
        refusals.note(reason, error.code, status: error.httpStatus(for: reason), id)
        var opening = HeaderBlock()
        opening.append("x-request-id", id.text)
        let (fields, body) = writer.refusal(error, opening, opening)
        request.base.respond(fields, endsStream: false)
        request.base.finish(sending: body, trailers: nil)
        return nil
    }

    /// What a request is called that is no call.
    private static func requestID(_ request: Request) -> RequestID {
        var generator = SystemRandomNumberGenerator()
        return Metadata(received: request.base.request).requestID ?? RequestID(using: &generator)
    }

    /// Answers a request that leads to no method.
    private func refuse(_ request: Request, _ refusal: Refusal) {
        let id = Self.requestID(request)
        refusals.note(refusal.reason, refusal.code, status: refusal.status, id)
        let problem = Problem(refusal, at: request.head.instance, requestID: id)
        let body = problem.json
        var fields = problem.fields(for: body)
        fields.append("x-request-id", id.text)
        for (name, value) in refusal.fields { fields.append(name, value) }
        fields.append(request.common)
        request.base.respond(fields, endsStream: false)
        request.base.finish(sending: body, trailers: nil)
    }

    // MARK: gRPC-Web

    private func grpcWeb(_ request: Request) throws(Refusal) -> any ServerExchange {
        let isText: Bool
        switch request.head.contentType {
        case "application/grpc-web", "application/grpc-web+proto": isText = false
        case "application/grpc-web-text", "application/grpc-web-text+proto": isText = true
        default:
            throw .unsupportedType(
                request.head.contentType,
                supported: "application/grpc-web+proto, application/grpc-web-text+proto"
            )
        }
        guard request.head.verb == "POST" else {
            throw .wrongVerb(request.head.verb, allowed: ["POST"])
        }
        var fields = RequestHead.call(
            request.base.request,
            of: request.head.path,
            within: nil
        )
        // gRPC's own fields mean the same here.
        for name in ["grpc-timeout", "grpc-encoding", "grpc-accept-encoding"] {
            if let value = request.base.request[name] { fields.append(name, value) }
        }
        let limit = configuration.bodyLimit(of: request.head.path)
        return TranslatedExchange(
            request.base,
            fields,
            reader: isText ? Base64FrameReader(upTo: limit) : FrameReader(upTo: limit),
            writer: GRPCWebWriter(isText: isText, common: request.common)
        )
    }
}

extension Refusal {
    /// What is our fault.
    static let fault = Refusal(
        status: 500,
        code: .internalError,
        reason: "INTERNAL",
        detail: "something went wrong on our side"
    )
}
