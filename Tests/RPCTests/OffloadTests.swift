import Foundation
import HTTP2
import Net
import RPC
import Synchronization
import TestContracts
import TestMessages
import Testing
import Wire

@Suite("Messages that take long to decode", .timeLimit(.minutes(5)))
struct OffloadTests {
    private func with(
        _ service: ShelfService = ShelfService(),
        _ body: (TestingV1.Shelf.Client, WorkerPool, RPCFixture) async throws -> Void
    ) async throws {
        let pool = try WorkerPool(name: "decode", threads: 1, maximumQueued: 4)
        let fixture = try RPCFixture(service) { $0.offload = pool }
        let (client, connection) = try await fixture.client()
        try await body(client, pool, fixture)
        await connection.close()
        await fixture.stop()
        pool.stop()
    }

    private func request(_ size: Int) -> TestingV1.CreateBookRequest {
        var request = TestingV1.CreateBookRequest()
        request.book = TestingV1.Book(named: "", title: String(repeating: "x", count: size))
        return request
    }

    @Test("are decoded beside the loop, and short calls go on meanwhile")
    func beside() async throws {
        try await with { client, pool, _ in
            let (held, gate) = (Signal(), DispatchSemaphore(value: 0))
            try pool.submit {
                held.send()
                gate.wait()
            }
            await held.wait()
            var options = CallOptions()
            options.compression = .gzip
            let long = Task { try await client.createBook(request(100_000)) }
            let folded = Task { [options] in
                try await client.createBook(request(10), options: options)
            }
            while pool.queued < 2 { await Task.yield() }
            for size in [0, 10, 60_000] {
                let answer = try await client.createBook(request(size))
                #expect(answer.message.value().title.utf8.count == size)
            }
            gate.signal()
            #expect(try await long.value.message.value().title.utf8.count == 100_000)
            #expect(try await folded.value.message.value().name == "came compressed")
        }
    }

    @Test("are refused like all others if they are malformed")
    func malformed() async throws {
        try await with { _, _, fixture in
            // Field 2, a book, of all bytes that follow, which are zero: there is no field 0.
            let count = 100_000
            let length: [UInt8] = [0x12, 0xa0, 0x8d, 0x06]
            let message = length + [UInt8](repeating: 0, count: count)
            let response = try await fixture.raw(
                RPCFixture.headers("CreateBook"),
                RPCFixture.frame(message)
            )
            let fields = response.trailers ?? response.headers
            #expect(fields["grpc-status"] == "3")
        }
    }

    @Test("are decoded on the loop when the pool takes no more")
    func full() async throws {
        try await with { client, pool, _ in
            let (held, gate) = (Signal(), DispatchSemaphore(value: 0))
            try pool.submit {
                held.send()
                gate.wait()
            }
            await held.wait()
            for _ in 0..<4 { try pool.submit {} }
            for isStopped in [false, true] {
                if isStopped {
                    gate.signal()
                    pool.stop()
                }
                let answer = try await client.createBook(request(200_000))
                #expect(answer.message.value().title.utf8.count == 200_000)
            }
        }
    }

