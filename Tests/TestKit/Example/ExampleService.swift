import Messages
import Glibc
import Net
public import RPC
public import TestContracts
public import TestMessages
public import Wire

/// The service on which tests of the runtime stand; its contract says what each method does.
public struct ExampleService: TestingV1.Example.Service {
    private let store: ExampleStore
    private let instance: String
    private let next: TestingV1.Example.Client?

    /// Serves what a store keeps.
    ///
    /// - Parameters:
    ///   - store: the items.
    ///   - instance: what this one of several is called.
    ///   - next: whom it asks along a chain; nil if it is the last.
    public init(_ store: ExampleStore, instance: String, next: (any RPCChannel)? = nil) {
        self.store = store
        self.instance = instance
        self.next = next.map { TestingV1.Example.Client($0) }
    }

    // MARK: Items

    /// Makes an item, once for each key.
    public func createItem(
        _ request: Message<TestingV1.CreateItemRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Item> {
        let request = request.value()
        try ExampleRules.check("title", request.title, characters: 200)
        try ExampleRules.check("idempotency_key", request.idempotencyKey, characters: 64)
        var time = timespec()
        // It writes the one structure it is given.
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        var now = GoogleProtobuf.Timestamp()
        now.seconds = Int64(time.tv_sec)
        now.nanos = Int32(time.tv_nsec)
        return Reply(try store.create(request.title, key: request.idempotencyKey, at: now))
    }

    /// Finds an item.
    public func getItem(
        _ request: Message<TestingV1.GetItemRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Item> {
        let name = String(request.view.name)
        guard let item = ExampleRules.place(name).flatMap({ store.item(at: $0) }) else {
            throw RPCError(.notFound, "there is no item \(name)")
        }
        return Reply(item)
    }

    /// Lists a page of items.
    public func listItems(
        _ request: Message<TestingV1.ListItemsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.ListItemsResponse> {
        let request = request.value()
        let start = try ExampleRules.start(ofPage: request.pageToken)
        let count = try ExampleRules.count(ofPage: request.pageSize)
        let (items, hasMore) = store.items(from: start, upTo: count)
        var response = TestingV1.ListItemsResponse()
        response.items = items
        if hasMore { response.nextPageToken = ExampleRules.token(at: start + items.count) }
        return Reply(response)
    }

    /// Tells of items that are made from now on.
    public func watchItems(
        _ request: Message<TestingV1.WatchItemsRequest.View>,
        _ responses: ResponseStream<TestingV1.ItemChange>,
        _ call: ServerCall
    ) async throws {
        let watch = try store.watch()
        var change = TestingV1.ItemChange()
        change.kind = .begun
        try await responses.send(change)
        change.kind = .created
        for await item in watch {
            change.item = item
            try await responses.send(change)
        }
        try Task.checkCancellation()
        throw store.isClosed
            ? RPCError(.unavailable, "the service stops: watch again")
            : RPCError(.resourceExhausted, "changes come faster than they are read")
    }

    // MARK: What services do

    /// Answers after a while.
    public func sleep(
        _ request: Message<TestingV1.SleepRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.SleepResponse> {
        try await call.loop.sleep(for: ExampleRules.wait(request.value().duration))
        return Reply(TestingV1.SleepResponse())
    }

    /// Fails as it is told to.
    public func fail(
        _ request: Message<TestingV1.FailRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.FailResponse> {
        let request = request.value()
        if request.code == 0 { throw ExampleFailure(cause: request.message) }
        guard let code = StatusCode(rawValue: Int(request.code)) else {
            throw RPCError(.invalidArgument, "code: expected 0 to 16")
        }
        throw RPCError(code, request.message)
    }

    /// Sends so many messages of so many bytes.
    public func streamChunks(
        _ request: Message<TestingV1.StreamChunksRequest.View>,
        _ responses: ResponseStream<TestingV1.Chunk>,
        _ call: ServerCall
    ) async throws {
        let request = request.value()
        guard (0...1_000_000).contains(request.count), (0...1_048_576).contains(request.size)
        else {
            throw RPCError(.invalidArgument, "count, size: expected 1,000,000 of 1 MiB at most")
        }
        var chunk = TestingV1.Chunk()
        chunk.payload = [UInt8](repeating: 0x2a, count: Int(request.size))
        for number in 0..<request.count {
            chunk.number = number
            try await responses.send(chunk)
        }
    }

    /// Sends back what comes.
    public func echo(
        _ requests: RequestStream<TestingV1.Chunk.View>,
        _ responses: ResponseStream<TestingV1.Chunk>,
        _ call: ServerCall
    ) async throws {
        while let chunk = try await requests.next() { try await responses.send(Reply(chunk)) }
    }

    /// Asks the next of its kind, and says who has answered.
    public func relay(
        _ request: Message<TestingV1.RelayRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.RelayResponse> {
        let hops = request.view.hops
        guard (0...8).contains(hops) else {
            throw RPCError(.invalidArgument, "hops: expected 0 to 8")
        }
        var response = TestingV1.RelayResponse()
        response.instances = [instance]
        if hops > 0 {
            guard let next else { throw RPCError(.failedPrecondition, "there is no next service") }
            var onward = TestingV1.RelayRequest()
            onward.hops = hops - 1
            let answer = try await next.relay(onward, options: call.onward)
            response.instances += answer.message.value().instances
        }
        return Reply(response)
    }
}

/// An error that has no status.
struct ExampleFailure: Error {
    let cause: String
}

extension ExampleStore.Fault {
    /// What the example's own errors mean to its callers; nil for what it does not know.
    @Sendable
    public static func status(of error: any Error) -> RPCError? {
        switch error as? Self {
        case .keyReused(let key):
            RPCError(.alreadyExists, "another request has used the key \(key)")
        case .full(let limit):
            RPCError(.resourceExhausted, "there are \(limit) items already")
        case .tooManyWatches(let limit):
            RPCError(.resourceExhausted, "\(limit) watch already")
        case .closed:
            RPCError(.unavailable, "the service stops: watch elsewhere")
        case nil:
            nil
        }
    }
}
