import Glibc
import Net
import RPC
import TestExample
import TestMessages

/// Items of a process that dies between a commit and its answer.
struct MortalItemStore: ItemStore {
    private let base: any ItemStore
    private let left: Locked<Int>?

    /// - Parameters:
    ///   - base: where the items are.
    ///   - creations: after how many of them the process dies; nil if it lives.
    init(_ base: any ItemStore, creations: Int?) {
        self.base = base
        left = creations.map { Locked($0) }
    }

    func create(_ item: NewItem, for call: ServerCall) async throws -> TestingV1.Item {
        let made = try await base.create(item, for: call)
        let isLast = left?.withLock { left in
            left -= 1
            return left == 0
        }
        // Nothing of the answer has been written, and nothing is cleaned up.
        if isLast == true { kill(getpid(), SIGKILL) }
        return made
    }

    func item(_ number: Int64, for call: ServerCall) async throws -> TestingV1.Item? {
        try await base.item(number, for: call)
    }

    func items(
        after number: Int64,
        upTo count: Int,
        for call: ServerCall
    ) async throws -> [TestingV1.Item] {
        try await base.items(after: number, upTo: count, for: call)
    }

    func watch(
        for call: ServerCall,
        _ tell: (TestingV1.ItemChange) async throws -> Void
    ) async throws {
        try await base.watch(for: call, tell)
    }

    func closeWatches() { base.closeWatches() }
}
