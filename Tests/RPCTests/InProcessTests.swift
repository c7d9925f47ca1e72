import HTTP2
import Net
import Synchronization
import TestContracts
import TestKit
import TestMessages
import Testing
import Wire

@testable import RPC

@Suite("Calls within the process", .timeLimit(.minutes(5)))
struct InProcessTests {
    private func with(
        _ service: ShelfService = ShelfService(),
        _ body: (TestingV1.Shelf.Client, InProcessServer, EventLoopGroup) async throws -> Void
    ) async throws {
        let group = try EventLoopGroup(count: 2)
        let server = InProcessServer(group: group, methods: TestingV1.Shelf.methods(of: service))
        try await body(TestingV1.Shelf.Client(server), server, group)
        await server.stop(within: .seconds(10))
        group.stop()
    }

    @Test("hold a writer back whose reader does not read")
    func backPressure() async throws {
        try await with { client, _, _ in
            let sent = Mutex(0)
            let chat = try await client.chat()
            let writer = Task {
                for _ in 0..<100 {
                    try await chat.send(
                        .init(named: "x", title: String(repeating: "y", count: 9_000))
                    )
                    sent.withLock { $0 += 1 }
                }
                await chat.finishSending()
            }
            // Both queues are full then, and the two tasks between them wait. A busy machine takes
            // a moment to begin.
            var last = -1
            while last < 2 || last != sent.withLock({ $0 }) {
                last = sent.withLock { $0 }
                for _ in 0..<1_000 { await Task.yield() }
            }
            #expect((2...2 * (ByteQueue.highWater / 9_000 + 3)).contains(last))
            var count = 0
            while try await chat.next() != nil { count += 1 }
            #expect(count == 100)
            try await writer.value
        }
    }

    @Test("run on their caller's loop")
    func loop() async throws {
        try await with { client, _, group in
            for loop in group.loops {
                let answer = try await withTaskExecutorPreference(loop) {
                    #expect(await loop.arrive())
                    let answer = try await client.getBook(.init(named: "loop"))
                    #expect(loop.isHome)
                    return answer
                }
                #expect(answer.message.value().title == "loop \(loop.index)")
            }
        }
    }

    @Test("are served while the server stops, and refused afterwards as never made")
    func stop() async throws {
        try await with { client, server, _ in
            let call = try await client.chat()
            try await call.send(.init(named: "before"))
            #expect(try await call.next()?.value().name == "before")
            async let stopped: Void = server.stop(within: .seconds(30))
            var refused: RPCError?
            while refused == nil {
                do {
                    _ = try await client.getBook(.init(named: "x"))
                } catch let error as RPCError {
                    refused = error
                }
            }
            #expect(refused?.code == .unavailable && refused?.isUnprocessed == true)
            try await call.send(.init(named: "after"))
            #expect(try await call.next()?.value().name == "after")
            await call.finishSending()
            #expect(try await call.next() == nil)
            await stopped
        }
    }

    @Test("that outlast the server's patience are cancelled")
    func impatience() async throws {
        let (waiting, cancelled) = (Signal(), Signal())
        let service = ShelfService(
            onWaiting: { waiting.send() },
            onCancelled: { cancelled.send() }
        )
        try await with(service) { client, server, _ in
            let answer = Task { try await client.getBook(.init(named: "waiting")) }
            await waiting.wait()
            await server.stop(within: .milliseconds(10))
            await cancelled.wait()
            let error = await #expect(throws: RPCError.self) { _ = try await answer.value }
            #expect(error?.code == .unavailable)
        }
    }

    @Test("may be so many on a loop; more are refused as never made")
    func limit() async throws {
        let group = try EventLoopGroup(count: 1)
        var configuration = RPCServerConfiguration()
        configuration.http2.connection.maximumConcurrentStreams = 2
        let methods = TestingV1.Shelf.methods(of: ShelfService())
        let server = InProcessServer(group: group, methods: methods, configuration: configuration)
        let client = TestingV1.Shelf.Client(server)
        let open = [try await client.chat(), try await client.chat()]
        let refused = await #expect(throws: RPCError.self) {
            _ = try await client.getBook(.init(named: "x"))
        }
        #expect(refused?.code == .unavailable && refused?.isUnprocessed == true)
        #expect(refused?.logMessage == "2 calls are open on the loop, as many as may be")
        await open[0].finishSending()
        #expect(try await open[0].next() == nil)
        // Its handler ends in the turn in which the caller learns of its end, or in the next.
        await group.loops[0].pass()
        #expect(try await client.getBook(.init(named: "x")).message.value().name == "x")
        await open[1].finishSending()
        #expect(try await open[1].next() == nil)
        await server.stop(within: .seconds(10))
        group.stop()
    }

    @Test("that are refused leave nothing behind that a stop would wait for")
    func refusal() async throws {
        try await with { _, server, _ in
            let call = try await server.prepare(
                GrpcTesting.TestService.emptyCall,
                sending: FramedMessage(TestingV1.Nothing()),
                options: CallOptions()
            ).begin()
            let error = await #expect(throws: RPCError.self) { _ = try await call.next() }
            #expect(error?.code == .unimplemented)
            await server.stop(within: .seconds(60))
        }
    }
}

extension EventLoop {
    /// Waits until all has been done that the loop was given before.
    fileprivate func pass() async {
        await withCheckedContinuation { continuation in
            if !execute({ continuation.resume() }) { continuation.resume() }
        }
    }
}
