internal import Net

/// Calls a function that may block, one call at a time, on a thread that exists only meanwhile.
final class Reloader: Sendable {
    private enum State {
        case idle
        case running
        /// Asked again since the call that runs began.
        case wanted
    }

    private let state = Locked(State.idle)
    private let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }

    /// Asks for a call that begins later than this; several are answered by one.
    func reload() {
        let mustStart = state.withLock { state in
            defer { state = state == .idle ? .running : .wanted }
            return state == .idle
        }
        guard mustStart else { return }
        do {
            _ = try JoinableThread(name: "reload") { self.run() }
        } catch {
            // Out of threads: the next signal tries again.
            state.withLock { $0 = .idle }
        }
    }

    private func run() {
        var isWanted = true
        while isWanted {
            body()
            isWanted = state.withLock { state in
                defer { state = state == .wanted ? .running : .idle }
                return state == .wanted
            }
        }
    }
}
