internal import Net

/// Bounds how many of a target's calls are made again, so that a target that fails is not drowned:
/// a tenth of them, and a few more after a quiet time.
final class RetryBudget: Sendable {
    /// In tenths of a retry.
    private let tokens: Locked<Int>

    private static let perRetry = 10
    private static let most = 100

    /// Allows a few retries at once.
    init() { tokens = Locked(Self.most) }

    /// Notes a call that is made for the first time.
    func noteCall() {
        tokens.withLock { $0 = min($0 + 1, Self.most) }
    }

    /// Takes the right to make a call again.
    ///
    /// - Returns: false if too many were made lately.
    func take() -> Bool {
        tokens.withLock { tokens in
            guard tokens >= Self.perRetry else { return false }
            tokens -= Self.perRetry
            return true
        }
    }
}
