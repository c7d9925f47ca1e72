internal import Synchronization

/// A clock that stands still until a test moves it, and makes the calls that are due by then.
public final class AlarmClock: Sendable {
    private struct State {
        var now = Duration.zero
        var tickets = 0
        var alarms: [Int: (time: Duration, body: @Sendable () -> Void)] = [:]
        var waiters: [(time: Duration, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// A clock that shows zero.
    public init() {}

    /// The time it shows.
    public var now: Duration { state.withLock { $0.now } }

    /// When calls are due that nobody has cancelled.
    public var pending: [Duration] { state.withLock { $0.alarms.values.map(\.time).sorted() } }

    /// Makes a call later, unless what it returns is called before.
    public func call(
        after delay: Duration,
        _ body: @escaping @Sendable () -> Void
    ) -> @Sendable () -> Void {
        let (ticket, waiters) = state.withLock { state in
            state.tickets += 1
            let time = state.now + max(delay, .zero)
            state.alarms[state.tickets] = (time, body)
            let waiters = state.waiters.filter { $0.time == time }
            state.waiters.removeAll { $0.time == time }
            return (state.tickets, waiters)
        }
        for waiter in waiters { waiter.continuation.resume() }
        return { [self] in state.withLock { $0.alarms[ticket] = nil } }
    }

    /// Waits until a call is due at a time.
    public func hasAlarm(at time: Duration) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                let isThere = state.alarms.values.contains { $0.time == time }
                if !isThere { state.waiters.append((time, continuation)) }
                return isThere
            }
            if isThere { continuation.resume() }
        }
    }

    /// Forgets the calls that are due before a time, as if nobody could make them.
    public func dropCalls(before time: Duration) {
        state.withLock { $0.alarms = $0.alarms.filter { $0.value.time >= time } }
    }

    /// Moves to a time and makes the calls that are due by then, in their order.
    public func advance(to time: Duration) {
        while true {
            let due = state.withLock { state -> (@Sendable () -> Void)? in
                let next = state.alarms.min { ($0.value.time, $0.key) < ($1.value.time, $1.key) }
                guard let next, next.value.time <= time else {
                    state.now = max(state.now, time)
                    return nil
                }
                state.now = max(state.now, next.value.time)
                state.alarms[next.key] = nil
                return next.value.body
            }
            guard let due else { return }
            due()
        }
    }
}
