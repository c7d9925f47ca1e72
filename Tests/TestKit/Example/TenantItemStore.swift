internal import Net
internal import Postgres
public import RPC
internal import Telemetry
public import Tenancy
public import TestMessages
internal import Wire

/// Items of tenants: all SQL of the example.
public final class TenantItemStore: ItemStore {
    private let database: TenantDatabase
    private let limits: Limits
    private let watches = Locked(Watches())

    /// How much there may be.
    public struct Limits: Sendable {
        /// How many items a tenant has.
        public var items = 10_000
        /// How many may watch at a time, of all tenants.
        public var watches = 1_000
        /// How many items a watch may be behind.
        public var behind: Int64 = 1_000
        /// How long a watch that has nothing to tell waits before it looks again.
        public var interval: Duration = .milliseconds(250)

        /// The defaults.
        public init() {}
    }

    private struct Watches {
        var count = 0
        var isClosed = false
    }

    /// How many items a watch reads at once.
    private static let page = 100

    /// The items of a service's tenants.
    ///
    /// - Parameters:
    ///   - database: the service's.
    ///   - limits: how much there may be.
    public init(_ database: TenantDatabase, limits: Limits = Limits()) {
        self.database = database
        self.limits = limits
    }

    // MARK: Items

    /// See ``ItemStore/create(_:for:)``; a key that was used for another request is refused with
    /// INVALID_ARGUMENT.
    public func create(_ new: NewItem, for call: ServerCall) async throws -> TestingV1.Item {
        let limit = limits.items
        let answer = try await database.scope(for: call).once(
            new.key,
            new.fingerprint,
            at: new.time
        ) { transaction in
            let rows = try await transaction.query(
                Self.insert,
                new.title,
                new.time,
                Int64(limit)
            )
            guard let row = try rows.atMostOne() else { throw ItemFault.full(limit) }
            let item = TestingV1.Item(try row.read(Int64.self), new.title, at: new.time)
            return Array(copying: item.encoded().bytes)
        }
        return try TestingV1.Item(decoding: answer.rawBytes)
    }

    /// See ``ItemStore/item(_:for:)``.
    public func item(_ number: Int64, for call: ServerCall) async throws -> TestingV1.Item? {
        let rows = try await database.scope(for: call).read(Self.find, number)
        return try rows.atMostOne().map(Self.item)
    }

    /// See ``ItemStore/items(after:upTo:for:)``.
    public func items(
        after number: Int64,
        upTo count: Int,
        for call: ServerCall
    ) async throws -> [TestingV1.Item] {
        try await database.scope(for: call).read(Self.list, number, Int64(count)).map(Self.item)
    }

    private static func item(_ row: Row) throws(PostgresError) -> TestingV1.Item {
        let (number, title, time) = try row.read(Int64.self, String.self, UTCTimestamp.self)
        return TestingV1.Item(number, title, at: time)
    }

    // MARK: Watches

    /// See ``ItemStore/watch(for:_:)``.
    ///
    /// It reads as its caller does, a page at a time, so that a slow one costs no memory; each
    /// look is a scope of its own, which a tenant that is suspended does not get.
    public func watch(
        for call: ServerCall,
        _ tell: (TestingV1.ItemChange) async throws -> Void
    ) async throws {
        try begin()
        defer { watches.withLock { $0.count -= 1 } }
        var last = try await database.scope(for: call).read(Self.head).one().read(Int64.self)
        try await tell(.begun)
        while !watches.withLock({ $0.isClosed }) {
            var looks = Batch()
            looks.append(Self.list, last, Int64(Self.page))
            looks.append(Self.head)
            let found = try await database.scope(for: call).read(looks)
            for row in found[0] {
                try await tell(.created(try Self.item(row)))
                last = try row.read(Int64.self, at: 0)
            }
            let head = try found[1].one().read(Int64.self)
            guard head - last <= limits.behind else { throw ItemFault.tooSlow }
            if found[0].count < Self.page { try await call.loop.sleep(for: limits.interval) }
        }
        throw ItemFault.closed
    }

    private func begin() throws(ItemFault) {
        let limit = limits.watches
        let fault = watches.withLock { watches -> ItemFault? in
            if watches.isClosed { return .closed }
            guard watches.count < limit else { return .tooManyWatches(limit) }
            watches.count += 1
            return nil
        }
        if let fault { throw fault }
    }

    /// How many watch.
    public var watchCount: Int { watches.withLock { $0.count } }

    /// See ``ItemStore/closeWatches()``; watches end when they look again.
    public func closeWatches() { watches.withLock { $0.isClosed = true } }
}

extension TenantItemStore {
    /// No row if there is no room.
    private static let insert = Statement(
        "example.insert_item",
        """
        with head as (
            update item_head set last = last + 1 where last < $3 returning last
        )
        insert into items (number, title, created_at) select last, $1, $2 from head
        returning number
        """
    )
    private static let find = Statement(
        "example.find_item",
        "select number, title, created_at from items where number = $1"
    )
    private static let list = Statement(
        "example.list_items",
        "select number, title, created_at from items where number > $1 order by number limit $2"
    )
    private static let head = Statement("example.last_item", "select last from item_head")
}
