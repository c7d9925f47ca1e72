import RPC
import TestContracts
import TestMessages
import Wire

// Calls that do not end well.
extension InteropPeer {
    func cancelAfterBegin() async throws {
        let call = try await client.streamingInputCall(options: options())
        call.call.cancel()
        try await expect(.cancelled) { _ = try await call.finish() }
    }

    func cancelAfterFirstResponse() async throws {
        let call = try await client.fullDuplexCall(options: options())
        try await call.send(.init(sizes: [31_415], payload: 27_182))
        try expect(try await call.next()?.value().payload, count: 31_415)
        call.call.cancel()
        try await expect(.cancelled) { _ = try await call.next() }
    }

    func timeoutOnSleepingServer() async throws {
        var request = GrpcTesting.StreamingOutputCallRequest(sizes: [31_415], payload: 27_182)
        // The server may need a moment to say what went wrong: long enough that we are first.
        request.responseParameters[0].intervalUs = 100_000
        try await expect(.deadlineExceeded) {
            let options = CallOptions(timeout: .milliseconds(1))
            let call = try await client.fullDuplexCall(options: options)
            try await call.send(request)
            while try await call.next() != nil {}
        }
    }

    func statusCodeAndMessage() async throws {
        try await expectEcho(of: "test status message")
        let status = Self.status("test status message")
        try await expect(.unknown, status.message) {
            let call = try await client.fullDuplexCall(options: options())
            var request = GrpcTesting.StreamingOutputCallRequest()
            request.responseStatus = status
            try await call.send(request)
            await call.finishSending()
            _ = try await call.next()
        }
    }

    func specialStatusMessage() async throws {
        try await expectEcho(
            of: "\t\ntest with whitespace\r\nand Unicode BMP \u{263a} and non-BMP \u{1f608}\t\n"
        )
    }

    func unimplementedMethod() async throws {
        try await expect(.unimplemented) {
            _ = try await client.unimplementedCall(GrpcTesting.Empty(), options: options())
        }
    }

    func unimplementedService() async throws {
        try await expect(.unimplemented) {
            _ = try await unimplemented.unimplementedCall(GrpcTesting.Empty(), options: options())
        }
    }

    private static func status(_ message: String) -> GrpcTesting.EchoStatus {
        var status = GrpcTesting.EchoStatus()
        status.code = Int32(StatusCode.unknown.rawValue)
        status.message = message
        return status
    }

    private func expectEcho(of message: String) async throws {
        var request = GrpcTesting.SimpleRequest()
        request.responseStatus = Self.status(message)
        try await expect(.unknown, message) {
            _ = try await client.unaryCall(request, options: options())
        }
    }
}
