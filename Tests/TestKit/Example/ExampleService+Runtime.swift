internal import Messages
internal import Net
internal import TestContracts
public import RPC
public import TestMessages
public import Wire

// What services do, without tenants: waiting, failing, streaming, asking others.
extension ExampleService {
    /// Answers after a while.
    public func sleep(
        _ request: Message<TestingV1.SleepRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.SleepResponse> {
        try await call.loop.sleep(for: ExampleRules.wait(request.value().duration))
        return Reply(TestingV1.SleepResponse())
    }

    /// Fails as it is told to.
    public func fail(
        _ request: Message<TestingV1.FailRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.FailResponse> {
        let request = request.value()
        if request.code == 0 { throw ExampleFailure(cause: request.message) }
        guard let code = StatusCode(rawValue: Int(request.code)) else {
            throw RPCError(.invalidArgument, "code: expected 0 to 16")
        }
        throw RPCError(code, request.message)
    }

    /// Sends so many messages of so many bytes.
    public func streamChunks(
        _ request: Message<TestingV1.StreamChunksRequest.View>,
        _ responses: ResponseStream<TestingV1.Chunk>,
        _ call: ServerCall
    ) async throws {
        let request = request.value()
        guard (0...1_000_000).contains(request.count), (0...1_048_576).contains(request.size)
        else {
            throw RPCError(.invalidArgument, "count, size: expected 1,000,000 of 1 MiB at most")
        }
        var chunk = TestingV1.Chunk()
        chunk.payload = [UInt8](repeating: 0x2a, count: Int(request.size))
        var first: Int32 = 0
        if let last = call.metadata["last-event-id"].flatMap({ Int32($0) }), last > 0 {
            first = min(last, request.count)
            try call.headers.add("last-event-id", "\(last)")
        }
        for number in first..<request.count {
            chunk.number = number
            try await responses.send(chunk)
        }
    }

    /// Adds up what comes.
    public func digest(
        _ requests: RequestStream<TestingV1.DigestRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.DigestResponse> {
        var response = TestingV1.DigestResponse()
        while let message = try await requests.next() {
            let part = message.view
            if !part.label.isEmpty { response.label = String(part.label) }
            response.size += Int64(part.data.byteCount)
            response.parts += 1
            for offset in 0..<part.data.byteCount {
                response.sum &+= UInt64(part.data.byte(at: offset))
            }
        }
        return Reply(response)
    }

    /// Gives points of a line.
    public func plotLine(
        _ request: Message<TestingV1.PlotLineRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.PlotLineResponse> {
        let request = request.value()
        guard (0...1_000_000).contains(request.count) else {
            throw RPCError(
                .invalidArgument,
                "count: expected 0 to 1,000,000",
                ErrorDetails(
                    reason: "COUNT_RANGE",
                    violations: [.init("count", "expected 0 to 1,000,000")]
                )
            )
        }
        let step = request.scale?.step ?? 0
        let slope = (step == 0 ? 1 : step) * (request.direction == .falling ? -1 : 1)
        var response = TestingV1.PlotLineResponse()
        response.direction = request.direction
        response.x = (0..<Int64(request.count)).map { request.start &+ $0 }
        response.y = (0..<request.count).map { Double($0) * slope }
        response.labelNames = request.scale?.labels ?? []
        response.since = request.since
        return Reply(response)
    }

    /// Sends back what comes.
    public func echo(
        _ requests: RequestStream<TestingV1.Chunk.View>,
        _ responses: ResponseStream<TestingV1.Chunk>,
        _ call: ServerCall
    ) async throws {
        while let chunk = try await requests.next() { try await responses.send(Reply(chunk)) }
    }

    /// Asks the next of its kind, and says who has answered.
    public func relay(
        _ request: Message<TestingV1.RelayRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.RelayResponse> {
        let hops = request.view.hops
        guard (0...8).contains(hops) else {
            throw RPCError(.invalidArgument, "hops: expected 0 to 8")
        }
        var response = TestingV1.RelayResponse()
        response.instances = [instance]
        if hops > 0 {
            guard let next else { throw RPCError(.failedPrecondition, "there is no next service") }
            var onward = TestingV1.RelayRequest()
            onward.hops = hops - 1
            let answer = try await next.relay(onward, options: call.onward)
            response.instances += answer.message.value().instances
        }
        return Reply(response)
    }
}

/// An error that has no status.
struct ExampleFailure: Error {
    let cause: String
}
