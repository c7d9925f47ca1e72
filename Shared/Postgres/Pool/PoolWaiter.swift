internal import Net

/// Who waits for a connection to himself; it belongs to the loop.
final class LeaseRequest: @unchecked Sendable {
    // `@unchecked`: passed to the loop, used there only.
    let schema: String
    private var completion: ((Result<PoolSlot, PostgresError>) -> Void)?
    private var timer: Timer?

    init(schema: String, completion: @escaping (Result<PoolSlot, PostgresError>) -> Void) {
        self.schema = schema
        self.completion = completion
    }

    var isOver: Bool { completion == nil }

    /// Gives up at a time.
    func expire(
        at deadline: ContinuousClock.Instant,
        on loop: EventLoop,
        reason: @escaping () -> PostgresError
    ) {
        timer = loop.schedule(after: loop.now.duration(to: deadline)) { [weak self] in
            self?.finish(.failure(reason()))
        }
    }

    func finish(_ result: Result<PoolSlot, PostgresError>) {
        timer?.cancel()
        timer = nil
        let completion = completion.take()
        completion?(result)
    }
}

/// Who waits in the queue of a pool.
enum PoolWaiter {
    case lease(LeaseRequest)
    case flight(Flight)

    /// Whether nobody waits any more.
    var isOver: Bool {
        switch self {
        case .lease(let request): request.isOver
        case .flight(let flight): flight.isOver
        }
    }

    func fail(_ error: PostgresError) {
        switch self {
        case .lease(let request): request.finish(.failure(error))
        case .flight(let flight): flight.finish(.failure(error))
        }
    }
}

/// Those who wait, in the order they came.
struct PoolQueue {
    private var waiters: [PoolWaiter] = []
    private var firstIndex = 0

    var isEmpty: Bool { firstIndex == waiters.count }

    /// The number in the queue, those included who have given up since.
    var count: Int { waiters.count - firstIndex }

    mutating func append(_ waiter: PoolWaiter) { waiters.append(waiter) }

    /// The first who still waits.
    mutating func first() -> PoolWaiter? {
        while firstIndex < waiters.count {
            if !waiters[firstIndex].isOver { return waiters[firstIndex] }
            removeFirst()
        }
        return nil
    }

    mutating func removeFirst() {
        firstIndex += 1
        if firstIndex > 32 && firstIndex * 2 > waiters.count {
            waiters.removeFirst(firstIndex)
            firstIndex = 0
        }
    }

    /// Takes out those who have given up.
    mutating func dropAbandoned() {
        waiters = waiters[firstIndex...].filter { !$0.isOver }
        firstIndex = 0
    }

    mutating func removeAll() -> [PoolWaiter] {
        defer {
            waiters = []
            firstIndex = 0
        }
        return waiters[firstIndex...].filter { !$0.isOver }
    }
}
