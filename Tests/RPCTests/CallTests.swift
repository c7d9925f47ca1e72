import RPC
import TestContracts
import TestMessages
import Testing
import Wire

@Suite("Calls between our client and our server", .timeLimit(.minutes(5)))
struct CallTests {
    /// Runs a test over sockets, and once more without them.
    private func with(
        _ service: ShelfService = ShelfService(),
        _ change: (inout RPCServerConfiguration) -> Void = { _ in },
        _ body: (TestingV1.Shelf.Client, RPCFixture) async throws -> Void
    ) async throws {
        let fixture = try RPCFixture(service, change)
        let (client, connection) = try await fixture.client()
        try await body(client, fixture)
        await connection.close()
        await fixture.stop()
        let second = try RPCFixture(service, change)
        try await body(TestingV1.Shelf.Client(second.inProcess), second)
        await second.stop()
    }

    @Test("of one message each way bring metadata along, bytes included")
    func unary() async throws {
        try await with { client, fixture in
            var options = CallOptions()
            try options.metadata.add("x-text", "one")
            try options.metadata.add("x-text", "two, and more")
            try options.metadata.add("x-data-bin", bytes: [0, 255, 10])
            try options.metadata.add("x-data-bin", bytes: [])
            let answer = try await client.getBook(.init(named: "metadata"), options: options)
            #expect(answer.message.value().name == "metadata")
            #expect(answer.message.value().title == "no deadline")
            #expect(answer.headers.values("x-text") == ["one", "two, and more"])
            #expect(answer.trailers.bytes("x-data-bin") == [[0, 255, 10], []])
            #expect(answer.trailers.names == ["x-data-bin", "x-data-bin"])
            #expect(fixture.reports.all.map(\.code) == [.ok])
        }
    }

    @Test("take messages of many sizes", arguments: [0, 1, 16_379, 65_536, 1_000_000, 4_000_000])
    func sizes(size: Int) async throws {
        try await with { client, _ in
            var request = TestingV1.CreateBookRequest()
            request.book = TestingV1.Book(named: "", title: String(repeating: "x", count: size))
            let answer = try await client.createBook(request)
            #expect(answer.message.value().title.utf8.count == size)
        }
    }

    @Test("that stream come in order, with back-pressure", arguments: [1, 100])
    func serverStream(pause: Int) async throws {
        try await with { client, _ in
            let stream = try await client.ping(TestingV1.Nothing())
            var count = 0
            while let message = try await stream.next() {
                let book = message.value()
                #expect(book.name == "\(count)" && book.title.utf8.count == count)
                count += 1
                if count.isMultiple(of: pause) { await Task.yield() }
            }
            #expect(count == 1_000)
            // After the end, the end is said again.
            #expect(try await stream.next() == nil)
        }
    }

    @Test("may send many messages, larger than the window too")
    func clientStream() async throws {
        try await with { client, _ in
            let call = try await client.import()
            for number in 0..<200 {
                var request = TestingV1.CreateBookRequest()
                request.book = TestingV1.Book(
                    named: "",
                    title: String(repeating: "y", count: number * 1_000)
                )
                try await call.send(request)
            }
            let answer = try await call.finish()
            #expect(answer.trailers["x-count"] == "200")
        }
    }

    @Test("may talk both ways, message by message")
    func bidirectional() async throws {
        try await with { client, _ in
            let call = try await client.chat()
            for name in ["a", "b", "c"] {
                try await call.send(.init(named: name, title: String(repeating: name, count: 9)))
                #expect(try await call.next()?.value().name == name)
            }
            await call.finishSending()
            #expect(try await call.next() == nil)
            #expect(await call.call.trailers?.isEmpty == true)
        }
    }

