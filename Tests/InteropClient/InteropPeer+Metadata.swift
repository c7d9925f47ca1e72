import RPC
import TestContracts
import TestMessages
import Wire

// What travels beside the messages.
extension InteropPeer {
    private static let initial = "x-grpc-test-echo-initial"
    private static let initialValue = "test_initial_metadata_value"
    private static let trailing = "x-grpc-test-echo-trailing-bin"
    private static let trailingValue: [UInt8] = [0xab, 0xab, 0xab]

    func customMetadata() async throws {
        var options = options()
        try options.metadata.add(Self.initial, Self.initialValue)
        try options.metadata.add(Self.trailing, bytes: Self.trailingValue)
        let answer = try await client.unaryCall(largeRequest, options: options)
        try expectEcho(answer.headers, answer.trailers)

        let call = try await client.fullDuplexCall(options: options)
        try await call.send(.init(sizes: [314_159], payload: 271_828))
        await call.finishSending()
        try expect(try await call.next()?.value().payload, count: 314_159)
        try check(try await call.next() == nil, "more answers than asked for")
        try expectEcho(try await call.call.headers(), await call.call.trailers ?? Metadata())
    }

    private func expectEcho(_ headers: Metadata, _ trailers: Metadata) throws {
        try check(
            headers.values(Self.initial) == [Self.initialValue],
            "the headers have \(headers.values(Self.initial))"
        )
        try check(
            trailers.bytes(Self.trailing) == [Self.trailingValue],
            "the trailers have \(trailers.bytes(Self.trailing))"
        )
    }
}
