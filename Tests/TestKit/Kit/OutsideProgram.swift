internal import Foundation

/// A program that others wrote, run by a test.
public enum OutsideProgram {
    /// What a program printed, and how it ended.
    public struct Output: Sendable {
        /// Its exit status.
        public let status: Int32
        /// What it printed.
        public let bytes: [UInt8]
        /// What it said of errors.
        public let errors: String

        /// What it printed, as text.
        public var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// The Python in which `deploy/install tests` has put what the tests need.
    public static var python: String { repository + "/.venv/bin/python" }

    /// The folder of the repository.
    public static var repository: String {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return folder.path
    }

    /// Runs a program to its end, away from the tasks' own threads.
    ///
    /// - Parameter command: its name, found as a shell would, and its arguments.
    /// - Returns: what it printed.
    /// - Throws: an error if it cannot be started.
    public static func run(_ command: String...) async throws -> Output {
        try await run(command)
    }

    /// Runs a program to its end; see ``run(_:)-(String...)``.
    public static func run(_ command: [String]) async throws -> Output {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try runHere(command) })
            }
        }
    }

    private static func runHere(_ command: [String]) throws -> Output {
        let errors = FileManager.default.temporaryDirectory
            .appendingPathComponent("errors-\(UUID().uuidString)")
        try Data().write(to: errors)
        defer { try? FileManager.default.removeItem(at: errors) }
        let (status, data) = try Process.runToEnd { process in
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = command
            process.standardError = try FileHandle(forWritingTo: errors)
        }
        return Output(
            status: status,
            bytes: [UInt8](data),
            errors: try String(contentsOf: errors, encoding: .utf8)
        )
    }
}
