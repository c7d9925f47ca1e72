internal import Net
public import Telemetry

/// Is told of calls that are made, for metrics and traces; see ``CallOptions/observer``.
public protocol CallObserver: Sendable {
    /// A call begins, on its loop.
    ///
    /// - Parameters:
    ///   - path: as `/sextant.ingest.v1.Ingest/RecordEvents`.
    ///   - caller: the span that calls; nil if there is none.
    /// - Returns: the span of the call itself, which goes with it; nil for none.
    func callBegan(_ path: String, below caller: TraceContext?) -> TraceContext?

    /// A call has ended, once for each that began; on any thread.
    func callEnded(_ report: ClientCallReport)
}

/// What became of a call that was made.
public struct ClientCallReport: Sendable {
    /// One attempt that failed and was followed by another.
    public struct Retry: Sendable, Equatable {
        /// How the attempt before it failed.
        public let code: StatusCode
        /// When it began, from the begin of the call.
        public let time: Duration
    }

    /// The path that was called, as `/sextant.ingest.v1.Ingest/RecordEvents`.
    public let path: String
    /// How it ended; CANCELLED too if nobody waited for the end.
    public let code: StatusCode
    /// The error, if it failed.
    public let error: RPCError?
    /// How long it took with all its attempts, as its loop saw it.
    public let duration: Duration
    /// The attempts after the first.
    public let retries: [Retry]
    /// The span of the call; nil if its observer has given none.
    public let traceContext: TraceContext?
    /// The span that called; nil if there was none.
    public let caller: TraceContext?
    /// What the request is called; nil if nobody has named it.
    public let requestID: RequestID?
}

/// What an observer is to be told of one call.
///
/// Used on the loop of the call, and at last by whoever lets go of it.
final class CallObservation: @unchecked Sendable {
    // `@unchecked`: belongs to one call, whose loop alone uses it while the call exists.

    /// The span of the call.
    let traceContext: TraceContext?

    private let observer: any CallObserver
    private let path: String
    private let caller: TraceContext?
    private let requestID: RequestID?
    private let start: ContinuousClock.Instant
    private var retries: [ClientCallReport.Retry] = []
    private var isOver = false

    /// Tells of a call that begins, on its loop; nil if nobody wants to know.
    init?(_ request: CallRequest) {
        guard let observer = request.options.observer else { return nil }
        self.observer = observer
        start = request.loop.now
        path = request.path
        caller = request.options.traceContext
        requestID = request.options.requestID
        traceContext = observer.callBegan(request.path, below: request.options.traceContext)
    }

    deinit { end(.cancelled, nil) }

    /// Notes that the call is made again.
    ///
    /// - Parameter error: how the last attempt failed.
    func retry(after error: RPCError) {
        let time = start.duration(to: ContinuousClock.now)
        retries.append(ClientCallReport.Retry(code: error.code, time: time))
    }

    /// Tells how the call ended, unless that has been told.
    func end(_ code: StatusCode, _ error: RPCError?) {
        if isOver { return }
        isOver = true
        observer.callEnded(
            ClientCallReport(
                path: path,
                code: code,
                error: error,
                duration: start.duration(to: ContinuousClock.now),
                retries: retries,
                traceContext: traceContext,
                caller: caller,
                requestID: requestID
            )
        )
    }
}
