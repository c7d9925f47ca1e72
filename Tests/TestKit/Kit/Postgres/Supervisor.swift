internal import Foundation
internal import Glibc

/// The process that starts a private server, and ends with this one: it reads a pipe, and looks
/// whether this process is there.
final class Supervisor: Sendable {
    private let input: FileHandle
    private let output: FileHandle
    private let process: Process

    init(port: UInt16, storage: PrivatePostgres.Storage, settings: [String]) throws {
        let script = OutsideProgram.repository + "/Tests/TestKit/private-postgres"
        // As its text: the server's user may not be able to read the repository.
        let text = try String(contentsOfFile: script, encoding: .utf8)
        var command =
            ["bash", "-c", text, "private-postgres", "\(getpid())", "\(port)", storage.rawValue]
            + settings
        // PostgreSQL refuses to run as root.
        if getuid() == 0 { command = ["runuser", "-u", "postgres", "--"] + command }
        let (process, pipes) = try Process.start { process in
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = command
            process.currentDirectoryURL = URL(fileURLWithPath: "/")
            let (input, output) = (Pipe(), Pipe())
            // A program that a test runner starts by other means would hold the pipe open, and
            // with it the server.
            for end in [input.fileHandleForWriting, output.fileHandleForReading] {
                _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
            }
            process.standardInput = input
            process.standardOutput = output
            return (input, output)
        }
        self.process = process
        input = pipes.0.fileHandleForWriting
        output = pipes.1.fileHandleForReading
    }

    /// Gives a command, and waits until it has been obeyed.
    func command(_ command: String) async throws {
        try input.write(contentsOf: Data("\(command)\n".utf8))
        let answer = try await line()
        guard answer == command else {
            throw PrivatePostgres.Failure(description: "to '\(command)' came '\(answer)'")
        }
    }

    /// The next line that it prints, empty if it has ended.
    func line() async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { [output] in
                continuation.resume(
                    with: Result {
                        var bytes = Data()
                        while let byte = try output.read(upToCount: 1), byte != Data("\n".utf8),
                            !byte.isEmpty
                        {
                            bytes += byte
                        }
                        return String(decoding: bytes, as: UTF8.self)
                    }
                )
            }
        }
    }
}
