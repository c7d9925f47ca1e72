import Messages
import Net
import TestContracts
import TestMessages
import Testing
import Wire

@testable import RPC

@Suite("Calls of methods that are known by reflection alone", .timeLimit(.minutes(5)))
struct ReflectionClientTests {
    private func with(_ body: (InProcessServer) async throws -> Void) async throws {
        let group = try EventLoopGroup(count: 1)
        let reflection = ReflectionService(
            services: [TestingV1.Shelf.schema],
            files: [TestingV1.everythingFile]
        )
        let server = InProcessServer(
            group: group,
            methods: TestingV1.Shelf.methods(of: ShelfService()) + reflection.methods
        )
        try await body(server)
        await server.stop(within: .seconds(10))
        group.stop()
    }

    @Test("find services, and give what generated clients give")
    func call() async throws {
        try await with { server in
            let client = ReflectionClient(server)
            let services = try await client.services()
            #expect(services.contains(TestingV1.Shelf.schema.fullName))
            let declared = try await client.declarations(of: TestingV1.Shelf.schema.fullName)
            let shelf = try #require(declared.services[TestingV1.Shelf.schema.fullName])
            let method = try #require(shelf.method(named: "GetBook"))
            var request = TestingV1.GetBookRequest()
            request.name = "books/1"
            let expected = try await TestingV1.Shelf.Client(server).getBook(request)
            let text = Array(#"{"name":"books/1"}"#.utf8)
            let encoded = try method.input.message(json: text.rawBytes)
            let call = try await server.encoded(method, encoded.bytes, options: CallOptions())
            let answer = try #require(try await call.nextEncoded())
            #expect(try method.output.json(of: answer) == expected.message.json())
            #expect(try await call.nextEncoded() == nil)
        }
    }

    @Test("say NOT_FOUND of what the server does not know")
    func unknown() async throws {
        try await with { server in
            let error = await #expect(throws: RPCError.self) {
                try await ReflectionClient(server).declarations(of: "nothing.v1.Nothing")
            }
            #expect(error?.code == .notFound)
        }
    }
}
