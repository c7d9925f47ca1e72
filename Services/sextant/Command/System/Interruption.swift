internal import Lifecycle
internal import Net

/// Whether someone has interrupted the command, by a keyboard or a signal.
final class Interruption: Sendable {
    /// Thrown where the command then ends.
    struct Cause: Error {}

    private let signal = Locked<Int32?>(nil)
    private let watch = Locked<SignalWatch?>(nil)

    /// Begins to watch.
    init() throws(SystemError) {
        let watching = try SignalWatch { [signal] number in signal.withLock { $0 = number } }
        watch.withLock { $0 = watching }
    }

    /// Whether it has come.
    var hasCome: Bool { signal.withLock { $0 } != nil }

    /// Ends the command if it was interrupted.
    func check() throws {
        if hasCome { throw Cause() }
    }

    /// Watches no longer.
    func end() { watch.withLock { $0.take() }?.close() }
}
