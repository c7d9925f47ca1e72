internal import HTTP2
internal import RPC
internal import Telemetry
internal import Wire

extension Translator {
    /// What shows a request of REST as one of gRPC; nil if it has been answered.
    func rest(_ request: Request) throws -> (any ServerExchange)? {
        let head = request.head
        let (route, captures) = try found(head)
        let type = try answerType(route, head)
        try checkBody(route, head)
        let writer = writer(route, type, request)
        let bound: BoundRequest
        do {
            bound = try BoundRequest(route, captures: captures, query: head.query)
        } catch let error as RPCError {
            // Who may call is not asked of what is no call.
            return refused(request, writer, error)
        }
        let fields = RequestHead.call(
            request.base.request,
            of: route.method.path,
            within: try head.requestTimeout()
        )
        let reader: any RequestReader
        if case .upload(let field) = route.body {
            reader = UploadReader(bound, into: field, upTo: configuration.uploadLimit)
        } else {
            reader = WholeBodyReader(
                upTo: configuration.bodyLimit(of: route.method.path),
                offload: offload
            ) { body throws(RPCError) in
                try bound.message(body)
            }
        }
        return TranslatedExchange(request.base, fields, reader: reader, writer: writer)
    }

    private func found(_ head: RequestHead) throws(Refusal) -> (Route, [String]) {
        switch routes.match(head.verb, head.path) {
        case .route(let route, let captures): return (route, captures)
        case .otherVerbs(let verbs): throw .wrongVerb(head.verb, allowed: verbs)
        case .malformed:
            throw .badRequest("PATH_INVALID", "the path has an escape that is not well formed")
        case .none: throw .unknownPath(head.instance)
        }
    }

    // MARK: Kinds of bodies

    private enum AnswerType: String {
        case json = "application/json"
        case csv = "text/csv"
        case events = "text/event-stream"
        case lines = "application/x-ndjson"
    }

    private func answerType(_ route: Route, _ head: RequestHead) throws(Refusal) -> AnswerType {
        var types: [AnswerType] = route.isStream ? [.lines, .events] : [.json]
        if route.rows != nil { types.append(.csv) }
        let names = types.map(\.rawValue)
        guard
            let best = MediaRange.preferred(of: names, by: head.accept).flatMap(AnswerType.init)
        else { throw .notAcceptable(available: names.joined(separator: ", ")) }
        return best
    }

    /// Refuses a body that cannot be read, before anything of it is.
    private func checkBody(_ route: Route, _ head: RequestHead) throws(Refusal) {
        if case .upload = route.body {
            if let count = head.contentLength, count > configuration.uploadLimit {
                throw .tooLarge(limit: configuration.uploadLimit)
            }
            return
        }
        let limit = configuration.bodyLimit(of: route.method.path)
        if let count = head.contentLength, count > limit { throw .tooLarge(limit: limit) }
        if let encoding = head.contentEncoding, encoding != "identity" {
            throw .unsupportedType("encoded as \(encoding.prefix(40))", supported: "identity")
        }
        let isJSON = head.contentType == "application/json" || head.contentType.hasSuffix("+json")
        if head.contentType.isEmpty {
            // Without a body there is no kind of it.
            guard (head.contentLength ?? 0) == 0 else {
                throw .unsupportedType("", supported: "application/json")
            }
        } else if !isJSON {
            throw .unsupportedType(head.contentType, supported: "application/json")
        }
    }

    private func writer(
        _ route: Route,
        _ type: AnswerType,
        _ request: Request
    ) -> any AnswerWriter {
        guard route.isStream else {
            return RESTWriter(
                route,
                isCSV: type == .csv,
                known: request.head.verb == "GET" ? request.head.knownAnswers : nil,
                instance: request.head.instance,
                common: request.common
            )
        }
        if type == .csv, let table = route.rows {
            return CSVStreamWriter(
                route,
                table,
                instance: request.head.instance,
                common: request.common
            )
        }
        return EventStreamWriter(
            route,
            isEvents: type == .events,
            after: request.head.lastEventID,
            heartbeat: configuration.heartbeat,
            instance: request.head.instance,
            common: request.common
        )
    }
}

extension Refusal {
    /// The request says itself that its body is too large.
    fileprivate static func tooLarge(limit: Int) -> Refusal {
        Refusal(
            status: 413,
            code: .resourceExhausted,
            reason: "BODY_TOO_LARGE",
            detail: "the body may have \(limit) bytes at most"
        )
    }
}
