/// Says whether a service is asked: not for a while after it has kept failing.
///
///     closed ──N failures in a window──▶ open ──rest is over──▶ half-open
///       ▲                                 ▲                        │
///       │                                 └──────probe fails───────┤
///       └─────────────────────probe succeeds───────────────────────┘
///
/// Half-open lets one call through, the probe; all others are refused until it has ended. Each call
/// has a ticket, so that one that began before the last change says nothing about the present.
public struct CircuitBreaker: Sendable {
    /// When a circuit opens, and for how long.
    public struct Limits: Sendable, Hashable {
        /// How many failures within ``window`` open it, 1 to 1,000.
        public var failures = 5
        /// How long a failure counts.
        public var window: Duration = .seconds(10)
        /// How long an open circuit rests before the next probe.
        public var rest: Duration = .seconds(5)

        /// The defaults.
        public init() {}
    }

    /// Where it is.
    public enum State: Sendable, Hashable {
        /// Calls pass; when the failures were that still count.
        case closed(failures: [ContinuousClock.Instant])
        /// Calls are refused until then.
        case open(until: ContinuousClock.Instant)
        /// One call is under way, and others are refused.
        case halfOpen
    }

    /// What a call that is let through has, to say how it ended.
    public struct Ticket: Sendable, Hashable {
        fileprivate let generation: Int
    }

    /// Whether a call may be made.
    public enum Admission: Sendable, Hashable {
        /// It may.
        case pass(Ticket)
        /// It may not; after how long it is worth trying again.
        case refused(retryAfter: Duration)
    }

    /// A change that others should know of.
    public enum Change: String, Sendable, Hashable, CaseIterable {
        /// Calls are refused from now on.
        case opened
        /// The next call is a probe.
        case probing
        /// Calls pass again.
        case closed
    }

    /// Where it is now.
    public private(set) var state = State.closed(failures: [])
    private let limits: Limits
    /// How often the state has changed.
    private var generation = 0

    /// A closed circuit.
    ///
    /// - Parameter limits: when it opens, and for how long.
    public init(_ limits: Limits = Limits()) {
        precondition((1...1_000).contains(limits.failures), "1 to 1,000 failures open a circuit")
        self.limits = limits
    }

    /// Asks for a call.
    ///
    /// - Parameter now: the time.
    /// - Returns: whether it may be made, and what has changed by that.
    public mutating func admit(
        at now: ContinuousClock.Instant
    ) -> (admission: Admission, change: Change?) {
        switch state {
        case .closed: return (.pass(Ticket(generation: generation)), nil)
        case .open(let end) where now >= end:
            move(to: .halfOpen)
            return (.pass(Ticket(generation: generation)), .probing)
        case .open(let end): return (.refused(retryAfter: now.duration(to: end)), nil)
        case .halfOpen: return (.refused(retryAfter: limits.rest), nil)
        }
    }

    /// Says that a call went well.
    ///
    /// - Parameter ticket: the call's.
    /// - Returns: what has changed by that; nil if nothing.
    public mutating func succeeded(_ ticket: Ticket) -> Change? {
        guard ticket.generation == generation, state == .halfOpen else { return nil }
        move(to: .closed(failures: []))
        return .closed
    }

    /// Says that a call failed by the service's fault.
    ///
    /// - Parameters:
    ///   - ticket: the call's.
    ///   - now: the time.
    /// - Returns: what has changed by that; nil if nothing.
    public mutating func failed(_ ticket: Ticket, at now: ContinuousClock.Instant) -> Change? {
        guard ticket.generation == generation else { return nil }
        switch state {
        case .open: return nil
        case .halfOpen: break
        case .closed(let failures):
            let first = now.advanced(by: .zero - limits.window)
            let counting = failures.filter { $0 > first } + [now]
            guard counting.count >= limits.failures else {
                state = .closed(failures: counting)
                return nil
            }
        }
        move(to: .open(until: now.advanced(by: limits.rest)))
        return .opened
    }

    /// Says that a call ended without telling anything of the service, as by its caller's will; a
    /// probe is made again by the next call.
    ///
    /// - Parameters:
    ///   - ticket: the call's.
    ///   - now: the time.
    public mutating func abandoned(_ ticket: Ticket, at now: ContinuousClock.Instant) {
        guard ticket.generation == generation, state == .halfOpen else { return }
        move(to: .open(until: now))
    }

    private mutating func move(to next: State) {
        state = next
        generation += 1
    }
}
