internal import CSignals
internal import Glibc
internal import Net

/// The one pipe that the handler of signals writes to, and the one watch that may read it.
///
/// Signals are caught, not blocked and waited for: the main thread of a program whose `main` is
/// asynchronous ends up in a `sigsuspend` of the dispatch library that lets every signal in, so a
/// blocked one would end the process there.
struct SignalPipe: Sendable {
    private let reading: Int32
    private let writing: Int32

    private static let shared = Locked<(pipe: SignalPipe?, isTaken: Bool)>((nil, false))

    /// Takes the pipe for a watch.
    ///
    /// - Throws: ``Net/SystemError`` if the process is out of descriptors.
    static func take() throws(SystemError) -> SignalPipe {
        let result = shared.withLock { shared -> Result<SignalPipe, SystemError> in
            precondition(!shared.isTaken, "a process has one signal watch at a time")
            if shared.pipe == nil {
                var (reading, writing): (Int32, Int32) = (-1, -1)
                // The call writes two descriptors.
                guard unsafe sextant_signal_pipe(&reading, &writing) == 0 else {
                    return .failure(SystemError("pipe2", code: errno))
                }
                shared.pipe = SignalPipe(reading: reading, writing: writing)
            }
            shared.isTaken = true
            return shared.pipe.map { .success($0) } ?? .failure(SystemError("pipe2", code: EBADF))
        }
        return try result.get()
    }

    /// Gives the pipe back for another watch.
    static func giveBack() {
        shared.withLock { $0.isTaken = false }
    }

    /// Makes a signal write its number.
    ///
    /// - Throws: ``Net/SystemError`` for a number that is no signal, or one that cannot be caught.
    func `catch`(_ signal: Int32) throws(SystemError) {
        guard sextant_signal_catch(signal, writing) == 0 else {
            throw SystemError("sigaction", code: errno)
        }
    }

    /// Waits for the next number.
    func next() -> Int32 {
        var number: UInt8 = 0
        // The kernel writes one byte; the pipe is never closed, so nothing but a signal that is
        // handled on this thread ends the call without one.
        while unsafe read(reading, &number, 1) != 1 {}
        return Int32(number)
    }

    /// Writes a number that is no signal's, after those that came before.
    func wakeUp() {
        var number: UInt8 = 0
        // The kernel reads one byte; the reader makes room if there is none.
        while unsafe write(writing, &number, 1) != 1 { sched_yield() }
    }
}
