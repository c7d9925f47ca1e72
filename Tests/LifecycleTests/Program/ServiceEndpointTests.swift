import Lifecycle
import Messages
import Net
import RPC
import Testing
import Wire

@Suite("Endpoints of other services", .timeLimit(.minutes(5)))
struct ServiceEndpointTests {
    @Test("are reached at a port and at a path, by our client at our server")
    func reached() async throws {
        let folder = try TemporaryFolder()
        let group = try EventLoopGroup(count: 1)
        let pool = try WorkerPool(name: "names", threads: 1, maximumQueued: 8)
        for address in ["127.0.0.1:0", "unix:" + folder.path("s")] {
            let health = HealthRegistry(services: ["a"])
            let server = try RPCServer(
                address: try SocketAddress(address),
                group: group,
                methods: GrpcHealthV1.Health.methods(of: HealthService(health))
            )
            let endpoint = try #require(ServiceEndpoint("\(server.boundAddress)"))
            let client = RPCClient(endpoint.target(NameResolver(pool: pool)), group: group)
            var request = GrpcHealthV1.HealthCheckRequest()
            request.service = "a"
            let answer = try await GrpcHealthV1.Health.Client(client).check(
                request,
                options: CallOptions(timeout: .seconds(20))
            )
            #expect(answer.message.value().status == .notServing)
            await client.close()
            await server.stop(within: .seconds(10))
        }
        group.stop()
        pool.stop()
    }
}
