import Foundation
import Testing

@testable import Telemetry

@Suite("The sink of standard output", .timeLimit(.minutes(5)))
struct StandardOutputSinkTests {
    private static let noon = UTCTimestamp(milliseconds: 43_200_000)

    private static func sink(
        on descriptor: Int32,
        maximumLines: Int = 100_000,
        maximumBytes: Int = 64 << 20
    ) throws -> StandardOutputSink {
        try StandardOutputSink(
            service: "a",
            version: "1",
            descriptor: descriptor,
            queue: LogQueue(maximumLines: maximumLines, maximumBytes: maximumBytes),
            now: { noon }
        )
    }

    private static func line(_ text: String) -> [UInt8] {
        Array(text.utf8) + [UInt8(ascii: "\n")]
    }

    private static func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static func report(_ drops: Int) -> String {
        #"{"ts":"1970-01-01T12:00:00.000Z","level":"warn","msg":"log lines were dropped","#
            + #""service":"a","version":"1","dropped":\#(drops)}"#
    }

    @Test("writes whole lines of many threads, each thread's in order, before it stops")
    func threads() throws {
        let pipe = TestPipe()
        let sink = try Self.sink(on: pipe.writeEnd)
        let output = TestPipe.output(of: pipe.readEnd) {
            onThreads(8) { thread in
                for count in 0..<1_000 { sink.take(Self.line("\(thread) \(count)")) }
            }
            #expect(sink.stop())
            #expect(sink.stop())
            close(pipe.writeEnd)
        }
        let lines = Self.lines(output)
        #expect(lines.count == 8_000 && sink.droppedLines == 0)
        for thread in 0..<8 {
            let own = lines.filter { $0.hasPrefix("\(thread) ") }
            #expect(own == (0..<1_000).map { "\(thread) \($0)" })
        }
    }

    @Test("drops what finds the queue full, and says so in a later line", arguments: [true, false])
    func fullQueue(isFullOfLines: Bool) {
        let pipe = TestPipe()
        let queue =
            isFullOfLines
            ? LogQueue(maximumLines: 3, maximumBytes: 1_000)
            : LogQueue(maximumLines: 1_000, maximumBytes: 7)
        for text in ["a", "b", "c", "d", "e"] { queue.append(Self.line(text)) }
        #expect(queue.droppedLines == 2)
        #expect(!queue.stop(within: .zero))
        queue.append(Self.line("f"))
        #expect(queue.droppedLines == 3 && !queue.isFinished)
        var writer = LogWriter(
            service: "a",
            version: "1",
            descriptor: pipe.writeEnd,
            queue: queue,
            now: { Self.noon }
        )
        writer.run()
        #expect(queue.stop(within: .zero))
        close(pipe.writeEnd)
        let lines = Self.lines(TestPipe.readAll(pipe.readEnd))
        #expect(lines == ["a", "b", "c", Self.report(3)])
    }

    @Test("reports each drop once, and goes on")
    func reportsOnce() throws {
        let pipe = TestPipe()
        let sink = try Self.sink(on: pipe.writeEnd, maximumBytes: 4)
        sink.take(Self.line("too long"))
        sink.take(Self.line("a"))
        let expected = Self.line("a") + Self.line(Self.report(1))
        var output: [UInt8] = []
        while output.count < expected.count {
            output += try #require(TestPipe.read(pipe.readEnd, upTo: 1_000))
        }
        #expect(output == expected)
        sink.take(Self.line("b"))
        #expect(sink.stop(within: .seconds(100)))
        close(pipe.writeEnd)
        #expect(TestPipe.readAll(pipe.readEnd) == Self.line("b"))
    }

    @Test("does not make its callers wait for a reader, nor its stop for longer than it is told")
    func absentReader() throws {
        let pipe = TestPipe()
        let sink = try Self.sink(on: pipe.writeEnd, maximumBytes: 300_000)
        let long = Self.line(String(repeating: "x", count: 9_999))
        for _ in 0..<1_000 { sink.take(long) }
        // The pipe takes 64 KiB, what is written 300,000 bytes, and the queue as much again.
        #expect(sink.droppedLines >= 900)
        #expect(!sink.stop(within: .milliseconds(1)))
        let output = TestPipe.output(of: pipe.readEnd) {
            #expect(sink.stop(within: .seconds(100)))
            close(pipe.writeEnd)
        }
        let lines = Self.lines(output)
        let whole = lines.filter { $0.utf8.count == 9_999 }
        #expect(whole.count + sink.droppedLines == 1_000)
        let reported = lines.filter { $0.hasPrefix("{") }
        #expect(whole.count + reported.count == lines.count && !reported.isEmpty)
        #expect(lines.last?.hasPrefix("{") == true)
    }

