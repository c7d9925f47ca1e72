import Foundation
import TestKit

/// A program of `Peers` that runs beside a test, whose output the test reads.
final class PeerProcess: Sendable {
    private let journal = ProcessJournal()

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - name: the file of the program.
    ///   - arguments: what it is told.
    /// - Throws: an error if it cannot be started.
    init(_ name: String, _ arguments: String...) throws {
        let (process, (output, errors)) = try Process.start { process in
            process.executableURL = URL(fileURLWithPath: OutsideProgram.python)
            process.arguments = [GRPCCalls.peer(name)] + arguments
            let (output, errors) = (Pipe(), Pipe())
            process.standardOutput = output
            process.standardError = errors
            return (output, errors)
        }
        // They belong to the thread from here on.
        let (lines, complaints) = (output.fileHandleForReading, errors.fileHandleForReading)
        Thread.detachNewThread { [journal] in
            journal.read(lines)
            let text = String(decoding: complaints.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            journal.end(.init(status: process.terminationStatus, errors: text))
        }
    }

    /// Waits until it has printed a line, or ends.
    func prints(_ line: String) async throws {
        try await journal.wait { $0.output.contains(line + "\n") || $0.isOver ? () : nil }
    }

    /// Waits for its end, and gives all that it printed.
    func output() async throws -> String {
        let ending = try await journal.wait { $0.ending }
        if ending.status != 0 { throw Failure(errors: ending.errors) }
        return journal.now.output
    }

    struct Failure: Error {
        let errors: String
    }
}
