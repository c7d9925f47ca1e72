import Foundation
import Net
import TestKit

/// A program of ours in a process of its own, whose log a test reads.
final class ServerProcess: Sendable {
    /// What it wrote and how it ended.
    struct Ending: Sendable {
        let status: Int32
        let errors: String
    }

    private let journal = ProcessJournal()
    private let identifier: Int32

    /// Starts a program that is built beside the one that runs the tests.
    ///
    /// - Parameters:
    ///   - name: the program.
    ///   - arguments: what it is told.
    ///   - environment: all its variables but `PATH`.
    /// - Throws: an error if it cannot be started.
    init(_ name: String, _ arguments: [String] = [], _ environment: [String: String]) throws {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let (process, (output, errors)) = try Process.start { process in
            process.executableURL = URL(fileURLWithPath: tests)
                .deletingLastPathComponent().appendingPathComponent(name)
            process.arguments = arguments
            process.environment = environment.merging(Self.inherited) { own, _ in own }
            let (output, errors) = (Pipe(), Pipe())
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = errors
            return (output, errors)
        }
        identifier = process.processIdentifier
        // They belong to the threads from here on, which keep what they read, and nothing else of
        // this. Both ends are read at once: a program waits whose reports nobody takes.
        let (lines, complaints) = (output.fileHandleForReading, errors.fileHandleForReading)
        let text = Locked("")
        let hasText = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let read = String(decoding: complaints.readDataToEndOfFile(), as: UTF8.self)
            text.withLock { $0 = read }
            hasText.signal()
        }
        Thread.detachNewThread { [journal] in
            journal.read(lines)
            hasText.wait()
            process.waitUntilExit()
            let errors = text.withLock { $0 }
            journal.end(Ending(status: process.terminationStatus, errors: errors))
        }
    }

    /// What every program is told: where programs are, and what sanitizers are to look for.
    private static let inherited = ProcessInfo.processInfo.environment.filter {
        $0.key == "ASAN_OPTIONS" || $0.key == "TSAN_OPTIONS"
    }.merging(["PATH": "/usr/bin:/bin"]) { _, own in own }

    /// The example, at ports of the system's choice, which stops without delay.
    static func example(_ environment: [String: String] = [:]) throws -> ServerProcess {
        try ServerProcess("example-server", [], environment.merging(atAnyPorts) { own, _ in own })
    }

    /// What has a program of ours listen wherever it may, and stop without delay.
    static let atAnyPorts = [
        "SEXTANT_LISTEN_ADDRESS": "127.0.0.1:0", "SEXTANT_METRICS_ADDRESS": "127.0.0.1:0",
        "SEXTANT_ENDPOINT_DELAY": "0s", "SEXTANT_LOOPS": "1", "SEXTANT_LOG_LEVEL": "debug",
    ]

    deinit {
        if journal.now.ending == nil { kill(identifier, SIGKILL) }
    }

    // MARK: What it says

    /// Waits for a record of the log, the first of its kind.
    ///
    /// - Parameters:
    ///   - message: what it says.
    ///   - isMeant: whether it is the one, by its fields.
    /// - Returns: its fields.
    /// - Throws: ``Silence`` if the program ends without it.
    @discardableResult
    func record(
        _ message: String,
        where isMeant: @escaping @Sendable ([String: String]) -> Bool = { _ in true }
    ) async throws -> [String: String] {
        let found = try await journal.wait { state -> [String: String]?? in
            let record = state.records.first { $0["msg"] == message && isMeant($0) }
            if let record { return .some(record) }
            return state.isOver ? .some(nil) : nil
        }
        guard let found else { throw Silence(message: message, records: records) }
        return found
    }

    /// All records so far.
    var records: [[String: String]] { journal.now.records }

    /// What it printed so far.
    var output: String { journal.now.output }

    /// Where it takes calls, once it works.
    func address() async throws -> String {
        try await record("started")
        return try await record("calls are taken")["address"] ?? ""
    }

    /// Where it answers probes.
    func metricsAddress() async throws -> String {
        try await record("metrics port is open")["address"] ?? ""
    }

    /// Waits until what it says of its readiness has a text in it.
    func readiness(is text: String) async throws {
        let url = "http://\(try await metricsAddress())/readyz"
        while true {
            try Task.checkCancellation()
            if journal.now.isOver { throw Silence(message: text, records: records) }
            let answer = try await OutsideProgram.run("curl", "--silent", url)
            if answer.text.contains(text) { return }
        }
    }

    struct Silence: Error {
        let message: String
        let records: [[String: String]]
    }

    // MARK: Its end

    /// Sends it a signal.
    func send(_ signal: Int32) { kill(identifier, signal) }

    /// Waits for its end.
    func ending() async throws -> Ending { try await journal.wait { $0.ending } }

    /// Stops it in good order, and gives its exit status.
    func stop() async throws -> Int32 {
        send(SIGTERM)
        return try await ending().status
    }
}
