public import Foundation

extension Process {
    private static let turn = NSLock()

    /// Starts a program while no other is being started.
    ///
    /// Foundation closes in a new program what it finds open. What another thread opens after that
    /// look, the new program inherits: an end of another program's pipe, or of the socket by which
    /// Foundation learns that it has ended. Who waits for that would wait as long as the new
    /// program lives, and a server lives as long as the tests.
    ///
    /// - Parameter prepare: says what is to be run, and makes its pipes here, not before.
    /// - Returns: the running program, and what `prepare` returned.
    /// - Throws: what `prepare` throws, or an error if the program cannot be started.
    public static func start<Kept>(
        _ prepare: (Process) throws -> Kept
    ) throws -> (process: Process, kept: Kept) {
        turn.lock()
        defer { turn.unlock() }
        let process = Process()
        let kept = try prepare(process)
        try process.run()
        return (process, kept)
    }

    /// Runs a program to its end; see ``start(_:)``.
    ///
    /// - Parameters:
    ///   - joinsErrors: whether what it complains of is part of what it prints; else that goes
    ///     where `prepare` says.
    ///   - prepare: says what is to be run.
    /// - Returns: its exit status and what it printed.
    /// - Throws: what `prepare` throws, or an error if the program cannot be started or read.
    public static func runToEnd(
        joinsErrors: Bool = false,
        _ prepare: (Process) throws -> Void
    ) throws -> (status: Int32, output: Data) {
        let (process, output) = try start { process in
            let output = Pipe()
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            try prepare(process)
            if joinsErrors { process.standardError = output }
            return output
        }
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, data)
    }
}
