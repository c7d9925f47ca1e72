/// Why a pool takes no work.
public enum WorkerPoolError: Error, Equatable, CustomStringConvertible {
    /// As much work waits as may; the limit.
    case full(Int)
    /// The pool has been stopped.
    case stopped

    /// The reason in words.
    public var description: String {
        switch self {
        case .full(let limit): "the pool is full: \(limit) pieces of work are waiting"
        case .stopped: "the pool has been stopped"
        }
    }
}

/// A fixed number of threads beside the loops, for work that blocks or that takes long.
///
/// It must be stopped: its threads keep it alive. All methods may be called by any thread.
public final class WorkerPool: Sendable {
    private typealias Piece = @Sendable () -> Void

    private struct State {
        var waiting = Fifo<Piece>()
        var isStopped = false
    }

    private let maximumQueued: Int
    private let state = Locked(State())
    private let available = Semaphore()
    private let threads = Locked<[JoinableThread]>([])

    /// Starts a pool.
    ///
    /// - Parameters:
    ///   - name: the threads are called by it and a number; tools show fifteen bytes.
    ///   - threads: how many, at least 1.
    ///   - maximumQueued: how many pieces of work may wait for a thread, at least 1; those that
    ///     run do not count.
    /// - Throws: ``SystemError`` if the system has no more threads; then none runs.
    public init(name: String, threads: Int, maximumQueued: Int) throws(SystemError) {
        precondition(threads > 0 && maximumQueued > 0, "a pool has threads and a queue")
        self.maximumQueued = maximumQueued
        var started: [JoinableThread] = []
        do {
            for number in 0..<threads {
                started.append(try JoinableThread(name: "\(name)-\(number)") { self.work() })
            }
        } catch {
            stop(joining: started)
            throw error
        }
        self.threads.withLock { $0 = started }
    }

    /// The number of pieces of work that wait for a thread.
    public var queued: Int { state.withLock { $0.waiting.count } }

    /// Has a thread do some work, after what was submitted before has begun.
    ///
    /// - Parameter work: what to do.
    /// - Throws: ``WorkerPoolError``; then the work is not done.
    public func submit(_ work: @escaping @Sendable () -> Void) throws(WorkerPoolError) {
        let refusal: WorkerPoolError? = state.withLock { state in
            if state.isStopped { return .stopped }
            if state.waiting.count >= maximumQueued { return .full(maximumQueued) }
            state.waiting.append(work)
            return nil
        }
        if let refusal { throw refusal }
        available.signal()
    }

    /// Has a thread do some work, and goes on, on the caller's own executor, when it is done.
    ///
    /// Work that has been taken is done even if the calling task is cancelled.
    ///
    /// - Parameter work: what to do.
    /// - Returns: what the work returned.
    /// - Throws: ``WorkerPoolError`` if the pool takes no work, or what the work threw.
    public func run<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try submit { continuation.resume(with: Swift.Result(catching: work)) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Takes no more work, finishes what is queued and waits until the threads have ended.
    ///
    /// May be called any number of times; on a thread of the pool it does not wait for that one.
    public func stop() {
        stop(joining: threads.withLock { $0 })
    }

    private func stop(joining threads: [JoinableThread]) {
        state.withLock { $0.isStopped = true }
        // Each thread passes the signal on as it ends.
        available.signal()
        for thread in threads { thread.join() }
    }

    private func work() {
        while true {
            available.wait()
            let (piece, isStopped) = state.withLock { ($0.waiting.popFirst(), $0.isStopped) }
            if let piece {
                piece()
            } else if isStopped {
                available.signal()
                return
            }
        }
    }
}

extension WorkerPool? {
    /// Has a thread do some work, or does it here: where there is no pool, and where that takes no
    /// more, which holds back those who ask.
    ///
    /// - Parameter work: what to do.
    /// - Returns: what the work returned.
    /// - Throws: what the work threw.
    public func runBeside<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        guard let pool = self else { return try work() }
        do {
            return try await pool.run(work)
        } catch is WorkerPoolError {
            return try work()
        }
    }
}
