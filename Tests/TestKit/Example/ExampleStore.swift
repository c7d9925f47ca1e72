import Messages
import Net
import TestMessages
import Wire

/// What the example keeps: items in memory, no more than it may, and those who watch them.
public final class ExampleStore: Sendable {
    /// Why an item is not kept, or watched.
    public enum Fault: Error, Equatable {
        /// Another request has used the key.
        case keyReused(String)
        /// There is no room for another item; the limit.
        case full(Int)
        /// There is no room for another watch; the limit.
        case tooManyWatches(Int)
        /// Nobody may watch any more.
        case closed
    }

    private struct State {
        /// In the order they were made in; the first is `items/1`.
        var items: [TestingV1.Item] = []
        /// By the key of the request that made it: the title it asked for, and the item's place.
        var requests: [String: (title: String, place: Int)] = [:]
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

    /// Makes an item, or finds the one that the same request has made.
    ///
    /// - Parameters:
    ///   - title: the item's title.
    ///   - key: what tells requests apart.
    ///   - time: the time of the system.
    /// - Returns: the item.
    /// - Throws: ``Fault``.
    func create(
        _ title: String,
        key: String,
        at time: GoogleProtobuf.Timestamp
    ) throws(Fault) -> TestingV1.Item {
        var slow: [AsyncStream<TestingV1.Item>.Continuation] = []
        let result = state.withLock { state -> Result<TestingV1.Item, Fault> in
            if let (known, place) = state.requests[key] {
                return known == title ? .success(state.items[place]) : .failure(.keyReused(key))
            }
            guard state.items.count < mostItems else { return .failure(.full(mostItems)) }
            var item = TestingV1.Item()
            item.name = "items/\(state.items.count + 1)"
            item.title = title
            item.createdAt = time
            state.requests[key] = (title, state.items.count)
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

    /// The item at a place, from 0; nil if there is none.
    func item(at place: Int) -> TestingV1.Item? {
        state.withLock { $0.items.indices.contains(place) ? $0.items[place] : nil }
    }

    /// Some items.
    ///
    /// - Parameters:
    ///   - place: of the first of them.
    ///   - count: how many at most.
    /// - Returns: the items, and whether there are more.
    func items(from place: Int, upTo count: Int) -> (items: [TestingV1.Item], hasMore: Bool) {
        state.withLock { state in
            let start = min(place, state.items.count)
            let end = min(start + count, state.items.count)
            return (Array(state.items[start..<end]), end < state.items.count)
        }
    }

    /// What is made from now on, until the task that reads is cancelled.
    ///
    /// - Returns: the items; they end if the reader is too slow, or the store closed.
    /// - Throws: ``Fault``.
    func watch() throws(Fault) -> AsyncStream<TestingV1.Item> {
        let (stream, source) = AsyncStream<TestingV1.Item>.makeStream(
            bufferingPolicy: .bufferingOldest(Self.roomOfWatch)
        )
        let result = state.withLock { state -> Result<Int, Fault> in
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
