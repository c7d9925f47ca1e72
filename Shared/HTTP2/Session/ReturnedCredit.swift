internal import Synchronization

/// Window credit on its way back from the threads that released a body to the session.
final class ReturnedCredit: Sendable {
    /// Bytes of one stream that are held no more.
    struct Entry: Sendable {
        let stream: Int32
        let count: Int
    }

    private let entries = Mutex<[Entry]>([])
    private let isEmpty = Atomic(true)
    private let onReturn: @Sendable () -> Void

    /// - Parameter onReturn: called on the releasing thread when there is credit to collect again.
    init(onReturn: @escaping @Sendable () -> Void) {
        self.onReturn = onReturn
    }

    /// Notes that bytes were released; any thread may call.
    func give(back count: Int, of stream: Int32) {
        let isFirst = entries.withLock { entries in
            entries.append(Entry(stream: stream, count: count))
            isEmpty.store(false, ordering: .relaxed)
            return entries.count == 1
        }
        if isFirst { onReturn() }
    }

    /// Takes what has come back since the last time.
    func take() -> [Entry] {
        // Most often there is nothing. What comes at this moment brings a call of its own.
        if isEmpty.load(ordering: .relaxed) { return [] }
        return entries.withLock { entries in
            isEmpty.store(true, ordering: .relaxed)
            defer { entries = [] }
            return entries
        }
    }
}
