import RPC
import TestContracts
import TestMessages
import Wire

/// The server under test, and what the cases have in common.
struct InteropPeer {
    let client: GrpcTesting.TestService.Client
    let unimplemented: GrpcTesting.UnimplementedService.Client
    /// Whether the server sees which messages come compressed, and compresses those that it should.
    let seesCompression: Bool

    /// The sizes of the messages that streams take.
    static let requestSizes: [Int32] = [27_182, 8, 1_828, 45_904]
    /// The sizes of the messages that streams give.
    static let answerSizes: [Int32] = [31_415, 9, 2_653, 58_979]

    init(_ channel: some RPCChannel, seesCompression: Bool) {
        client = GrpcTesting.TestService.Client(channel)
        unimplemented = GrpcTesting.UnimplementedService.Client(channel)
        self.seesCompression = seesCompression
    }

    /// Runs a case.
    ///
    /// - Parameter test: the case.
    /// - Throws: what it found.
    func run(_ test: InteropCase) async throws {
        switch test {
        case .emptyUnary: try await emptyUnary()
        case .largeUnary: try await largeUnary()
        case .clientCompressedUnary: try await clientCompressedUnary()
        case .serverCompressedUnary: try await serverCompressedUnary()
        case .clientStreaming: try await clientStreaming()
        case .clientCompressedStreaming: try await clientCompressedStreaming()
        case .serverStreaming: try await serverStreaming()
        case .serverCompressedStreaming: try await serverCompressedStreaming()
        case .pingPong: try await pingPong()
        case .emptyStream: try await emptyStream()
        case .cancelAfterBegin: try await cancelAfterBegin()
        case .cancelAfterFirstResponse: try await cancelAfterFirstResponse()
        case .timeoutOnSleepingServer: try await timeoutOnSleepingServer()
        case .customMetadata: try await customMetadata()
        case .statusCodeAndMessage: try await statusCodeAndMessage()
        case .specialStatusMessage: try await specialStatusMessage()
        case .unimplementedMethod: try await unimplementedMethod()
        case .unimplementedService: try await unimplementedService()
        }
    }

    /// Options of a call that a server which hangs does not hold for ever.
    func options(_ compression: Compression = .identity) -> CallOptions {
        var options = CallOptions(timeout: .seconds(30))
        options.compression = compression
        return options
    }

    /// A request of 271,828 bytes, for an answer of 314,159.
    var largeRequest: GrpcTesting.SimpleRequest {
        var request = GrpcTesting.SimpleRequest()
        request.responseSize = 314_159
        request.payload = .zeros(271_828)
        return request
    }

    /// Fails a case unless a payload is so many zeros.
    func expect(_ payload: GrpcTesting.Payload?, count: Int32) throws {
        let body = payload?.body ?? []
        try check(
            body.count == Int(count) && body.allSatisfy { $0 == 0 },
            "a payload of \(body.count) bytes, or not of zeros: it should be \(count)"
        )
    }

    /// Fails a case unless a call fails as it should.
    ///
    /// - Parameters:
    ///   - code: how it should fail.
    ///   - message: what the server should say; nil for anything.
    ///   - call: makes the call.
    /// - Throws: ``CaseFailure`` if it does not fail, or otherwise.
    func expect(
        _ code: StatusCode,
        _ message: String? = nil,
        of call: () async throws -> Void
    ) async throws {
        do {
            try await call()
        } catch let error as RPCError {
            return try check(
                error.code == code && (message == nil || error.message == message),
                "failed otherwise than with \(code.name): \(error)"
            )
        }
        throw CaseFailure(description: "did not fail, instead of \(code.name)")
    }
}

extension GrpcTesting.Payload {
    /// So many zeros.
    static func zeros(_ count: Int32) -> GrpcTesting.Payload {
        var payload = GrpcTesting.Payload()
        payload.body = [UInt8](repeating: 0, count: Int(count))
        return payload
    }
}

extension GrpcTesting.BoolValue {
    init(_ value: Bool) {
        self.init()
        self.value = value
    }
}

extension GrpcTesting.StreamingOutputCallRequest {
    /// Asks for an answer of each size, with a payload if one is given.
    init(sizes: [Int32], payload: Int32? = nil) {
        self.init()
        responseParameters = sizes.map { size in
            var parameters = GrpcTesting.ResponseParameters()
            parameters.size = size
            return parameters
        }
        self.payload = payload.map { .zeros($0) }
    }
}
