import RPC
import TestContracts
import TestMessages
import Wire

// One message, or many, each way.
extension InteropPeer {
    func emptyUnary() async throws {
        let answer = try await client.emptyCall(GrpcTesting.Empty(), options: options())
        try check(answer.message.bytes.count == 0, "the answer is not empty")
    }

    func largeUnary() async throws {
        let answer = try await client.unaryCall(largeRequest, options: options())
        try expect(answer.message.value().payload, count: 314_159)
    }

    func clientStreaming() async throws {
        let call = try await client.streamingInputCall(options: options())
        for size in Self.requestSizes {
            var request = GrpcTesting.StreamingInputCallRequest()
            request.payload = .zeros(size)
            try await call.send(request)
        }
        let sum = try await call.finish().message.value().aggregatedPayloadSize
        try check(sum == 74_922, "the server counted \(sum)")
    }

    func serverStreaming() async throws {
        let stream = try await client.streamingOutputCall(
            .init(sizes: Self.answerSizes),
            options: options()
        )
        for size in Self.answerSizes {
            try expect(try await stream.next()?.value().payload, count: size)
        }
        try check(try await stream.next() == nil, "more answers than asked for")
    }

    func pingPong() async throws {
        let call = try await client.fullDuplexCall(options: options())
        for (request, answer) in zip(Self.requestSizes, Self.answerSizes) {
            try await call.send(.init(sizes: [answer], payload: request))
            try expect(try await call.next()?.value().payload, count: answer)
        }
        await call.finishSending()
        try check(try await call.next() == nil, "more answers than asked for")
    }

    func emptyStream() async throws {
        let call = try await client.fullDuplexCall(options: options())
        await call.finishSending()
        try check(try await call.next() == nil, "an answer to nothing")
    }
}
