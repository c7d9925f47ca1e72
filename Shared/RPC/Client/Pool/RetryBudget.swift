internal import Synchronization

/// Bounds how many of a target's calls are made again, so that a target that fails is not drowned:
/// a tenth of them, and ten more.
///
/// Of those of the last thousand calls a hundred may be made again at once, as when one of several
/// servers is killed with all that it was asked.
final class RetryBudget: Sendable {
    /// In tenths of a retry.
    private let tokens = Atomic(first)

    private static let perRetry = 10
    private static let first = 100
    private static let most = 1_000

    /// Notes a call that is made for the first time.
    func noteCall() {
        change { min($0 + 1, Self.most) }
    }

    /// Takes the right to make a call again.
    ///
    /// - Returns: false if too many were made lately.
    func take() -> Bool {
        let before = change { $0 >= Self.perRetry ? $0 - Self.perRetry : $0 }
        return before >= Self.perRetry
    }

    /// Replaces the number of tokens by one that is worked out from it.
    ///
    /// - Returns: how many there were.
    @discardableResult
    private func change(_ next: (Int) -> Int) -> Int {
        var found = tokens.load(ordering: .relaxed)
        while true {
            let wanted = next(found)
            // What does not change need not be written: most often all tokens are there.
            if wanted == found { return found }
            let result = tokens.weakCompareExchange(
                expected: found,
                desired: wanted,
                ordering: .relaxed
            )
            if result.exchanged { return found }
            found = result.original
        }
    }
}
