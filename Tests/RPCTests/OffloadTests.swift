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
            gate.signal()
            _ = try await client.createBook(request(100_000))
            #expect(created.withLock { $0 } == 1)
        }
    }
}
