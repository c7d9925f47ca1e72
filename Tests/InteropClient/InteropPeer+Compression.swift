import RPC
import TestContracts
import TestMessages
import Wire

// Messages that are compressed one by one.
extension InteropPeer {
    func clientCompressedUnary() async throws {
        var request = largeRequest
        request.expectCompressed = .init(true)
        if seesCompression {
            // The probe: a server that does not look at the flag would pass whatever we send.
            try await expect(.invalidArgument) {
                _ = try await client.unaryCall(request, options: options())
            }
        }
        let folded = try await client.unaryCall(request, options: options(.gzip))
        try expect(folded.message.value().payload, count: 314_159)
        request.expectCompressed = .init(false)
        let plain = try await client.unaryCall(request, options: options())
        try expect(plain.message.value().payload, count: 314_159)
    }

    func serverCompressedUnary() async throws {
        for isCompressed in [true, false] {
            var request = largeRequest
            request.responseCompressed = .init(isCompressed)
            let answer = try await client.unaryCall(request, options: options())
            try expect(answer.message.value().payload, count: 314_159)
            try expect(isCompressed: answer.isCompressed, isCompressed)
        }
    }

    func clientCompressedStreaming() async throws {
        var folded = GrpcTesting.StreamingInputCallRequest()
        folded.expectCompressed = .init(true)
        folded.payload = .zeros(27_182)
        // The probe: a server that does not look at the flag would pass whatever we send.
        try await expect(.invalidArgument) {
            let call = try await client.streamingInputCall(options: options(.gzip))
            try await call.send(folded, isCompressed: false)
            _ = try await call.finish()
        }
        var plain = GrpcTesting.StreamingInputCallRequest()
        plain.expectCompressed = .init(false)
        plain.payload = .zeros(45_904)
        let call = try await client.streamingInputCall(options: options(.gzip))
        try await call.send(folded)
        try await call.send(plain, isCompressed: false)
        let sum = try await call.finish().message.value().aggregatedPayloadSize
        try check(sum == 73_086, "the server counted \(sum)")
    }

    func serverCompressedStreaming() async throws {
        var request = GrpcTesting.StreamingOutputCallRequest(sizes: [31_415, 92_653])
        request.responseParameters[0].compressed = .init(true)
        request.responseParameters[1].compressed = .init(false)
        let stream = try await client.streamingOutputCall(request, options: options())
        for parameters in request.responseParameters {
            try expect(try await stream.next()?.value().payload, count: parameters.size)
            let isCompressed = await stream.call.isAnswerCompressed
            try expect(isCompressed: isCompressed, parameters.compressed?.value == true)
        }
        try check(try await stream.next() == nil, "more answers than asked for")
    }

    /// Fails a case unless an answer is compressed as the server was asked.
    private func expect(isCompressed: Bool, _ wanted: Bool) throws {
        guard seesCompression else { return }
        try check(
            isCompressed == wanted,
            "an answer came \(isCompressed ? "" : "not ")compressed"
        )
    }
}
