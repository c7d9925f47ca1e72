/// What the warm-up does at which draw.
///
/// About a third goes to a diagonal metric that forgets quickly, while the chain is still on its
/// way; then two windows each give a covariance; last only the step size is adapted.
struct WarmupSchedule: Equatable, Sendable {
    /// The diagonal metric forgets what is older than two of these.
    static let forgetting = 10

    /// The draws before which the first part, and each window, ends.
    let early, firstWindow, secondWindow, end: Int

    init(draws: Int) {
        early = draws * 35 / 100
        firstWindow = draws * 55 / 100
        secondWindow = draws * 90 / 100
        end = draws
    }
}
