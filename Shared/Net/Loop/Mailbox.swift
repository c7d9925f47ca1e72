internal import Synchronization

/// What a loop is asked to run.
enum Work {
    case closure(@Sendable () -> Void)
    case job(UnownedJob)
}

/// Where other threads leave work for a loop, and how they wake it.
///
/// The loop says when it is about to sleep; only the first delivery after that costs a system call.
final class Mailbox: Sendable {
    /// Whether the loop knows about everything that was delivered.
    private enum Attention {
        /// The loop is awake, and nothing has come since it last looked.
        static let awake = 0
        /// The loop waits for the descriptor: whoever delivers must wake it.
        static let asleep = 1
        /// Something has come, and the loop is awake or being woken.
        static let alerted = 2
    }

    private struct Contents {
        var work: [Work] = []
        var isClosed = false
    }

    private let contents = Locked(Contents())
    private let attention = Atomic<Int>(Attention.awake)
    private let wakeUpCount = Atomic<Int>(0)

    /// Becomes ready when a sleeping loop has been sent something.
    let descriptor: Int32

    init() throws(SystemError) {
        descriptor = try SystemCalls.createWakeDescriptor()
    }

    deinit {
        SystemCalls.close(descriptor)
    }

    /// How often a delivery had to wake the loop by a system call.
    var wakeUps: Int { wakeUpCount.load(ordering: .relaxed) }

    /// Leaves work for the loop, from any thread.
    ///
    /// - Returns: false if the loop has ended and takes no more.
    func deliver(_ work: Work) -> Bool {
        let isTaken = contents.withLock { contents in
            if contents.isClosed { return false }
            contents.work.append(work)
            return true
        }
        if isTaken { alert() }
        return isTaken
    }

    /// Makes the loop take a turn soon.
    private func alert() {
        if attention.load(ordering: .acquiring) == Attention.alerted { return }
        if attention.exchange(Attention.alerted, ordering: .acquiringAndReleasing)
            == Attention.asleep
        {
            wakeUpCount.add(1, ordering: .relaxed)
            SystemCalls.wake(descriptor)
        }
    }

    /// Called by the loop before it waits.
    ///
    /// - Returns: false if something has come: then the loop must not wait.
    func fallAsleep() -> Bool {
        attention.compareExchange(
            expected: Attention.awake,
            desired: Attention.asleep,
            ordering: .acquiringAndReleasing
        ).exchanged
    }

    /// Called by the loop once it is awake.
    ///
    /// - Returns: whether something has come.
    func wakeUp() -> Bool {
        if attention.load(ordering: .relaxed) == Attention.awake { return false }
        return attention.exchange(Attention.awake, ordering: .acquiringAndReleasing)
            == Attention.alerted
    }

    /// Takes out everything that was delivered, giving an empty array with room in exchange.
    func empty(into spare: inout [Work]) {
        contents.withLock { swap(&$0.work, &spare) }
    }

    /// Takes no more from now on.
    ///
    /// - Returns: what had been delivered.
    func close() -> [Work] {
        contents.withLock { contents in
            contents.isClosed = true
            let rest = contents.work
            contents.work = []
            return rest
        }
    }
}
