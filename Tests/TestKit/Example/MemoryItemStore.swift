internal import Net
public import RPC
internal import Tenancy
public import TestMessages
internal import Wire

/// Items in memory, no more than it may, and those who watch them; for a process without tenants.
public final class MemoryItemStore: ItemStore {
    private struct State {
        /// In the order they were made in; the first is `items/1`.
        var items: [TestingV1.Item] = []
        /// By the key of the request that made it: what it asked, and the item's place.
        var requests: [IdempotencyKey: (asked: RequestFingerprint, place: Int)] = [:]
        var watches: [Int: AsyncStream<TestingV1.Item>.Continuation] = [:]
        var tickets = 0
        var isClosed = false
    }

    private let mostItems: Int
    private let mostWatches: Int
    private let state = Locked(State())

    /// How many items a watch may have to catch up with.
    static let roomOfWatch = 64

    /// Makes an empty store.
    ///
    /// - Parameters:
    ///   - mostItems: how many it keeps.
    ///   - mostWatches: how many may watch at a time.
    public init(mostItems: Int, mostWatches: Int = 1_000) {
        self.mostItems = mostItems
        self.mostWatches = mostWatches
    }

    // MARK: Items

    /// See ``ItemStore/create(_:for:)``.
    public func create(_ new: NewItem, for call: ServerCall) throws -> TestingV1.Item {
        try create(new)
    }

    /// Makes an item, whoever asks.
    func create(_ new: NewItem) throws(ItemFault) -> TestingV1.Item {
        var slow: [AsyncStream<TestingV1.Item>.Continuation] = []
        let result = state.withLock { state -> Result<TestingV1.Item, ItemFault> in
            if let (asked, place) = state.requests[new.key] {
                return asked == new.fingerprint
                    ? .success(state.items[place]) : .failure(.keyReused)
            }
            guard state.items.count < mostItems else { return .failure(.full(mostItems)) }
            let item = TestingV1.Item(Int64(state.items.count + 1), new.title, at: new.time)
            state.requests[new.key] = (new.fingerprint, state.items.count)
            state.items.append(item)
            // Told inside: watches see items in their order.
            for (ticket, watch) in state.watches {
                guard case .dropped = watch.yield(item) else { continue }
                slow.append(watch)
                state.watches[ticket] = nil
            }
            return .success(item)
        }
        // Outside: the end of a watch takes the lock.
        for watch in slow { watch.finish() }
        return try result.get()
    }

    /// See ``ItemStore/item(_:for:)``.
    public func item(_ number: Int64, for call: ServerCall) -> TestingV1.Item? {
        state.withLock { state in
            (1...Int64(mostItems)).contains(number) && number <= state.items.count
                ? state.items[Int(number) - 1] : nil
        }
    }

    /// See ``ItemStore/items(after:upTo:for:)``.
    public func items(
        after number: Int64,
        upTo count: Int,
        for call: ServerCall
    ) -> [TestingV1.Item] {
        state.withLock { state in
            let start = Int(min(number, Int64(state.items.count)))
            return Array(state.items[start...].prefix(count))
        }
    }

    // MARK: Watches

    /// See ``ItemStore/watch(for:_:)``.
    public func watch(
        for call: ServerCall,
        _ tell: (TestingV1.ItemChange) async throws -> Void
    ) async throws {
        let items = try watch()
        try await tell(.begun)
        for await item in items { try await tell(.created(item)) }
        try Task.checkCancellation()
        throw isClosed ? ItemFault.closed : .tooSlow
    }

    /// What is made from now on, until the task that reads is cancelled.
    ///
    /// - Returns: the items; they end if the reader is too slow, or the store closed.
    /// - Throws: ``ItemFault``.
    func watch() throws(ItemFault) -> AsyncStream<TestingV1.Item> {
        let (stream, source) = AsyncStream<TestingV1.Item>.makeStream(
            bufferingPolicy: .bufferingOldest(Self.roomOfWatch)
        )
        let result = state.withLock { state -> Result<Int, ItemFault> in
            if state.isClosed { return .failure(.closed) }
            guard state.watches.count < mostWatches else {
                return .failure(.tooManyWatches(mostWatches))
            }
            state.tickets += 1
            state.watches[state.tickets] = source
            return .success(state.tickets)
        }
        let ticket = try result.get()
        source.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.watches.removeValue(forKey: ticket) }
        }
        return stream
    }

    /// How many watch.
    var watchCount: Int { state.withLock { $0.watches.count } }

    /// Whether nobody may watch any more.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Ends all watches, and lets nobody watch again: the service stops.
    public func closeWatches() {
        let watches = state.withLock { state in
            state.isClosed = true
            defer { state.watches = [:] }
            return Array(state.watches.values)
        }
        for watch in watches { watch.finish() }
    }
}
