internal import HTTP2
internal import Net

/// A call before it is made: what is asked, and of whom.
public struct PreparedCall: Sendable {
    /// What is asked, and of whom.
    private struct Plan: Sendable {
        let request: CallRequest
        let source: any ExchangeSource
        let retry: RetryPlan?

        func onlyAnswer() async throws(RPCError) -> OnlyAnswer {
            let observation = CallObservation(request, at: source.loop.now)
            let call: ClientCall
            if let begun = try ClientCall.beginNow(request, on: source, retry, observation) {
                call = begun
            } else {
                call = try await ClientCall.begin(request, on: source, retry, observation)
            }
            return try await call.onlyAnswerOnLoop()
        }
    }

    private let plan: Result<Plan, RPCError>

    init(_ request: CallRequest, on source: any ExchangeSource, _ retry: RetryPlan? = nil) {
        plan = .success(Plan(request: request, source: source, retry: retry))
    }

    /// A call that cannot be made: whoever makes it is told why.
    ///
    /// - Parameter error: the reason.
    public init(refusing error: RPCError) {
        plan = .failure(error)
    }

    /// Begins the call.
    ///
    /// - Returns: the call, under way.
    /// - Throws: ``RPCError`` if it cannot begin.
    public func begin() async throws(RPCError) -> ClientCall {
        let plan = try plan.get()
        return try await plan.source.loop.visit(isUnprocessed: true) {
            () async throws(RPCError) -> ClientCall in
            let observation = CallObservation(plan.request, at: plan.source.loop.now)
            return try await ClientCall.begin(
                plan.request,
                on: plan.source,
                plan.retry,
                observation
            )
        }
    }

    /// Makes a call that gives one message, in one visit to its loop.
    @usableFromInline
    func onlyAnswer() async throws(RPCError) -> OnlyAnswer {
        let plan = try plan.get()
        if plan.source.loop.isHome { return try await plan.onlyAnswer() }
        return try await plan.source.loop.visit(isUnprocessed: true) {
            () async throws(RPCError) -> OnlyAnswer in
            try await plan.onlyAnswer()
        }
    }
}

extension EventLoop {
    /// Has a task go on on the loop, unless it is there.
    ///
    /// - Parameters:
    ///   - isUnprocessed: whether nothing has been asked of anybody before.
    ///   - body: runs on the loop.
    /// - Returns: what it returns.
    /// - Throws: what it throws, or ``RPCError`` if the loop has ended.
    func visit<Value: Sendable>(
        isUnprocessed: Bool = false,
        _ body: () async throws(RPCError) -> Value
    ) async throws(RPCError) -> Value {
        if isHome { return try await body() }
        let result: Result<Value, RPCError> = await withTaskExecutorPreference(self) {
            guard await arrive() else {
                return .failure(.loopStopped(isUnprocessed: isUnprocessed))
            }
            do throws(RPCError) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