    @Test("outlives a broken pipe, and counts what is lost")
    func brokenPipe() throws {
        let pipe = TestPipe()
        close(pipe.readEnd)
        let sink = try Self.sink(on: pipe.writeEnd)
        for number in 0..<100 { sink.take(Self.line("\(number)")) }
        #expect(sink.stop(within: .seconds(100)))
        #expect(sink.droppedLines == 100)
        sink.take(Self.line("late"))
        #expect(sink.droppedLines == 101)
        close(pipe.writeEnd)
    }

    @Test("writes to standard output what a logger makes")
    func standardOutput() async throws {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardOutputContent]
        ) {
            let sink = try StandardOutputSink(service: "a", version: "1")
            let logger = Logger(service: "a", version: "1", sink: sink) {
                UTCTimestamp(milliseconds: 0)
            }
            for number in Int64(0)..<3 { logger.info("counted", ["number": .integer(number)]) }
            precondition(sink.stop() && sink.droppedLines == 0)
        }
        let lines = Self.lines(try #require(result).standardOutputContent)
        let own = lines.filter { $0.hasPrefix(#"{"ts":"1970-01-01T00:00:00.000Z""#) }
        #expect(own.count == 3 && own.last?.hasSuffix(#""number":2}"#) == true)
    }

    @Test("writes to an output that does not block")
    func nonBlocking() throws {
        let pipe = TestPipe()
        // Nothing is written through a pointer here.
        #expect(fcntl(pipe.writeEnd, F_SETFL, O_NONBLOCK) == 0)
        let sink = try Self.sink(on: pipe.writeEnd)
        let long = Self.line(String(repeating: "y", count: 999))
        for _ in 0..<1_000 { sink.take(long) }
        let output = TestPipe.output(of: pipe.readEnd) {
            #expect(sink.stop(within: .seconds(100)))
            close(pipe.writeEnd)
        }
        #expect(output.count == 1_000_000)
        #expect(sink.droppedLines == 0)
    }

    @Test("begins a new line after one that could not be finished")
    func halfLine() throws {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "sextant-\(UUID().uuidString)").path
        #expect(unsafe mkfifo(path, 0o600) == 0)  // the path ends in NUL
        defer { unsafe unlink(path) }  // so does this
        // The first reader goes away when the writer has begun, and another comes later.
        let first = Self.opened(path, O_RDONLY | O_NONBLOCK)
        let writeEnd = Self.opened(path, O_WRONLY)
        #expect(fcntl(first, F_SETFL, 0) == 0)
        let sink = try Self.sink(on: writeEnd)
        // Twelve lines: more than a pipe takes, whose end is within the seventh.
        let long = Self.line(String(repeating: "z", count: 9_999))
        let both = (0..<12).reduce(into: [UInt8]()) { all, _ in all += long }
        sink.take(both)
        #expect(TestPipe.read(first, upTo: 1) == [UInt8(ascii: "z")])
        close(first)
        while sink.droppedLines == 0 { sched_yield() }
        let second = Self.opened(path, O_RDONLY | O_NONBLOCK)
        #expect(fcntl(second, F_SETFL, 0) == 0)
        let output = TestPipe.output(of: second) {
            sink.take(Self.line("whole"))
            #expect(sink.stop(within: .seconds(100)))
            close(writeEnd)
        }
        let lines = Self.lines(output)
        #expect(lines.suffix(2) == ["whole", Self.report(sink.droppedLines)])
        #expect(lines.dropLast(2).allSatisfy { $0.allSatisfy { $0 == "z" } })
        let written = lines.filter { $0.utf8.count == 9_999 }.count
        // Of the first line its first byte was read before.
        #expect(sink.droppedLines >= 12 - written - 1 && sink.droppedLines <= 12)
    }

    private static func opened(_ path: String, _ flags: Int32) -> Int32 {
        // The path ends in NUL.
        unsafe open(path, flags | O_CLOEXEC)
    }
}
