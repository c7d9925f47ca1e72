internal import Glibc
internal import Synchronization

/// Threads beside everything else, for work that takes seconds: they give way to requests.
public enum TrainingThreads {
    /// How much the threads give way; 0 is as much as others, 19 the most.
    private static let niceness: Int32 = 10

    /// One thread less than the machine has processors, at least one.
    public static var usualCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1) }

    /// Starts threads that take pieces of work by turns, and returns at once.
    ///
    /// - Parameters:
    ///   - threads: how many at most.
    ///   - pieces: how many pieces of work there are.
    ///   - work: one piece by its number; called once for each, by any of the threads.
    /// - Returns: whether there is at least one thread; if there is none, nothing is done.
    public static func run(
        threads: Int,
        pieces: Int,
        _ work: @escaping @Sendable (Int) -> Void
    ) -> Bool {
        let share = Share(pieces: pieces, work: work)
        let wanted = min(threads, pieces)
        // Fewer threads than wanted are slower, and change nothing else.
        return (0..<wanted).count { _ in start(share) } > 0
    }

    private static func start(_ share: Share) -> Bool {
        let retained = unsafe Unmanaged.passRetained(share)
        var thread = pthread_t()
        // The thread takes over the retained object; if there is no thread, it is released below.
        let code = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Share>.fromOpaque(argument).takeRetainedValue().work()
                return nil
            },
            unsafe retained.toOpaque()
        )
        guard code == 0 else {
            unsafe retained.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private final class Share: Sendable {
        private let pieces: Int
        private let piece: @Sendable (Int) -> Void
        private let next = Atomic(0)

        init(pieces: Int, work: @escaping @Sendable (Int) -> Void) {
            self.pieces = pieces
            piece = work
        }

        func work() {
            // On Linux this is the thread's own; without the right to it the work is the same.
            _ = setpriority(__priority_which_t(0), 0, niceness)
            while true {
                let number = next.add(1, ordering: .relaxed).oldValue
                guard number < pieces else { return }
                piece(number)
            }
        }
    }
}
