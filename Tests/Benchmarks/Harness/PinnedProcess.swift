import Foundation

/// A program on chosen cores that ends with us: at the latest, the kernel ends it when we are gone.
final class PinnedProcess {
    /// How a failure calls it.
    let name: String
    private let process = Process()
    private let output = Pipe()
    /// Its end is what stops our servers.
    private let input = Pipe()
    private let ended = DispatchSemaphore(value: 0)

    /// A program that did not do what it was asked to.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - name: how a failure calls it.
    ///   - program: a path, or a name in `PATH`.
    ///   - arguments: its arguments.
    ///   - cores: the cores it may use, as `0` or `0,1`.
    /// - Throws: an error of Foundation if it cannot be started.
    init(_ name: String, program: String, _ arguments: [String], cores: String) throws {
        self.name = name
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        // Not TERM: who is started from a thread of Dispatch's has it blocked, and may leave it so.
        process.arguments =
            ["setpriv", "--pdeathsig", "KILL", "taskset", "-c", cores, program] + arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.run()
    }

    deinit {
        guard process.isRunning else { return }
        process.terminate()
        _ = try? waitForEnd(seconds: 3)
    }

    var isRunning: Bool { process.isRunning }
    var identifier: Int32 { process.processIdentifier }

    /// The text it prints, errors included, up to its next pause; empty at the end.
    func readSome() -> String {
        String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    }

    /// The next line it prints, errors included, of a program that prints one at a time.
    ///
    /// - Throws: ``Failure`` if it ends within the line.
    func readLine() throws -> String {
        var text = ""
        while !text.hasSuffix("\n") {
            let more = readSome()
            guard !more.isEmpty else {
                throw Failure(description: "\(name) has ended; it said: \(text)")
            }
            text += more
        }
        return String(text.dropLast())
    }

    /// The rest of the text it prints, errors included.
    func readToEnd() throws -> String {
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    /// Writes a line to its standard input.
    func write(_ line: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }

    /// Ends its standard input.
    func closeInput() throws { try input.fileHandleForWriting.close() }

    /// Asks it to end.
    func terminate() { process.terminate() }

    /// Ends it at once, whatever it does.
    func end() {
        kill(identifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Waits until it has ended; kills it if it takes longer.
    ///
    /// - Parameter seconds: how long it may take.
    /// - Returns: its exit status, or the signal that ended it.
    /// - Throws: ``Failure`` if it had to be killed.
    @discardableResult
    func waitForEnd(seconds: Double) throws -> Int32 {
        if ended.wait(timeout: .now() + seconds) == .timedOut {
            kill(identifier, SIGKILL)
            process.waitUntilExit()
            throw Failure(description: "\(name) did not end within \(seconds.short) s: killed it")
        }
        ended.signal()
        return process.terminationStatus
    }

    // MARK: What it used

    /// The time its threads have spent on cores, in microseconds; the kernel counts in hundredths
    /// of a second.
    func processorTime() throws -> Double {
        // The name of the program, in parentheses, may hold spaces; `utime` is the 14th field.
        let fields = try proc("stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
        else { throw Failure(description: "cannot read the processor time of \(name)") }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK))) * 1e6
    }

    /// The memory it has in use, in bytes.
    func residentBytes() throws -> Int {
        let fields = try proc("statm").split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else {
            throw Failure(description: "cannot read the memory of \(name)")
        }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    private func proc(_ file: String) throws -> String {
        guard isRunning,
            let text = try? String(contentsOfFile: "/proc/\(identifier)/\(file)", encoding: .utf8)
        else { throw Failure(description: "\(name) has ended during the measurement") }
        return text
    }
}
