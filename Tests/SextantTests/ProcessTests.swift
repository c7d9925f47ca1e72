import Foundation
import Glibc
import Net
import Testing

@testable import Command

@Suite("Programs that the command runs", .timeLimit(.minutes(5)))
struct ProcessTests {
    @Test("give their output and their status; a signal counts 128 more")
    func output() throws {
        let call = ProgramCall(path: "/bin/sh", arguments: ["-c", "cat; echo two >&2; exit 3"])
        let output = try ChildProcess.run(call, input: "one\n")
        #expect(output.status == 3 && output.text == "one\ntwo\n")
        let killed = try ChildProcess.run(
            ProgramCall(path: "/bin/sh", arguments: ["-c", "kill -9 $$"])
        )
        #expect(killed.status == 137 && killed.text == "")
    }

    @Test("have nothing of the command's open, nor any variable of ours")
    func surroundings() throws {
        // The texts end in NUL; no other test reads the variable.
        unsafe setenv("SEXTANT_PROCESS_TESTS", "x", 1)
        defer { unsafe unsetenv("SEXTANT_PROCESS_TESTS") }
        let open = try Descriptor("open", unsafe open("/dev/null", O_RDONLY | O_CLOEXEC))
        #expect(open.number > 2)
        let call = ProgramCall(path: "/bin/sh", arguments: ["-c", "ls /proc/$$/fd; env"])
        let lines = try ChildProcess.run(call).text.split(separator: "\n")
        #expect(lines.filter { Int($0) != nil } == ["0", "1", "2"])
        #expect(!lines.contains { $0.hasPrefix("SEXTANT_") })
        #expect(lines.contains { $0.hasPrefix("PATH=") })
    }

    @Test("that are not there are named")
    func missing() {
        #expect(throws: (any Error).self) {
            try ChildProcess.run(ProgramCall(path: "/nowhere/nothing"))
        }
    }

    private static func daemon(_ folder: TemporaryFolder) -> Daemon {
        Daemon(
            name: "part",
            lockFile: folder.path + "/part.pid",
            logFile: folder.path + "/part.log",
            stopSignal: SIGTERM
        )
    }

    @Test("run on, are found again, run once, and stop with all whom they have started")
    func daemon() throws {
        let folder = try TemporaryFolder()
        let daemon = Self.daemon(folder)
        #expect(try daemon.running() == nil)
        let call = ProgramCall(
            path: "/bin/sh",
            arguments: ["-c", "sleep 1000 & echo ready; trap 'kill $!; exit 0' TERM; wait"]
        )
        let child = try daemon.start(call)
        try daemon.awaitReady(child, within: .seconds(60)) { daemon.lastLines() == ["ready"] }
        #expect(try daemon.running() == child.identifier)
        do {
            _ = try daemon.start(call)
            Issue.record("it runs twice")
        } catch Daemon.Fault.isRunning(let process) {
            #expect(process == child.identifier)
        }
        #expect(try daemon.stop(within: .seconds(60)))
        #expect(try daemon.running() == nil)
        #expect(try child.waitForEnd() == 0)
    }

    @Test("that do not end when they are asked are killed, and so are those they have started")
    func killed() throws {
        let folder = try TemporaryFolder()
        let daemon = Self.daemon(folder)
        let child = try daemon.start(
            ProgramCall(
                path: "/bin/sh",
                arguments: [
                    "-c", "trap '' TERM; sleep 1000 & echo ready; while true; do wait; done",
                ]
            )
        )
        try daemon.awaitReady(child, within: .seconds(60)) { daemon.lastLines() == ["ready"] }
        #expect(try !daemon.stop(within: .milliseconds(100)))
        #expect(try daemon.running() == nil)
        #expect(try child.waitForEnd() == 137)
    }

    @Test("that end before they are ready are told by their status, and by what they said last")
    func ended() throws {
        let folder = try TemporaryFolder()
        let daemon = Self.daemon(folder)
        let child = try daemon.start(
            ProgramCall(path: "/bin/sh", arguments: ["-c", "seq 20; exit 4"])
        )
        do {
            try daemon.awaitReady(child, within: .seconds(60)) { false }
            Issue.record("it is ready")
        } catch Daemon.Fault.ended(let status) {
            #expect(status == 4)
        }
        #expect(daemon.lastLines(3) == ["18", "19", "20"])
    }

    @Test("that hold a port are named")
    func ports() throws {
        let listener = try ListeningSocket(address: .loopback(port: 0), backlog: 1)
        let port = try #require(listener.boundAddress.port)
        let holder = try #require(PortHolder.of(port: port))
        #expect(holder.process == getpid())
        #expect("\(holder)".hasPrefix("process \(getpid()) ("))
        let terminal = Terminal(json: false, isPlain: true, isQuiet: true)
        let failure = #expect(throws: CommandFailure.self) {
            try FreePort.find(
                port,
                isFixed: true,
                besides: [],
                for: "the edge",
                option: "--port",
                terminal
            )
        }
        #expect(failure?.what == "port \(port) for the edge is taken")
        #expect(failure?.cause == "held by \(holder)")
        let other = try FreePort.find(
            port,
            isFixed: false,
            besides: [],
            for: "the edge",
            option: "--port",
            terminal
        )
        #expect(other > port && PortHolder.of(port: other) == nil)
    }

    @Test("have logs that are cut when they grow too long, and added to from their start")
    func logs() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/log"
        #expect(try !LogFile.keepShort(path))
        try FileSystem.append(path, Array("first\n".utf8))
        #expect(try !LogFile.keepShort(path))
        #expect(unsafe truncate(path, LogFile.longest + 1) == 0)
        #expect(try LogFile.keepShort(path))
        #expect(FileSystem.size(path) == 0 && FileSystem.size(path + ".1") == LogFile.longest + 1)
        try FileSystem.append(path, Array("next\n".utf8))
        #expect(LogFile.lastLines(of: path, 5) == ["next"])
    }
}
