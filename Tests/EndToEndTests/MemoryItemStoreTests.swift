import Telemetry
import Tenancy
import TestMessages
import Testing

@testable import TestExample

@Suite("The example's items in memory", .timeLimit(.minutes(5)))
struct MemoryItemStoreTests {
    private func item(_ number: Int) throws -> NewItem {
        NewItem(
            "\(number)",
            key: try #require(IdempotencyKey("\(number)")),
            asked: try #require(RequestFingerprint(bytes: [UInt8](repeating: 0, count: 32))),
            at: UTCTimestamp(milliseconds: 0)
        )
    }

    @Test("tells watches of items in their order, and lets go of one that is too slow")
    func watches() async throws {
        let store = MemoryItemStore(mostItems: 1_000)
        let (quick, slow) = (try store.watch(), try store.watch())
        var items = quick.makeAsyncIterator()
        for number in 0...MemoryItemStore.roomOfWatch {
            let item = try store.create(try self.item(number))
            #expect(await items.next() == item)
        }
        #expect(store.watchCount == 1)
        // What it had room for it gets, and then the end.
        var titles: [String] = []
        for await item in slow { titles.append(item.title) }
        #expect(titles == (0..<MemoryItemStore.roomOfWatch).map { "\($0)" })
        #expect(!store.isClosed)
    }

    @Test("takes no more watches than it may, and none when the service stops")
    func limits() async throws {
        let store = MemoryItemStore(mostItems: 1, mostWatches: 1)
        let watch = try store.watch()
        #expect(throws: ItemFault.tooManyWatches(1)) { _ = try store.watch() }
        store.closeWatches()
        for await _ in watch { Issue.record("there is nothing to tell") }
        #expect(throws: ItemFault.closed) { _ = try store.watch() }
        #expect(store.watchCount == 0)
    }

    @Test("forgets a watch whose reader is cancelled")
    func cancelled() async throws {
        let store = MemoryItemStore(mostItems: 1)
        let watch = try store.watch()
        let reader = Task { for await _ in watch {} }
        reader.cancel()
        await reader.value
        #expect(store.watchCount == 0)
    }
}
