import Foundation
import Glibc
import TestKit
import Testing

@Suite("A process that watches signals")
struct SignalProcessTests {
    @Test("stops in good order at the first", arguments: [SIGTERM, SIGINT])
    func firstSignal(signal: Int32) throws {
        let probe = try Probe()
        #expect(probe.nextLine() == "started")
        probe.send(signal)
        #expect(probe.nextLine() == "part stops")
        #expect(probe.nextLine() == "stopped by signal \(signal)")
        #expect(probe.status() == .exit(0))
    }

    @Test(
        "ends at once at the second, though a component holds all threads",
        arguments: [SIGTERM, SIGINT]
    )
    func secondSignal(signal: Int32) throws {
        let probe = try Probe(["--hang"])
        #expect(probe.nextLine() == "started")
        probe.send(SIGTERM)
        #expect(probe.nextLine() == "part stops")
        probe.send(signal)
        #expect(probe.nextLine() == nil)
        #expect(probe.status() == .exit(signal == SIGTERM ? 143 : 130))
    }

    @Test("ends when its time is over, though a component holds all threads")
    func overrun() throws {
        let probe = try Probe(["--hang", "--hurry"])
        #expect(probe.nextLine() == "started")
        probe.send(SIGTERM)
        #expect(probe.nextLine() == "part stops")
        #expect(probe.nextLine() == nil)
        #expect(probe.status() == .exit(1))
    }

    @Test("reloads at SIGHUP, and lives on after SIGPIPE")
    func others() throws {
        let probe = try Probe()
        #expect(probe.nextLine() == "started")
        probe.send(SIGPIPE)
        for _ in 0..<3 {
            probe.send(SIGHUP)
            #expect(probe.nextLine() == "reloaded")
        }
        probe.send(SIGTERM)
        #expect(probe.nextLine() == "part stops")
        #expect(probe.nextLine() == "stopped by signal \(SIGTERM)")
        #expect(probe.status() == .exit(0))
    }
}

/// The program `lifecycle-probe` in a process of its own.
private final class Probe {
    enum Status: Equatable {
        case exit(Int32)
        case signal(Int32)
    }

    private let process: Process
    private let output: Pipe
    private var pending: [UInt8] = []

    init(_ arguments: [String] = []) throws {
        // It is built beside the program that runs the tests.
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        (process, output) = try Process.start { process in
            process.executableURL = URL(fileURLWithPath: tests)
                .deletingLastPathComponent().appendingPathComponent("lifecycle-probe")
            process.arguments = arguments
            let output = Pipe()
            process.standardOutput = output
            return output
        }
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    func send(_ signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// The next line it prints, nil at the end of its output.
    func nextLine() -> String? {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                defer { pending.removeFirst(end + 1) }
                return String(decoding: pending[..<end], as: UTF8.self)
            }
            let part = output.fileHandleForReading.availableData
            if part.isEmpty { return nil }
            pending += part
        }
    }

    /// How it ended, when it has.
    func status() -> Status {
        process.waitUntilExit()
        return process.terminationReason == .exit
            ? .exit(process.terminationStatus) : .signal(process.terminationStatus)
    }
}
