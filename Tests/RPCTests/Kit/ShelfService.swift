import Net
import RPC
import TestContracts
import TestMessages
import Wire

/// A service whose methods do what the names in their requests say.
struct ShelfService: TestingV1.Shelf.Service {
    /// What the runtime knows nothing of.
    struct Breakage: Error {
        let secret = "the password is swordfish"
    }

    /// What the service's mapping of errors knows.
    enum DomainError: Error {
        case outOfPaper
    }

    /// Told when a method that waits has begun, and when it was cancelled.
    let onWaiting: @Sendable () -> Void
    let onCancelled: @Sendable () -> Void
    /// Told when a book is created.
    let onCreate: @Sendable () -> Void

    init(
        onWaiting: @escaping @Sendable () -> Void = {},
        onCancelled: @escaping @Sendable () -> Void = {},
        onCreate: @escaping @Sendable () -> Void = {}
    ) {
        self.onWaiting = onWaiting
        self.onCancelled = onCancelled
        self.onCreate = onCreate
    }

    func getBook(
        _ request: Message<TestingV1.GetBookRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Book> {
        let name = request.value().name
        switch name {
        case "missing":
            throw RPCError(
                .notFound,
                "there is no book \"missing\": 100 %\n",
                details: SharedBytes([1, 2, 3]),
                logMessage: "for the log only"
            )
        case "broken": throw Breakage()
        case "paper": throw DomainError.outOfPaper
        case "waiting": try await wait(on: call.loop)
        case "metadata":
            for value in call.metadata.values("x-text") { try call.headers.add("x-text", value) }
            for value in call.metadata.bytes("x-data-bin") {
                try call.trailers.add("x-data-bin", bytes: value)
            }
        default: break
        }
        var book = TestingV1.Book()
        book.name = name
        book.title = call.remainingTime.map { "\($0 > .zero)" } ?? "no deadline"
        if name == "loop" { book.title = "loop \(call.loop.index)" }
        return Reply(book)
    }

    func createBook(
        _ request: Message<TestingV1.CreateBookRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Book> {
        onCreate()
        let request = request.value()
        if request.shelf == "compressed" { call.compression = .gzip }
        var book = request.book ?? TestingV1.Book()
        book.name = call.isRequestCompressed ? "came compressed" : "came plain"
        return Reply(book)
    }

    func deleteBook(
        _ request: Message<TestingV1.GetBookRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Nothing> {
        Reply(TestingV1.Nothing())
    }

    func chat(
        _ requests: RequestStream<TestingV1.Book.View>,
        _ responses: ResponseStream<TestingV1.Book>,
        _ call: ServerCall
    ) async throws {
        while let request = try await requests.next() {
            let book = request.value()
            if book.name == "stop" { throw RPCError(.aborted, "stopped") }
            if book.name == "enough" {
                for name in ["one", "two", "three"] {
                    try await responses.send(TestingV1.Book(named: name))
                }
                return
            }
            if book.name == "compress" { call.compression = .gzip }
            try await responses.send(Reply(book), isCompressed: book.name == "compress")
        }
    }

    func `import`(
        _ requests: RequestStream<TestingV1.CreateBookRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Nothing> {
        var count = 0
        while let request = try await requests.next() {
            if request.value().shelf == "full" { throw RPCError(.resourceExhausted, "full") }
            count += 1
            if request.value().shelf == "enough" { break }
        }
        try call.trailers.add("x-count", "\(count)")
        return Reply(TestingV1.Nothing())
    }

    func ping(
        _ request: Message<TestingV1.Nothing.View>,
        _ responses: ResponseStream<TestingV1.Book>,
        _ call: ServerCall
    ) async throws {
        var book = TestingV1.Book()
        for number in 0..<1_000 {
            book.name = "\(number)"
            book.title = String(repeating: "x", count: number)
            try await responses.send(book)
        }
    }

    private func wait(on loop: EventLoop) async throws {
        onWaiting()
        do {
            try await loop.sleep(for: .seconds(3_600))
        } catch {
            onCancelled()
            throw error
        }
    }
}
