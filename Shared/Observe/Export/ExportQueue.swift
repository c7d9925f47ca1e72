/// Spans on their way to a collector: what to do next, without doing it.
///
/// One batch is on its way at a time, beside the spans that wait. Waits end by tickets: one whose
/// reason has gone is not heeded.
struct ExportQueue: Sendable {
    /// What is to be done.
    enum Action: Sendable, Equatable {
        /// Nothing.
        case none
        /// Call ``ExportQueue/due(_:)`` later.
        case wait(Duration, ticket: Int)
        /// Send a batch, and call ``ExportQueue/ended(_:random:)``.
        case send([FinishedSpan])
        /// All is done that will ever be.
        case finish
    }

    /// What has become of spans so far.
    struct Counts: Sendable, Equatable {
        /// The collector has them.
        var exported = 0
        /// There was no room, or no time to send them.
        var dropped = 0
        /// The collector has refused them within a batch.
        var rejected = 0
        /// All attempts to send them have failed.
        var failed = 0
        /// Attempts that were made again, in batches.
        var retries = 0
    }

    private enum Phase {
        /// There is nothing to send.
        case idle
        /// Spans wait for others.
        case gathering(ticket: Int)
        case sending([FinishedSpan])
        /// A batch waits to be sent again.
        case backingOff([FinishedSpan], ticket: Int)
        case ended
    }

    private let configuration: ExportConfiguration
    private var phase = Phase.idle
    private var waiting: [FinishedSpan] = []
    private var attempts = 0
    private var tickets = 0
    private var isStopping = false

    private(set) var counts = Counts()

    /// An empty queue.
    init(_ configuration: ExportConfiguration) {
        precondition(
            configuration.queuedSpans > 0 && configuration.batchSpans > 0
                && configuration.attempts > 0,
            "a queue has room, and a batch is sent once at least"
        )
        self.configuration = configuration
    }

    /// How many spans wait, beside the batch on its way.
    var count: Int { waiting.count }

    /// Whether nothing will be sent any more.
    var isEnded: Bool {
        if case .ended = phase { true } else { false }
    }

    /// Takes a span, or drops it.
    mutating func append(_ span: FinishedSpan) -> Action {
        guard !isStopping, waiting.count < configuration.queuedSpans else {
            counts.dropped += 1
            return .none
        }
        waiting.append(span)
        switch phase {
        case .idle, .gathering: return next()
        case .sending, .backingOff, .ended: return .none
        }
    }

    /// A wait is over.
    mutating func due(_ ticket: Int) -> Action {
        switch phase {
        case .gathering(ticket):
            return sendBatch()
        case .backingOff(let batch, ticket):
            phase = .sending(batch)
            return .send(batch)
        default:
            return .none
        }
    }

    /// The batch on its way has arrived, or has not.
    ///
    /// - Parameters:
    ///   - outcome: what became of it.
    ///   - random: a number in 0..<1, which spreads those who failed at the same time.
    /// - Returns: what is to be done.
    mutating func ended(_ outcome: ExportOutcome, random: Double) -> Action {
        guard case .sending(let batch) = phase else { return .none }
        attempts += 1
        switch outcome {
        case .accepted(let rejected, _):
            let rejected = min(max(rejected, 0), batch.count)
            counts.exported += batch.count - rejected
            counts.rejected += rejected
        case .failedForNow(_, let requested) where attempts < configuration.attempts:
            counts.retries += 1
            let ticket = makeTicket()
            phase = .backingOff(batch, ticket: ticket)
            return .wait(wait(requested, random: random), ticket: ticket)
        case .failedForNow, .failed:
            counts.failed += batch.count
        }
        attempts = 0
        phase = .idle
        return next()
    }

    /// Takes no more spans, and sends those that wait without further delay.
    mutating func stop() -> Action {
        guard !isStopping else { return .none }
        isStopping = true
        switch phase {
        case .idle, .gathering:
            return next()
        case .backingOff(let batch, _):
            // One attempt now, as there may be no time for the wait.
            phase = .sending(batch)
            return .send(batch)
        case .sending, .ended:
            return .none
        }
    }

    /// The time is up: what has not arrived is lost, and counted.
    mutating func giveUp() -> Action {
        switch phase {
        case .ended: return .none
        case .sending(let batch), .backingOff(let batch, _): counts.failed += batch.count
        case .idle, .gathering: break
        }
        counts.dropped += waiting.count
        waiting = []
        isStopping = true
        phase = .ended
        return .finish
    }

    // MARK: What comes next

    private mutating func next() -> Action {
        if waiting.isEmpty {
            guard isStopping else { return .none }
            phase = .ended
            return .finish
        }
        if isStopping || waiting.count >= configuration.batchSpans { return sendBatch() }
        if case .gathering = phase { return .none }
        let ticket = makeTicket()
        phase = .gathering(ticket: ticket)
        return .wait(configuration.delay, ticket: ticket)
    }

    private mutating func sendBatch() -> Action {
        let batch = Array(waiting.prefix(configuration.batchSpans))
        waiting.removeFirst(batch.count)
        phase = .sending(batch)
        return .send(batch)
    }

    private mutating func makeTicket() -> Int {
        tickets += 1
        return tickets
    }

    /// How long to wait after so many attempts: within ±20 % of what doubles each time, and as long
    /// as the collector asks.
    private func wait(_ requested: Duration?, random: Double) -> Duration {
        var wait = configuration.firstBackoff
        for _ in 1..<max(attempts, 1) where wait < configuration.longestBackoff { wait = wait * 2 }
        let own = min(wait, configuration.longestBackoff) * (0.8 + 0.4 * random)
        return max(own, min(requested ?? .zero, configuration.longestRequestedWait))
    }
}
