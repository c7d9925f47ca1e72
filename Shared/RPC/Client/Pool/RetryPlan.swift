internal import HTTP2

/// How often calls are made again that failed before anything of an answer came.
public struct RetryPolicy: Sendable {
    /// How often a call is made in all, at least 1.
    public var attempts = 3
    /// How long to wait at most before the second attempt; each time after it twice as long.
    public var pause = Duration.milliseconds(20)

    /// Three attempts, with pauses of up to 20 ms and 40 ms.
    public init() {}
}

/// Whether a call may be made again.
///
/// Source: gRPC proposal A6. Calls that surely were not processed are made again whatever they do,
/// others only if their method says that this is safe.
struct RetryPlan {
    /// Nil if only what surely was not processed is made again, once.
    let policy: RetryPolicy?
    let budget: RetryBudget
    let isIdempotent: Bool

    init(_ policy: RetryPolicy?, _ budget: RetryBudget, isIdempotent: Bool) {
        self.policy = policy
        self.budget = budget
        self.isIdempotent = isIdempotent
    }

    /// Whether to make the call again; if so, the budget is charged.
    ///
    /// - Parameters:
    ///   - error: how it failed.
    ///   - retries: how often it was made again before.
    /// - Returns: how long to wait first; nil if it is not made again.
    func pause(after error: RPCError, _ retries: Int) -> Duration? {
        let attempts = policy?.attempts ?? 2
        guard retries + 1 < attempts, isRetryable(error), budget.take() else { return nil }
        if let asked = error.trailers.pushback { return asked }
        let longest = (policy?.pause ?? .zero) * Double(1 << min(retries, 16))
        return longest * Double.random(in: 0..<1)
    }

    private func isRetryable(_ error: RPCError) -> Bool {
        if error.isUnprocessed { return true }
        // A server may ask for no retry, or for a pause, with its status.
        if error.trailers.forbidsRetry { return false }
        return policy != nil && isIdempotent && error.code == .unavailable
    }
}

extension Metadata {
    /// How long the server asks to wait before a retry.
    fileprivate var pushback: Duration? {
        guard let text = block[Field.pushback], let milliseconds = Int32(text), milliseconds >= 0
        else { return nil }
        return .milliseconds(Int(milliseconds))
    }

    /// Whether the server asks for no retry: by a pause that is negative, or none.
    fileprivate var forbidsRetry: Bool { block[Field.pushback] != nil && pushback == nil }
}
