import Foundation

/// Runs a closure on threads of their own, all at once, and waits until all have ended.
///
/// - Parameters:
///   - count: how many threads.
///   - body: is given the number of its thread.
func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let group = DispatchGroup()
    for number in 0..<count {
        group.enter()
        Thread.detachNewThread {
            body(number)
            group.leave()
        }
    }
    group.wait()
}
