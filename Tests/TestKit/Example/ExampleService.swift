internal import Messages
internal import Net
internal import Postgres
public import RPC
internal import Telemetry
public import Tenancy
public import TestContracts
public import TestMessages
public import Wire

/// The service on which tests of the runtime stand; its contract says what each method does.
public struct ExampleService: TestingV1.Example.Service {
    private let store: any ItemStore
    let instance: String
    let next: TestingV1.Example.Client?
    let jobs: ExampleJobs?
    let pages: PageTokens

    /// Serves what a store keeps.
    ///
    /// - Parameters:
    ///   - store: the items.
    ///   - instance: what this one of several is called.
    ///   - next: whom it asks along a chain; nil if it is the last.
    ///   - jobs: its jobs; nil where there are no tenants.
    ///   - pages: signs the pages of lists; by default with a key that ends with the process.
    public init(
        _ store: any ItemStore,
        instance: String,
        next: (any RPCChannel)? = nil,
        jobs: ExampleJobs? = nil,
        pages: PageTokens = ExampleRules.pages
    ) {
        self.store = store
        self.instance = instance
        self.next = next.map { TestingV1.Example.Client($0) }
        self.jobs = jobs
        self.pages = pages
    }

    // MARK: Items

    /// Makes an item, once for each key.
    public func createItem(
        _ request: Message<TestingV1.CreateItemRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Item> {
        let value = request.value()
        try ExampleRules.check("title", value.title, characters: 200)
        let key = try ExampleRules.key(value.idempotencyKey)
        let item = NewItem(
            value.title,
            key: key,
            asked: RequestFingerprint(request, to: call.method),
            at: .now
        )
        return Reply(try await store.create(item, for: call))
    }

    /// Finds an item.
    public func getItem(
        _ request: Message<TestingV1.GetItemRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Item> {
        let name = String(request.view.name)
        guard let number = ExampleRules.number(name),
            let item = try await store.item(number, for: call)
        else {
            throw RPCError(.notFound, "there is no item \(name)")
        }
        return Reply(item)
    }

    /// Lists a page of items.
    public func listItems(
        _ request: Message<TestingV1.ListItemsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.ListItemsResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let items = try await store.items(
            after: page.placeText.flatMap(ExampleRules.number) ?? 0,
            // One more tells whether there is another page.
            upTo: page.count + 1,
            for: call
        )
        var response = TestingV1.ListItemsResponse()
        (response.items, response.nextPageToken) = page.cut(items, placeOf: \.name)
        return Reply(response)
    }

    /// Tells of items that are made from now on.
    public func watchItems(
        _ request: Message<TestingV1.WatchItemsRequest.View>,
        _ responses: ResponseStream<TestingV1.ItemChange>,
        _ call: ServerCall
    ) async throws {
        try await store.watch(for: call) { change in try await responses.send(change) }
    }
}

extension ExampleService {
    /// What the example's own errors mean to its callers; nil for what it does not know.
    @Sendable
    public static func status(of error: any Error) -> RPCError? {
        switch error {
        case let fault as ItemFault: fault.status
        case let error as PostgresError: RPCError(error)
        default: nil
        }
    }
}
