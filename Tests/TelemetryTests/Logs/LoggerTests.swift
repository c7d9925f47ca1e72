import Synchronization
import Testing

@testable import Telemetry

@Suite("A logger")
struct LoggerTests {
    private let sink = CollectingLogSink()

    private func logger(_ level: LogLevel) -> Logger {
        Logger(service: "mmm", version: "2", level: level, sink: sink) {
            UTCTimestamp(milliseconds: 0)
        }
    }

    @Test("makes records that matter enough, and no others", arguments: LogLevel.allCases)
    func levels(level: LogLevel) {
        let logger = logger(level)
        let evaluated = Atomic<Int>(0)
        func message(_ text: String) -> String {
            evaluated.add(1, ordering: .relaxed)
            return text
        }
        logger.debug(message("a"))
        logger.info(message("b"))
        logger.warning(message("c"))
        logger.error(message("d"))
        let expected = LogLevel.allCases.filter { $0 >= level }
        #expect(evaluated.load(ordering: .relaxed) == expected.count)
        #expect(
            sink.lines
                == expected.map {
                    #"{"ts":"1970-01-01T00:00:00.000Z","level":"\#($0.text)","#
                        + #""msg":"\#(["a", "b", "c", "d"][$0.rawValue])","#
                        + #""service":"mmm","version":"2"}"#
                }
        )
    }

    @Test("reads its level from a text", arguments: LogLevel.allCases)
    func levelText(level: LogLevel) {
        #expect(LogLevel(level.text) == level)
        #expect(LogLevel("") == nil && LogLevel("INFO") == nil && LogLevel("warning") == nil)
    }

    @Test("is a value: a copy with more fields leaves the original alone")
    func copies() throws {
        let logger = logger(.info)
        let context = TraceContext(
            traceID: try #require(TraceID(high: 1, low: 2)),
            spanID: try #require(SpanID(bits: 3))
        )
        let ofRequest = logger.with(context).with(["rows": 1])
        ofRequest.info("a", ["rows": 2])
        logger.info("b")
        #expect(sink.lines[0].contains(#""trace_id":"00000000000000010000000000000002""#))
        #expect(sink.lines[0].contains(#""span_id":"0000000000000003""#))
        #expect(sink.lines[0].hasSuffix(#","rows":2}"#))
        #expect(sink.lines[1].hasSuffix(#""msg":"b","service":"mmm","version":"2"}"#))
    }

    @Test("has a collecting sink that keeps only so many lines")
    func collecting() {
        let sink = CollectingLogSink(maximumLines: 2)
        let logger = Logger(service: "a", version: "1", sink: sink)
        for _ in 0..<5 { logger.info("b") }
        #expect(sink.lines.count == 2 && sink.droppedLines == 3)
    }
}