    @Test("are not served if their call is over when they are decoded")
    func deadline() async throws {
        let created = Mutex(0)
        let service = ShelfService(onCreate: { created.withLock { $0 += 1 } })
        try await with(service) { client, pool, _ in
            let (held, gate) = (Signal(), DispatchSemaphore(value: 0))
            try pool.submit {
                held.send()
                gate.wait()
            }
            await held.wait()
            let error = await #expect(throws: RPCError.self) {
                _ = try await client.createBook(
                    request(100_000),
                    options: CallOptions(timeout: .milliseconds(50))
                )
            }
            #expect(error?.code == .deadlineExceeded)
            // Its answer says that the server has read what the client sent before: the reset.
            _ = try await client.createBook(request(10))
            gate.signal()
            _ = try await client.createBook(request(100_000))
            #expect(created.withLock { $0 } == 2)
        }
    }

    // MARK: Answers

    /// A server without a pool, and a client that has one.
    private func withClient(
        _ body: (TestingV1.Shelf.Client, WorkerPool) async throws -> Void
    ) async throws {
        let fixture = try RPCFixture()
        try await withClient(of: fixture.server.boundAddress, body)
        await fixture.stop()
    }

    private func withClient(
        of server: SocketAddress,
        _ body: (TestingV1.Shelf.Client, WorkerPool) async throws -> Void
    ) async throws {
        let pool = try WorkerPool(name: "decode", threads: 1, maximumQueued: 4)
        let group = try EventLoopGroup(count: 1)
        var configuration = RPCClientConfiguration()
        configuration.offload = pool
        let client = RPCClient(
            RPCTarget(addresses: [server], authority: "shelf.test"),
            group: group,
            configuration: configuration
        )
        try await body(TestingV1.Shelf.Client(client), pool)
        await client.close()
        group.stop()
        pool.stop()
    }

    /// The only answer, or the first of many, to one request.
    private enum Kind: CaseIterable {
        case unary, stream

        func title(
            of request: TestingV1.CreateBookRequest,
            by client: TestingV1.Shelf.Client
        ) async throws -> String? {
            switch self {
            case .unary: return try await client.createBook(request).message.value().title
            case .stream:
                let chat = try await client.chat()
                var book = request.book ?? TestingV1.Book()
                book.name = request.shelf == "compressed" ? "compress" : "plain"
                try await chat.send(book)
                await chat.finishSending()
                let title = try await chat.next()?.value().title
                #expect(try await chat.next() == nil)
                return title
            }
        }
    }

    @Test("answers are decoded beside the loop, and short ones go on meanwhile")
    func answersBeside() async throws {
        try await withClient { client, pool in
            let (held, gate) = (Signal(), DispatchSemaphore(value: 0))
            try pool.submit {
                held.send()
                gate.wait()
            }
            await held.wait()
            var folded = request(10)
            folded.shelf = "compressed"
            let waiting = Kind.allCases.flatMap { kind in
                [request(100_000), folded].map { request in
                    Task { try await kind.title(of: request, by: client)?.utf8.count }
                }
            }
            while pool.queued < 4 { await Task.yield() }
            for size in [0, 10, 60_000] {
                let answer = try await client.createBook(request(size))
                #expect(answer.message.value().title.utf8.count == size)
            }
            gate.signal()
            var counts: [Int?] = []
            for task in waiting { counts.append(try await task.value) }
            #expect(counts == [100_000, 10, 100_000, 10])
        }
    }

    @Test("answers are decoded on the loop when the pool takes no more")
    func fullForAnswers() async throws {
        try await withClient { client, pool in
            pool.stop()
            for kind in Kind.allCases {
                let title = try await kind.title(of: request(200_000), by: client)
                #expect(title?.utf8.count == 200_000)
            }
        }
    }

    @Test(
        "answers that are none fail their call, wherever they are decoded",
        arguments: [
            (
                RPCFixture.frame([UInt8](repeating: 0, count: 100_000)),
                "sextant.testing.v1.Book: a field number is zero or out of range, or its wire type "
                    + "does not exist, at byte 0"
            ),
            (
                RPCFixture.frame([1, 2, 3], flag: 1),
                "a message is compressed, and grpc-encoding says not"
            ),
        ]
    )
    func malformedAnswer(_ answer: [UInt8], _ message: String) async throws {
        let group = try EventLoopGroup(count: 1)
        let server = try HTTP2Server(address: SocketAddress("127.0.0.1:0"), group: group) {
            exchange in
            _ = try await exchange.body(upTo: 1 << 20)
            exchange.respond([":status": "200", "content-type": "application/grpc"])
            try await exchange.send(SharedBytes(answer))
            exchange.finish(trailers: ["grpc-status": "0"])
        }
        try await withClient(of: server.boundAddress) { client, pool in
            for kind in Kind.allCases {
                let error = await #expect(throws: RPCError.self) {
                    _ = try await kind.title(of: request(1), by: client)
                }
                #expect(error?.code == .internalError)
                #expect(error?.message == message)
            }
        }
        await server.stop(within: .seconds(10))
        group.stop()
    }
}
