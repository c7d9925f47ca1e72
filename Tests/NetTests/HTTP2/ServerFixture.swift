import HTTP2
import Net
import Testing
import Wire

/// A server on loops of its own, and clients of it.
final class ServerFixture: Sendable {
    let group: EventLoopGroup
    let server: HTTP2Server
    private let clientGroup: EventLoopGroup

    init(
        at address: SocketAddress = .loopback(port: 0),
        loops: Int = 2,
        _ configuration: HTTP2ServerConfiguration = HTTP2ServerConfiguration(),
        handler: @escaping HTTP2Server.Handler = ServerFixture.echo
    ) throws {
        group = try EventLoopGroup(count: loops)
        clientGroup = try EventLoopGroup(count: 1)
        server = try HTTP2Server(
            address: address,
            group: group,
            configuration: configuration,
            handler: handler
        )
    }

    var address: SocketAddress { server.boundAddress }
    var port: Int { Int(address.port ?? 0) }

    func client(
        tls: (context: TLSContext, serverName: String?)? = nil,
        configuration: HTTP2Configuration = HTTP2Configuration()
    ) async throws -> HTTP2Client {
        try await HTTP2Client.connect(
            to: [address],
            on: clientGroup.next(),
            tls: tls,
            configuration: configuration
        )
    }

    func stop() async {
        await server.stop(within: .seconds(10))
        group.stop()
        clientGroup.stop()
    }

    /// Sends a whole body back, with the request's path in a field and its trailers at the end.
    static let echo: HTTP2Server.Handler = { exchange in
        let body = try await exchange.body(upTo: 64 << 20)
        exchange.respond([":status": "200", "x-path": exchange.request[":path"] ?? ""])
        try await exchange.send(body)
        exchange.finish(trailers: exchange.trailers)
    }

    /// The fields of a plain POST.
    static func post(_ path: String = "/") -> HeaderBlock {
        [":method": "POST", ":scheme": "http", ":path": path, ":authority": "test"]
    }
}
