internal import HTTP2
internal import Net

/// A call before it is made: what is asked, and of whom.
public struct PreparedCall: Sendable {
    private enum Content: Sendable {
        case request(CallRequest)
        indirect case refusal(RPCError)
    }

    private let content: Content

    init(_ request: CallRequest) { content = .request(request) }

    /// A call that cannot be made: whoever makes it is told why.
    ///
    /// - Parameter error: the reason.
    public init(refusing error: RPCError) { content = .refusal(error) }

    /// Begins the call.
    ///
    /// - Returns: the call, under way.
    /// - Throws: ``RPCError`` if it cannot begin.
    public func begin() async throws(RPCError) -> ClientCall {
        let request = try request
        return try await request.loop.visit(isUnprocessed: true) {
            () async throws(RPCError) -> ClientCall in
            try await ClientCall.begin(request, CallObservation(request))
        }
    }

    /// Makes a call that gives one message, in one visit to its loop.
    @usableFromInline
    func onlyAnswer() async throws(RPCError) -> OnlyAnswer {
        let request = try request
        let isOnLoop = request.loop.isCurrent
        var observation = isOnLoop ? CallObservation(request) : nil
        if isOnLoop, let call = try ClientCall.beginNow(request, observation) {
            return try await call.onlyAnswerOnLoop()
        }
        return try await request.loop.visit(isUnprocessed: true) {
            () async throws(RPCError) -> OnlyAnswer in
            if !isOnLoop { observation = CallObservation(request) }
            return try await ClientCall.begin(request, observation).onlyAnswerOnLoop()
        }
    }

    private var request: CallRequest {
        get throws(RPCError) {
            switch content {
            case .request(let request): request
            case .refusal(let error): throw error
            }
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
