import Net
import RPC
import Schema
import Tenancy
import TestContracts
import TestExample
import TestKit
import TestMessages
import TestTenants
import Testing
import Wire

@Suite("The example's items of tenants", .timeLimit(.minutes(5)))
struct TenantItemStoreTests {
    /// The example, served to two tenants with limits of a test's choice.
    private struct Example {
        let served: ServedTenants
        let store: TenantItemStore
        let client: TestingV1.Example.Client

        init(_ change: (inout TenantItemStore.Limits) -> Void = { _ in }) async throws {
            var limits = TenantItemStore.Limits()
            limits.interval = .milliseconds(5)
            change(&limits)
            let (chosen, made) = (limits, Made())
            let api = TenantAPI(
                try #require(ServiceName("mmm")),
                migrations: [
                    try MigrationSet(ExampleMigrations.area, ExampleMigrations.files)
                ],
                contracts: [TestingV1.Example.schema],
                status: ExampleService.status,
                calls: []
            ) { database, _ in
                let store = TenantItemStore(database, limits: chosen)
                made.store.withLock { $0 = store }
                let service = ExampleService(store, instance: "one")
                return .init(TestingV1.Example.methods(of: service))
            }
            served = try await ServedTenants(api)
            store = try #require(made.store.withLock { $0 })
            client = TestingV1.Example.Client(try served.channel(served.members[0]))
        }

        /// Makes an item, and gives its name.
        func create(_ title: String, key: String? = nil) async throws -> String {
            var request = TestingV1.CreateItemRequest()
            request.title = title
            request.idempotencyKey = key ?? title
            return try await client.createItem(request).message.value().name
        }

        /// Makes items as another process does.
        func createElsewhere(_ titles: ClosedRange<Int>) async throws {
            let schema = served.members[0].id.schemaName
            try await served.fixture.database.run(
                """
                begin;
                set local role \(schema);
                set local search_path = \(schema);
                with head as (
                    update item_head set last = last + \(titles.count) returning last
                )
                insert into items (number, title, created_at)
                select last - \(titles.upperBound) + n, 'other ' || n, now()
                from head, generate_series(\(titles.lowerBound), \(titles.upperBound)) n;
                commit
                """
            )
        }
    }

    private final class Made: Sendable {
        let store = Locked<TenantItemStore?>(nil)
    }

    @Test("are made once for a key, listed in pages, and no more than there may be")
    func items() async throws {
        let example = try await Example { $0.items = 5 }
        #expect(try await example.create("one", key: "a") == "items/1")
        #expect(try await example.create("one", key: "a") == "items/1")
        let reused = await #expect(throws: RPCError.self) {
            try await example.create("other", key: "a")
        }
        #expect(reused?.code == .invalidArgument)
        for number in 2...5 { _ = try await example.create("\(number)") }
        let full = await #expect(throws: RPCError.self) { try await example.create("6") }
        #expect(full?.message == "there are 5 items already")
        var names: [String] = []
        var request = TestingV1.ListItemsRequest()
        request.pageSize = 2
        repeat {
            let page = try await example.client.listItems(request).message.value()
            #expect(page.items.count <= 2)
            names += page.items.map(\.name)
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        #expect(names == (1...5).map { "items/\($0)" })
        var get = TestingV1.GetItemRequest()
        get.name = "items/3"
        #expect(try await example.client.getItem(get).message.value().title == "3")
        get.name = "items/6"
        let missing = await #expect(throws: RPCError.self) { try await example.client.getItem(get) }
        #expect(missing?.code == .notFound)
        await example.served.stop()
    }

    @Test("are told to watches in their order, also those that other processes make")
    func watch() async throws {
        let example = try await Example()
        _ = try await example.create("before")
        let watch = try await example.client.watchItems(TestingV1.WatchItemsRequest())
        #expect(try await watch.next()?.value().kind == .begun)
        _ = try await example.create("here")
        try await example.createElsewhere(1...250)
        _ = try await example.create("again")
        var names: [String] = []
        while names.count < 252, let change = try await watch.next() {
            names.append(change.value().item?.name ?? "")
        }
        #expect(names == (2...253).map { "items/\($0)" })
        watch.call.cancel()
        while example.store.watchCount > 0 { await Task.yield() }
        await example.served.stop()
    }

    @Test("are told to no watch that is too far behind, and to no more than may watch")
    func limits() async throws {
        let example = try await Example { limits in
            limits.behind = 100
            limits.watches = 1
        }
        let watch = try await example.client.watchItems(TestingV1.WatchItemsRequest())
        #expect(try await watch.next()?.value().kind == .begun)
        let second = try await example.client.watchItems(TestingV1.WatchItemsRequest())
        let refused = await #expect(throws: RPCError.self) { try await second.next() }
        #expect(refused?.message == "1 watch already")
        // One more than a page and what it may be behind.
        try await example.createElsewhere(1...201)
        let ended = await #expect(throws: RPCError.self) {
            while try await watch.next() != nil {}
        }
        #expect(ended?.code == .resourceExhausted)
        while example.store.watchCount > 0 { await Task.yield() }
        await example.served.stop()
    }

    @Test("are watched until the service stops, or the tenant is suspended")
    func ends() async throws {
        let example = try await Example()
        let first = try await example.client.watchItems(TestingV1.WatchItemsRequest())
        #expect(try await first.next() != nil)
        example.store.closeWatches()
        let closed = await #expect(throws: RPCError.self) { try await first.next() }
        #expect(closed?.message == "the service stops: watch again")
        let late = try await example.client.watchItems(TestingV1.WatchItemsRequest())
        let refused = await #expect(throws: RPCError.self) { try await late.next() }
        #expect(refused?.code == .unavailable)
        await example.served.stop()

        let other = try await Example()
        let second = try await other.client.watchItems(TestingV1.WatchItemsRequest())
        #expect(try await second.next() != nil)
        try await other.served.fixture.administration.suspend(other.served.members[0].id)
        try await other.served.database.directory.refresh()
        let suspended = await #expect(throws: RPCError.self) { try await second.next() }
        #expect(suspended?.code == .permissionDenied)
        await other.served.stop()
    }
}
