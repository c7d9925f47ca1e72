internal import Net
public import Telemetry

/// Sends spans to a collector, in batches, without anyone waiting for it.
///
/// Spans that find the queue full are dropped and counted. A batch that fails in a way that may
/// pass is sent again, later and later, a few times; what the collector has refused within a batch
/// is not. Its own metrics tell what became of all spans.
public final class SpanExporter: SpanSink {
    private struct State {
        var queue: ExportQueue
        var sending: Task<Void, Never>?
        /// Those who wait for the end.
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Locked<State>
    private let resource: TelemetryResource
    private let transport: any SpanTransport
    private let scheduler: any ExportScheduler
    private let logger: Logger
    private let random: @Sendable () -> Double

    /// Registers the exporter's metrics; once for each registry.
    ///
    /// - Parameters:
    ///   - resource: the program that the spans are of.
    ///   - transport: what carries them.
    ///   - scheduler: what calls back later.
    ///   - registry: where it counts.
    ///   - logger: where it says what is lost.
    ///   - configuration: the sizes and times.
    ///   - random: gives numbers in 0..<1, by which waits differ.
    public init(
        resource: TelemetryResource,
        transport: any SpanTransport,
        scheduler: any ExportScheduler,
        registry: MetricRegistry,
        logger: Logger,
        configuration: ExportConfiguration = ExportConfiguration(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.resource = resource
        self.transport = transport
        self.scheduler = scheduler
        self.logger = logger
        self.random = random
        let state = Locked(State(queue: ExportQueue(configuration)))
        self.state = state
        registry.countSpans { state.withLock { ($0.queue.counts, $0.queue.count) } }
    }

    /// Takes a span; see ``SpanSink/take(_:)``.
    public func take(_ span: FinishedSpan) {
        perform(state.withLock { $0.queue.append(span) })
    }

    /// Takes no more spans, sends those that wait, and waits until that is done.
    ///
    /// What has not arrived in time is lost and counted. May be called any number of times; the
    /// first limit to pass counts.
    ///
    /// - Parameter limit: how long it may take.
    public func stop(within limit: Duration) async {
        let cancel = scheduler.call(after: limit) { [self] in giveUp() }
        await withCheckedContinuation { continuation in
            let action = state.withLock { state -> ExportQueue.Action? in
                if state.queue.isEnded { return nil }
                state.stopWaiters.append(continuation)
                return state.queue.stop()
            }
            if let action { perform(action) } else { continuation.resume() }
        }
        cancel()
    }

    /// What has become of spans so far.
    var counts: ExportQueue.Counts { state.withLock { $0.queue.counts } }

    // MARK: What the queue asks for

    private func perform(_ action: ExportQueue.Action) {
        switch action {
        case .none:
            break
        case .wait(let delay, let ticket):
            // An exporter that is let go of without being stopped is not kept by its waits.
            _ = scheduler.call(after: delay) { [weak self] in self?.due(ticket) }
        case .send(let batch):
            send(batch)
        case .finish:
            let waiters = state.withLock { state in
                let waiters = state.stopWaiters
                state.stopWaiters = []
                return waiters
            }
            for waiter in waiters { waiter.resume() }
        }
    }

    private func due(_ ticket: Int) {
        perform(state.withLock { $0.queue.due(ticket) })
    }

    private func send(_ batch: [FinishedSpan]) {
        // Begun under the lock, so that it is kept before it can end and the next one begin.
        state.withLock { state in
            guard !state.queue.isEnded else { return }
            state.sending = Task { [self] in
                let outcome = await transport.export(SpanBatch(batch, of: resource))
                log(outcome, of: batch.count)
                let random = random()
                perform(self.state.withLock { $0.queue.ended(outcome, random: random) })
            }
        }
    }

    private func giveUp() {
        let (action, sending) = state.withLock { ($0.queue.giveUp(), $0.sending) }
        guard action == .finish else { return }
        sending?.cancel()
        logger.warning("spans were lost as their time was up")
        perform(action)
    }

    private func log(_ outcome: ExportOutcome, of count: Int) {
        var fields: LogFields = ["spans": .integer(Int64(count))]
        switch outcome {
        case .accepted(0, ""):
            break
        case .accepted(let rejected, let message):
            fields["rejected"] = .integer(Int64(rejected))
            // A collector's text is a stranger's.
            fields["reason"] = .string(String(message.unicodeScalars.prefix(256)))
            logger.warning("spans were rejected", fields)
        case .failedForNow(let code, _):
            fields["reason"] = .string(code)
            logger.info("spans were not sent", fields)
        case .failed(let code):
            fields["reason"] = .string(code)
            logger.warning("spans were refused", fields)
        }
    }
}
