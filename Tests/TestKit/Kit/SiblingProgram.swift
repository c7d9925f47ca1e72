internal import Foundation
internal import Glibc

/// A program of this package in a process of its own, which lives no longer than this one if it
/// ends with its standard input.
public final class SiblingProgram: Sendable {
    private let process: Process
    private let input: Pipe

    /// Starts one that is built beside the program that runs.
    ///
    /// - Parameters:
    ///   - name: what it is called.
    ///   - arguments: its arguments.
    /// - Throws: an error if it cannot be started.
    public init(_ name: String, _ arguments: [String]) throws {
        let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        (process, input) = try Process.start { process in
            process.executableURL = URL(fileURLWithPath: path)
                .deletingLastPathComponent().appendingPathComponent(name)
            process.arguments = arguments
            let input = Pipe()
            process.standardInput = input
            return input
        }
    }

    deinit { end() }

    /// Ends it as a crash does.
    public func end() {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Ends its standard input, and waits until it has ended by itself.
    ///
    /// - Returns: its exit status.
    /// - Throws: an error if its input cannot be closed.
    public func stop() throws -> Int32 {
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
