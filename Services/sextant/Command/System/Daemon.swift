internal import Glibc
internal import Net

/// A program that runs on when the command has ended, and is found again by a file that it keeps
/// locked.
///
/// The lock is the program's and that of all whom it starts: it is free when the last of them has
/// ended, however that was, and never stands for another process of the same number.
struct Daemon {
    /// What it is called, as `services`.
    let name: String
    /// The file with its number, which is locked while it lives.
    let lockFile: String
    /// The file that its output is added to.
    let logFile: String
    /// What asks it to end in good order.
    let stopSignal: Int32

    /// Its number while it runs; nil if it does not, though some whom it has started may still be
    /// on their way out.
    func running() throws(SystemError) -> pid_t? {
        guard let number = try holder(), Self.isAlive(number) else { return nil }
        return number
    }

    /// Whether a process is there that is not dead and unburied.
    private static func isAlive(_ process: pid_t) -> Bool {
        guard let text = (try? FileSystem.text("/proc/\(process)/stat")) ?? nil,
            let end = text.lastIndex(of: ")")
        else { return false }
        return text[end...].dropFirst(2).first != "Z"
    }

    /// Its number while anything of it is left; nil if nothing is.
    private func holder() throws(SystemError) -> pid_t? {
        let descriptor = unsafe open(lockFile, O_RDONLY | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        let file = try Descriptor("open \(lockFile)", descriptor)
        return try Self.holder(of: file)
    }

    /// Its number when it ran last; nil if it never did.
    func lastNumber() throws(SystemError) -> pid_t? {
        try FileSystem.text(lockFile).flatMap { pid_t($0.prefix { $0 != "\n" }) }
    }

    /// The number in a file that someone has locked; nil if nobody has.
    private static func holder(of file: borrowing Descriptor) throws(SystemError) -> pid_t? {
        if flock(file.number, LOCK_SH | LOCK_NB) == 0 { return nil }
        guard errno == EWOULDBLOCK else { throw SystemError("flock", code: errno) }
        let text = String(decoding: try file.readAll(upTo: 64), as: UTF8.self)
        return pid_t(text.prefix { $0 != "\n" })
    }

    /// Why a daemon does not work.
    enum Fault: Error {
        /// It has ended, with this status.
        case ended(Int32)
        /// It was not ready in time.
        case notReady(Duration)
        /// It runs already; its number.
        case isRunning(pid_t)
    }

    /// Starts it.
    ///
    /// - Parameter call: the program.
    /// - Returns: the process.
    /// - Throws: ``Fault/isRunning(_:)``, or `SystemError`.
    func start(_ call: ProgramCall) throws -> ChildProcess {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC
        let lock = try Descriptor("open \(lockFile)", unsafe open(lockFile, flags, 0o644))
        if let number = try running() { throw Fault.isRunning(number) }
        // What a crash has left behind ends by itself.
        let end = ContinuousClock.now.advanced(by: Self.afterlife)
        while flock(lock.number, LOCK_EX | LOCK_NB) != 0 {
            if ContinuousClock.now >= end { throw Fault.isRunning(try holder() ?? 0) }
            Self.pause()
        }
        let addition = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC
        let log = try Descriptor("open \(logFile)", unsafe open(logFile, addition, 0o640))
        let nothing = try Descriptor(
            "open /dev/null",
            unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        )
        let child = try ChildProcess(
            call,
            ChildProcess.Streams(
                input: nothing.number,
                output: log.number,
                errors: log.number,
                kept: lock.number
            )
        )
        do throws(SystemError) {
            try SystemCall.check("ftruncate \(lockFile)", ftruncate(lock.number, 0))
            try lock.write(Array("\(child.identifier)\n".utf8))
        } catch {
            // Nobody would find it again.
            kill(-child.identifier, SIGKILL)
            _ = try child.waitForEnd()
            throw error
        }
        return child
    }

    /// How long those may take to end whose leader was killed.
    private static let afterlife = Duration.seconds(20)

    /// Waits until a process that was started works.
    ///
    /// - Parameters:
    ///   - child: the process.
    ///   - limit: how long.
    ///   - isReady: whether it works; asked again and again.
    /// - Throws: ``Fault``, or what `isReady` throws.
    func awaitReady(
        _ child: ChildProcess,
        within limit: Duration,
        _ isReady: () throws -> Bool
    ) throws {
        let end = ContinuousClock.now.advanced(by: limit)
        while try !isReady() {
            if let status = try child.endedStatus() { throw Fault.ended(status) }
            if ContinuousClock.now >= end { throw Fault.notReady(limit) }
            Self.pause()
        }
    }

    /// Asks it to end, and waits until nothing of it is left; kills it if that takes too long.
    ///
    /// - Parameter limit: how long it may take to end in good order.
    /// - Returns: whether it did so, or was not there.
    /// - Throws: `SystemError`.
    func stop(within limit: Duration) throws(SystemError) -> Bool {
        guard let process = try holder() else { return true }
        if Self.isAlive(process) { kill(process, stopSignal) }
        if try isGone(within: limit) { return true }
        // It leads a session of its own, with all whom it has started.
        kill(-process, SIGKILL)
        kill(process, SIGKILL)
        _ = try isGone(within: .seconds(10))
        return false
    }

    private func isGone(within limit: Duration) throws(SystemError) -> Bool {
        let end = ContinuousClock.now.advanced(by: limit)
        while try holder() != nil {
            if ContinuousClock.now >= end { return false }
            Self.pause()
        }
        return true
    }

    /// A moment between two looks.
    private static func pause() {
        _ = poll(nil, 0, 10)
    }

    /// The last lines of its log.
    ///
    /// - Parameter count: how many.
    /// - Returns: the lines; none if there is no log.
    func lastLines(_ count: Int = 15) -> [String] {
        LogFile.lastLines(of: logFile, count)
    }
}