    @Test("take no message after their last", arguments: [false, true])
    func sendAfterFinish(isInProcess: Bool) async throws {
        let hold = Hold()
        let fixture = try RPCFixture { $0.interceptors = [hold] }
        let (overSockets, connection) = try await fixture.client()
        let client = isInProcess ? TestingV1.Shelf.Client(fixture.inProcess) : overSockets
        let call = try await client.chat()
        try await call.send(.init(named: "a"))
        #expect(try await call.next()?.value().name == "a")
        await call.finishSending()
        let error = await #expect(throws: RPCError.self) {
            try await call.send(.init(named: "b"))
        }
        #expect(error?.code == .internalError && error?.message == "the call is used wrongly")
        hold.gate.send()
        #expect(try await call.next() == nil)
        await connection.close()
        await fixture.stop()
    }

    /// Keeps calls open after their handlers have ended.
    private struct Hold: ServerInterceptor {
        let gate = Signal()

        func intercept(
            _ call: ServerCall,
            _ next: (ServerCall) async throws -> Void
        ) async throws {
            try await next(call)
            await gate.wait()
        }
    }

    @Test("bring the server's status, message and details")
    func failure() async throws {
        try await with { client, fixture in
            let error = await #expect(throws: RPCError.self) {
                _ = try await client.getBook(.init(named: "missing"))
            }
            #expect(error?.code == .notFound && error?.origin == .peer)
            #expect(error?.message == "there is no book \"missing\": 100 %\n")
            #expect(error?.details == SharedBytes([1, 2, 3]))
            #expect(error?.isUnprocessed == false && error?.logMessage == nil)
            #expect(fixture.reports.all.first?.error?.logMessage == "for the log only")
        }
    }

    @Test("say nothing of errors that nobody knows, but to the log")
    func unknownError() async throws {
        try await with { client, fixture in
            let broken = await #expect(throws: RPCError.self) {
                _ = try await client.getBook(.init(named: "broken"))
            }
            #expect(broken?.code == .internalError)
            #expect(broken?.message == "something went wrong on our side")
            let paper = await #expect(throws: RPCError.self) {
                _ = try await client.getBook(.init(named: "paper"))
            }
            #expect(paper?.code == .failedPrecondition && paper?.message == "no paper")
            let logged = fixture.reports.all.first?.error?.logMessage ?? ""
            #expect(logged.contains("swordfish"))
        }
    }

    @Test("that take too long are cancelled at the server, and told at the client")
    func deadline() async throws {
        let cancelled = Signal()
        try await with(ShelfService(onCancelled: { cancelled.send() })) { client, fixture in
            let error = await #expect(throws: RPCError.self) {
                _ = try await client.getBook(
                    .init(named: "waiting"),
                    options: CallOptions(timeout: .milliseconds(50))
                )
            }
            #expect(error?.code == .deadlineExceeded)
            await cancelled.wait()
            let late = await #expect(throws: RPCError.self) {
                _ = try await client.getBook(
                    .init(named: "never sent"),
                    options: CallOptions(timeout: .zero)
                )
            }
            #expect(late?.code == .deadlineExceeded)
            let inTime = try await client.getBook(
                .init(named: "quick"),
                options: CallOptions(timeout: .seconds(60))
            )
            #expect(inTime.message.value().title == "true")
        }
    }

    @Test("whose caller gives up are cancelled at the server")
    func cancellation() async throws {
        let (waiting, cancelled) = (Signal(), Signal())
        let service = ShelfService(
            onWaiting: { waiting.send() },
            onCancelled: { cancelled.send() }
        )
        try await with(service) { client, _ in
            let task = Task { try await client.getBook(.init(named: "waiting")) }
            await waiting.wait()
            task.cancel()
            let error = await #expect(throws: RPCError.self) { _ = try await task.value }
            #expect(error?.code == .cancelled)
            await cancelled.wait()
            // The connection serves on.
            let answer = try await client.getBook(.init(named: "x"))
            #expect(answer.message.value().name == "x")
        }
    }

    @Test("that the server ends early end at the client while it sends")
    func earlyEnd() async throws {
        try await with { client, _ in
            let call = try await client.import()
            var request = TestingV1.CreateBookRequest()
            request.shelf = "full"
            request.book = TestingV1.Book(named: "", title: String(repeating: "z", count: 60_000))
            let error = await #expect(throws: RPCError.self) {
                while true { try await call.send(request) }
            }
            #expect(error?.code == .resourceExhausted && error?.message == "full")
            let chat = try await client.chat()
            try await chat.send(.init(named: "stop"))
            let stopped = await #expect(throws: RPCError.self) { _ = try await chat.next() }
            #expect(stopped?.code == .aborted)
            // The end is said again.
            let again = await #expect(throws: RPCError.self) { _ = try await chat.next() }
            #expect(again?.code == .aborted)
        }
    }

    @Test("that the server ends well while the client sends lose nothing of the answer")
    func earlyAnswer() async throws {
        try await with { client, _ in
            let chat = try await client.chat()
            try await chat.send(.init(named: "enough"))
            let refused = await #expect(throws: RPCError.self) {
                while true { try await chat.send(.init(named: "more")) }
            }
            #expect(refused?.code == .failedPrecondition)
            for name in ["one", "two", "three"] {
                #expect(try await chat.next()?.value().name == name)
            }
            #expect(try await chat.next() == nil)
            let call = try await client.import()
            var request = TestingV1.CreateBookRequest()
            request.shelf = "enough"
            await #expect(throws: RPCError.self) { while true { try await call.send(request) } }
            #expect(try await call.finish().trailers["x-count"] == "1")
        }
    }

    @Test("that end before their last message say why")
    func endBeforeFinish() async throws {
        try await with { client, _ in
            let late = try await client.import(options: CallOptions(timeout: .milliseconds(50)))
            await #expect(throws: RPCError.self) {
                while true {
                    try await late.send(TestingV1.CreateBookRequest())
                    await Task.yield()
                }
            }
            let expired = await #expect(throws: RPCError.self) { _ = try await late.finish() }
            #expect(expired?.code == .deadlineExceeded)
            let call = try await client.import()
            try await call.send(TestingV1.CreateBookRequest())
            call.call.cancel()
            let cancelled = await #expect(throws: RPCError.self) { _ = try await call.finish() }
            #expect(cancelled?.code == .cancelled)
        }
    }

    @Test("compress what they are asked to, each way, message by message")
    func compression() async throws {
        try await with { client, _ in
            var request = TestingV1.CreateBookRequest()
            request.shelf = "compressed"
            request.book = TestingV1.Book(named: "", title: String(repeating: "q", count: 300_000))
            var options = CallOptions()
            options.compression = .gzip
            let both = try await client.createBook(request, options: options)
            #expect(both.message.value().name == "came compressed")
            #expect(both.message.value().title == request.book?.title && both.isCompressed)
            request.shelf = ""
            let one = try await client.createBook(request)
            #expect(one.message.value().name == "came plain" && !one.isCompressed)
            let chat = try await client.chat(options: options)
            try await chat.send(.init(named: "compress"), isCompressed: false)
            #expect(try await chat.next()?.value().name == "compress")
            #expect(await chat.call.isAnswerCompressed)
            try await chat.send(.init(named: "plain"), isCompressed: true)
            #expect(try await chat.next()?.value().name == "plain")
            #expect(await !chat.call.isAnswerCompressed)
            await chat.finishSending()
            #expect(try await chat.next() == nil)
        }
    }

    @Test("are held to the limits of messages on both sides")
    func limits() async throws {
        try await with(ShelfService(), { $0.limits.request = 10_000 }) { client, _ in
            var request = TestingV1.CreateBookRequest()
            request.book = TestingV1.Book(named: "", title: String(repeating: "q", count: 20_000))
            for compression in Compression.allCases {
                var options = CallOptions()
                options.compression = compression
                let error = await #expect(throws: RPCError.self) {
                    _ = try await client.createBook(request, options: options)
                }
                #expect(error?.code == .resourceExhausted && error?.origin == .peer)
            }
            var options = CallOptions()
            options.maximumMessageBytes = 100
            request.book?.title = String(repeating: "q", count: 200)
            let error = await #expect(throws: RPCError.self) {
                _ = try await client.createBook(request, options: options)
            }
            #expect(error?.code == .resourceExhausted && error?.origin == .local)
        }
    }

    @Test("go through the interceptors, the outermost first")
    func interceptors() async throws {
        struct Stamp: ServerInterceptor {
            let name: String

            func intercept(
                _ call: ServerCall,
                _ next: (ServerCall) async throws -> Void
            ) async throws {
                if call.metadata["x-deny"] == name {
                    throw RPCError(.unauthenticated, "denied by \(name)")
                }
                try call.headers.add("x-order", name)
                try await next(call)
            }
        }
        let stamps = [Stamp(name: "outer"), Stamp(name: "inner")]
        try await with(ShelfService(), { $0.interceptors = stamps }) { client, _ in
            let answer = try await client.deleteBook(.init(named: "a"))
            #expect(answer.headers.values("x-order") == ["outer", "inner"])
            var options = CallOptions()
            try options.metadata.add("x-deny", "inner")
            let error = await #expect(throws: RPCError.self) {
                _ = try await client.deleteBook(.init(named: "a"), options: options)
            }
            #expect(error?.code == .unauthenticated && error?.message == "denied by inner")
        }
    }

    @Test("are refused by a guard before anything of them runs, and told in the report")
    func guards() async throws {
        struct Gate: ServerGuard {
            func admit(_ call: ServerCall) throws {
                guard call.metadata["x-key"] == "right" else {
                    throw RPCError(.unauthenticated, "the key is wrong")
                }
                try call.headers.add("x-passed", call.method.schema.name)
            }
        }
        try await with(ShelfService(), { $0.guards = [Gate()] }) { client, fixture in
            var options = CallOptions()
            try options.metadata.add("x-key", "right")
            let answer = try await client.deleteBook(.init(named: "a"), options: options)
            #expect(answer.headers.values("x-passed") == ["DeleteBook"])
            for kind in ["unary", "stream"] {
                let error = await #expect(throws: RPCError.self, "\(kind)") {
                    if kind == "unary" {
                        _ = try await client.deleteBook(.init(named: "a"))
                    } else {
                        _ = try await client.chat().next()
                    }
                }
                #expect(error?.code == .unauthenticated && error?.origin == .peer)
            }
            #expect(fixture.reports.all.map(\.code) == [.ok, .unauthenticated, .unauthenticated])
        }
    }

    @Test("on their way are served when the server stops; later ones may be made elsewhere")
    func drain() async throws {
        let fixture = try RPCFixture()
        let (client, connection) = try await fixture.client()
        let call = try await client.chat()
        try await call.send(.init(named: "before"))
        #expect(try await call.next()?.value().name == "before")
        async let stopped: Void = fixture.server.stop(within: .seconds(30))
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
        await connection.close()
        await fixture.stop()
    }
}
