internal import HTTP2
internal import Net
internal import Wire

/// Finds the method of each request, runs it, and answers with what became of it.
final class Dispatcher: Sendable {
    private let table: MethodTable
    private let configuration: RPCServerConfiguration

    init(_ table: MethodTable, _ configuration: RPCServerConfiguration) {
        self.table = table
        self.configuration = configuration
    }

    /// Serves a request, on its loop.
    func serve(_ exchange: any ServerExchange) async {
        if let call = begin(exchange) { await run(call) }
    }

    /// Makes a call of a request, on its loop.
    ///
    /// - Parameter exchange: the request.
    /// - Returns: the call; nil if the request has been answered by a refusal.
    func begin(_ exchange: any ServerExchange) -> ServerCall? {
        let start = exchange.loop.now
        let request = exchange.request
        let parameters: RequestParameters
        do throws(RequestParameters.Refusal) {
            parameters = try RequestParameters(request)
        } catch {
            refuse(exchange, error, since: start)
            return nil
        }
        let path = parameters.path
        guard let path, let method = table.method(at: request.value(of: path)) else {
            refuse(exchange, .rpc(unknown(request)), since: start)
            return nil
        }
        // A caller of many messages may be silent between them.
        if method.schema.streaming.hasManyRequests {
            exchange.isBodyTimed = false
        }
        let call = ServerCall(
            method,
            on: exchange,
            parameters,
            configuration.limits,
            since: start,
            offload: configuration.offload
        )
        configuration.onCallBegan?(call)
        do {
            for guardian in configuration.guards { try guardian.admit(call) }
        } catch {
            call.finish(RPCError.told(of: error, configuration.errorMapping))
            report(call)
            return nil
        }
        return call
    }

    /// Runs a call to its end, in the task of the caller.
    func run(_ call: ServerCall) async {
        do {
            if configuration.interceptors.isEmpty {
                try await call.method.run(call)
            } else {
                try await intercept(call, 0)
            }
            call.finish(nil)
        } catch {
            call.finish(RPCError.told(of: error, configuration.errorMapping))
        }
        report(call)
        call.exchange.handlerEnded(nil)
    }

    /// Runs the interceptors from one on, and the method.
    private func intercept(_ call: ServerCall, _ position: Int) async throws {
        guard position < configuration.interceptors.count else {
            return try await call.method.run(call)
        }
        try await configuration.interceptors[position].intercept(call) { call in
            try await intercept(call, position + 1)
        }
    }

    private func report(_ call: ServerCall) {
        guard let report = configuration.onCallEnded, let outcome = call.outcome else { return }
        report(
            ServerCallReport(
                method: call.method,
                code: outcome.code,
                error: outcome.error,
                duration: call.start.duration(to: ContinuousClock.now),
                metadata: call.metadata,
                traceContext: call.traceContext,
                requestID: call.requestID
            )
        )
    }

    private func unknown(_ request: HeaderBlock) -> RPCError {
        let path = request[":path"] ?? ""
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isEmpty else {
            return RPCError(.unimplemented, "the path is not /service/method")
        }
        return table.services.contains(String(parts[1]))
            ? RPCError(.unimplemented, "\(parts[1]) has no method \(parts[2])")
            : RPCError(.unimplemented, "there is no service \(parts[1])")
    }

    private func refuse(
        _ exchange: any ServerExchange,
        _ refusal: RequestParameters.Refusal,
        since start: ContinuousClock.Instant
    ) {
        let failure: RPCError
        switch refusal {
        case .http(let status):
            exchange.respond([":status": status], endsStream: true)
            failure = RPCError(.unimplemented, "answered with HTTP status \(status)")
        case .rpc(let error):
            var fields = AnswerFields.plain
            AnswerFields.append(error, Metadata(), to: &fields)
            if error.code == .unimplemented { fields.append(Field.accepts, Compression.accepted) }
            exchange.respond(fields, endsStream: true)
            failure = error
        }
        configuration.onCallEnded?(
            ServerCallReport(
                method: nil,
                code: failure.code,
                error: failure,
                duration: start.duration(to: ContinuousClock.now),
                metadata: Metadata(received: exchange.request),
                traceContext: nil,
                requestID: nil
            )
        )
    }
}
