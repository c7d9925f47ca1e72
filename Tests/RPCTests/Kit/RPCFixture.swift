import Foundation
import HTTP2
import Net
import RPC
import TestContracts
import TestMessages
import Testing
import Wire

/// A server on a loop of its own, by sockets and without them, and clients on another.
final class RPCFixture: Sendable {
    let group: EventLoopGroup
    let server: RPCServer
    let inProcess: InProcessServer
    let reports = Reports()
    private let clientGroup: EventLoopGroup

    init(
        _ service: ShelfService = ShelfService(),
        at address: SocketAddress = .loopback(port: 0),
        _ change: (inout RPCServerConfiguration) -> Void = { _ in }
    ) throws {
        group = try EventLoopGroup(count: 1)
        clientGroup = try EventLoopGroup(count: 1)
        var configuration = RPCServerConfiguration()
        configuration.errorMapping = { error in
            error is ShelfService.DomainError ? RPCError(.failedPrecondition, "no paper") : nil
        }
        let reports = reports
        configuration.onCallEnded = { reports.add($0) }
        change(&configuration)
        let methods = TestingV1.Shelf.methods(of: service)
        server = try RPCServer(
            address: address,
            group: group,
            methods: methods,
            configuration: configuration
        )
        inProcess = InProcessServer(group: group, methods: methods, configuration: configuration)
    }

    /// A client of generated code.
    func client() async throws -> (TestingV1.Shelf.Client, RPCConnection) {
        let connection = try await RPCConnection.connect(
            to: [server.boundAddress],
            on: clientGroup.next(),
            authority: "shelf.test"
        )
        return (TestingV1.Shelf.Client(connection), connection)
    }

    /// Sends a request by hand, and gives what comes back.
    func raw(
        _ headers: HeaderBlock,
        _ body: [UInt8]
    ) async throws -> HTTP2Response {
        let client = try await HTTP2Client.connect(
            to: [server.boundAddress],
            on: clientGroup.next()
        )
        let response = try await client.request(headers, body: SharedBytes(body))
        await client.close()
        return response
    }

    func stop() async {
        await server.stop(within: .seconds(10))
        await inProcess.stop(within: .seconds(10))
        group.stop()
        clientGroup.stop()
    }

    /// The fields of a good request.
    static func headers(
        _ method: String = "GetBook",
        _ more: [(String, String)] = []
    ) -> HeaderBlock {
        var headers: HeaderBlock = [
            ":method": "POST", ":scheme": "http",
            ":path": "/sextant.testing.v1.Shelf/\(method)", ":authority": "test",
            "te": "trailers",
        ]
        for (name, value) in more { headers.append(name, value) }
        if !more.contains(where: { $0.0 == "content-type" }) {
            headers.append("content-type", "application/grpc")
        }
        return headers
    }

    /// A message behind its prefix.
    static func frame(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        let count = UInt32(message.count)
        return [flag] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + message
    }

    /// What the server reported of its calls.
    final class Reports: @unchecked Sendable {
        // `@unchecked`: the lock guards `all`.
        private let lock = NSLock()
        private var kept: [ServerCallReport] = []

        func add(_ report: ServerCallReport) { lock.withLock { kept.append(report) } }

        var all: [ServerCallReport] { lock.withLock { kept } }
    }
}

/// Holds a test until something has happened elsewhere.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let source: AsyncStream<Void>.Continuation

    init() { (stream, source) = AsyncStream.makeStream() }

    func send() { source.yield() }

    /// Waits for the next signal.
    func wait() async { for await _ in stream { return } }
}

extension TestingV1.GetBookRequest {
    init(named name: String) {
        self.init()
        self.name = name
    }
}

extension TestingV1.Book {
    init(named name: String, title: String = "") {
        self.init()
        self.name = name
        self.title = title
    }
}
