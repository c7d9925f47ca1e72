import Net
import RPC
import TestContracts
import TestMessages
import Wire

/// The service that gRPC's interoperability tests call, as their description has it.
struct InteropService: GrpcTesting.TestService.Service {
    func emptyCall(
        _ request: Message<GrpcTesting.Empty.View>,
        _ call: ServerCall
    ) async throws -> Reply<GrpcTesting.Empty> {
        Reply(GrpcTesting.Empty())
    }

    func unaryCall(
        _ request: Message<GrpcTesting.SimpleRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<GrpcTesting.SimpleResponse> {
        let request = request.value()
        try echoMetadata(of: call)
        try expect(request.expectCompressed, call)
        try fail(as: request.responseStatus)
        if request.responseCompressed?.value == true { call.compression = .gzip }
        var response = GrpcTesting.SimpleResponse()
        response.payload = try payload(request.responseSize)
        return Reply(response)
    }

    func cacheableUnaryCall(
        _ request: Message<GrpcTesting.SimpleRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<GrpcTesting.SimpleResponse> {
        try await unaryCall(request, call)
    }

    func streamingOutputCall(
        _ request: Message<GrpcTesting.StreamingOutputCallRequest.View>,
        _ responses: ResponseStream<GrpcTesting.StreamingOutputCallResponse>,
        _ call: ServerCall
    ) async throws {
        try await answer(request.value(), responses, call)
    }

    func streamingInputCall(
        _ requests: RequestStream<GrpcTesting.StreamingInputCallRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<GrpcTesting.StreamingInputCallResponse> {
        var response = GrpcTesting.StreamingInputCallResponse()
        while let request = try await requests.next() {
            let request = request.value()
            try expect(request.expectCompressed, call)
            response.aggregatedPayloadSize += Int32(request.payload?.body.count ?? 0)
        }
        return Reply(response)
    }

    func fullDuplexCall(
        _ requests: RequestStream<GrpcTesting.StreamingOutputCallRequest.View>,
        _ responses: ResponseStream<GrpcTesting.StreamingOutputCallResponse>,
        _ call: ServerCall
    ) async throws {
        try echoMetadata(of: call)
        while let request = try await requests.next() {
            let request = request.value()
            try fail(as: request.responseStatus)
            try await answer(request, responses, call)
        }
    }

    func halfDuplexCall(
        _ requests: RequestStream<GrpcTesting.StreamingOutputCallRequest.View>,
        _ responses: ResponseStream<GrpcTesting.StreamingOutputCallResponse>,
        _ call: ServerCall
    ) async throws {
        var all: [GrpcTesting.StreamingOutputCallRequest] = []
        while let request = try await requests.next() { all.append(request.value()) }
        for request in all { try await answer(request, responses, call) }
    }

    func unimplementedCall(
        _ request: Message<GrpcTesting.Empty.View>,
        _ call: ServerCall
    ) async throws -> Reply<GrpcTesting.Empty> {
        throw RPCError(.unimplemented, "no server has this method")
    }

    // MARK: What requests ask for

    private func answer(
        _ request: GrpcTesting.StreamingOutputCallRequest,
        _ responses: ResponseStream<GrpcTesting.StreamingOutputCallResponse>,
        _ call: ServerCall
    ) async throws {
        for parameters in request.responseParameters {
            if parameters.intervalUs > 0 {
                try await call.loop.sleep(for: .microseconds(Int(parameters.intervalUs)))
            }
            var response = GrpcTesting.StreamingOutputCallResponse()
            response.payload = try payload(parameters.size)
            let isCompressed = parameters.compressed?.value == true
            if isCompressed { call.compression = .gzip }
            try await responses.send(Reply(response), isCompressed: isCompressed)
        }
    }

    private func payload(_ size: Int32) throws -> GrpcTesting.Payload {
        guard (0...(64 << 20)).contains(size) else {
            throw RPCError(.invalidArgument, "response_size: \(size) is not in 0...67108864")
        }
        var payload = GrpcTesting.Payload()
        payload.body = [UInt8](repeating: 0, count: Int(size))
        return payload
    }

    private func echoMetadata(of call: ServerCall) throws {
        let initial = "x-grpc-test-echo-initial"
        let trailing = "x-grpc-test-echo-trailing-bin"
        if let value = call.metadata[initial] { try call.headers.add(initial, value) }
        for value in call.metadata.bytes(trailing) {
            try call.trailers.add(trailing, bytes: value)
        }
    }

    private func expect(_ isExpected: GrpcTesting.BoolValue?, _ call: ServerCall) throws {
        guard let isExpected, isExpected.value != call.isRequestCompressed else { return }
        throw RPCError(
            .invalidArgument,
            "the message is \(call.isRequestCompressed ? "" : "not ")compressed"
        )
    }

    private func fail(as status: GrpcTesting.EchoStatus?) throws {
        guard let status, status.code != 0 else { return }
        throw RPCError(StatusCode(rawValue: Int(status.code)) ?? .unknown, status.message)
    }
}
