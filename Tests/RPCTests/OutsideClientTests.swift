import Messages
import Net
import RPC
import TestContracts
import TestKit
import TestMessages
import Testing
import Wire

@Suite("Outside clients of gRPC", .timeLimit(.minutes(5)))
struct OutsideClientTests {
    @Test("of grpcio ask for health and reflection")
    func healthAndReflection() async throws {
        let group = try EventLoopGroup(count: 1)
        let services = [TestingV1.Shelf.schema, GrpcHealthV1.Health.schema]
        let health = HealthRegistry(services: [TestingV1.Shelf.schema.fullName])
        let reflection = ReflectionService(
            services: services,
            files: [TestingV1.batchFile, TestingV1.everythingFile]
        )
        let server = try RPCServer(
            address: try SocketAddress("127.0.0.1:0"),
            group: group,
            methods: TestingV1.Shelf.methods(of: ShelfService())
                + GrpcHealthV1.Health.methods(of: HealthService(health)) + reflection.methods
        )
        health.set(.serving, for: "")
        let output = try await OutsideProgram.run(
            OutsideProgram.python,
            OutsideProgram.repository + "/Tests/RPCTests/Peers/service_clients.py",
            "\(server.boundAddress)"
        )
        #expect(output.status == 0, "\(output.errors)")
        #expect(output.text == Self.expected)
        await server.stop(within: .seconds(10))
        group.stop()
    }

    private static let expected = """
        whole server: SERVING
        service: NOT_SERVING
        unknown: NOT_FOUND
        list: [('', 'SERVING'), ('sextant.testing.v1.Shelf', 'NOT_SERVING')]
        watch: SERVICE_UNKNOWN
        services: ['grpc.health.v1.Health', 'grpc.reflection.v1.ServerReflection', \
        'grpc.reflection.v1alpha.ServerReflection', 'sextant.testing.v1.Shelf']
        methods: ['GetBook', 'CreateBook', 'DeleteBook', 'Chat', 'Import', 'Ping']
        input: sextant.testing.v1.CreateBookRequest
        fields: \(TestingV1.Everything.schema.fields.count)
        nested: Nested
        extensions: [51201, 51202, 51203]
        missing file: KeyError
        v1: sextant/testing/v1/everything.proto
        v1: sextant/api/annotations.proto

        """

    @Test("and ours are told when health changes, the last change if they are slow")
    func watch() async throws {
        let group = try EventLoopGroup(count: 1)
        let health = HealthRegistry(services: ["a", "b"])
        let server = try RPCServer(
            address: try SocketAddress("127.0.0.1:0"),
            group: group,
            methods: GrpcHealthV1.Health.methods(of: HealthService(health))
        )
        let connection = try await RPCConnection.connect(
            to: [server.boundAddress],
            on: group.next(),
            authority: "test"
        )
        var request = GrpcHealthV1.HealthCheckRequest()
        request.service = "a"
        let watch = try await GrpcHealthV1.Health.Client(connection).watch(request)
        #expect(try await watch.next()?.value().status == .notServing)
        health.set(.serving, for: "b")
        health.set(.serving, for: "a")
        #expect(try await watch.next()?.value().status == .serving)
        health.setAll(.notServing)
        #expect(try await watch.next()?.value().status == .notServing)
        // A watch ends with its call, and holds nobody up.
        watch.call.cancel()
        await #expect(throws: RPCError.self) { _ = try await watch.next() }
        // A server that drains ends them all, after what they have to tell.
        let other = try await GrpcHealthV1.Health.Client(connection).watch(request)
        #expect(try await other.next()?.value().status == .notServing)
        health.endWatches()
        #expect(try await other.next() == nil)
        // One that comes later is told how things are, and ends as well.
        let later = try await GrpcHealthV1.Health.Client(connection).watch(request)
        #expect(try await later.next()?.value().status == .notServing)
        #expect(try await later.next() == nil)
        await connection.close()
        await server.stop(within: .seconds(10))
        group.stop()
    }
}
