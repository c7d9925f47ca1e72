import Messages
import Net
import RPC
import TestContracts
import TestMessages

/// Callers of the example that go on until they are told to end, through gateways.
final class ExampleLoad: Sendable {
    /// What callers do.
    enum Kind {
        /// They only read.
        case reads
        /// They read, and make an item each fourth time.
        case readsAndWrites
    }

    private struct State {
        var isOver = false
        var done = 0
        var made = 0
        var failures: [String] = []
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let group: EventLoopGroup
    private let client: RPCClient
    private let key: String
    private let kind: Kind
    private let state = Locked(State())
    private let running = Locked<Task<Void, Never>?>(nil)

    /// How many call at once.
    private static let callers = 16

    /// Begins to call.
    ///
    /// - Parameters:
    ///   - gateways: where calls go.
    ///   - key: of a tenant that has an item.
    ///   - kind: what callers do.
    /// - Throws: an error for an address that is none.
    init(_ gateways: [String], _ key: String, _ kind: Kind) throws {
        group = try EventLoopGroup(count: 1)
        client = RPCClient(
            RPCTarget(
                addresses: try gateways.map { try SocketAddress($0) },
                authority: "localhost"
            ),
            group: group
        )
        self.key = key
        self.kind = kind
        let task = Task { await run() }
        running.withLock { $0 = task }
    }

    private func run() async {
        await withTaskGroup(of: Void.self) { tasks in
            for number in 0..<Self.callers { tasks.addTask { await self.call(as: number) } }
        }
    }

    private func call(as caller: Int) async {
        let example = TestingV1.Example.Client(client)
        var round = 0
        while !state.withLock({ $0.isOver }) {
            round += 1
            let makes = kind == .readsAndWrites && round.isMultiple(of: 4)
            var failure: String?
            do {
                var options = CallOptions(timeout: .seconds(120))
                try options.metadata.add("authorization", "Bearer \(key)")
                if makes {
                    var request = TestingV1.CreateItemRequest()
                    request.title = "\(caller)/\(round)"
                    request.idempotencyKey = request.title
                    _ = try await example.createItem(request, options: options)
                } else {
                    var request = TestingV1.GetItemRequest()
                    request.name = "items/1"
                    _ = try await example.getItem(request, options: options)
                }
            } catch {
                failure = "\(error)"
            }
            note(failure, makes: makes)
        }
    }

    private func note(_ failure: String?, makes: Bool) {
        let waiters = state.withLock { state in
            state.done += 1
            if makes, failure == nil { state.made += 1 }
            if let failure { state.failures.append(failure) }
            let done = state.done
            defer { state.waiters.removeAll { $0.count <= done } }
            return state.waiters.filter { $0.count <= done }
        }
        for waiter in waiters { waiter.continuation.resume() }
    }

    /// Waits until so many more calls have ended.
    func calls(_ count: Int) async {
        await withCheckedContinuation { continuation in
            state.withLock { $0.waiters.append(($0.done + count, continuation)) }
        }
    }

    /// Ends all calls.
    ///
    /// - Returns: why calls have failed, and how many items were made.
    func end() async -> (failures: [String], made: Int) {
        state.withLock { $0.isOver = true }
        await running.withLock { $0 }?.value
        await client.close()
        group.stop()
        return state.withLock { ($0.failures, $0.made) }
    }
}
