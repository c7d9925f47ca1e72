import Testing

@testable import Telemetry

@Suite("The fields of a log record")
struct LogFieldsTests {
    @Test("are found by their names, in the order they were set")
    func free() {
        var fields: LogFields = ["b": 1, "a": "x"]
        fields["c"] = true
        fields["b"] = 2
        #expect(fields.free.map(\.name) == ["b", "a", "c"])
        #expect(fields["b"] == 2 && fields["a"] == "x" && fields["d"] == nil)
        fields["b"] = nil
        fields["d"] = nil
        #expect(fields.free.map(\.name) == ["a", "c"])
        #expect(["a": "\(1)"] as LogFields == ["a": "1"])
    }

    @Test(
        "have names of letters, digits, points and underscores, apart from the record's own",
        arguments: [
            ("rows_read.v2", "rows_read.v2"), ("a b\"\n", "a_b__"), ("é", "__"), ("", ""),
            ("ts", "ts_"), ("err", "err_"), ("truncated", "truncated_"), ("msg", "msg_"),
            (String(repeating: "n", count: 65), String(repeating: "n", count: 64)),
        ]
    )
    func names(given: String, kept: String) {
        var fields = LogFields()
        fields[given] = 1
        #expect(fields.free.map(\.name) == [kept])
        #expect(fields[given] == 1)
        fields[given] = 2
        #expect(fields.free.count == 1)
    }

    @Test("are at most 64 beside the record's own; one more marks the record")
    func limit() {
        var fields = LogFields()
        for number in 0..<64 { fields["f\(number)"] = 1 }
        fields["f0"] = 2
        #expect(!fields.hasLostFields)
        fields["f64"] = 1
        #expect(fields.hasLostFields && fields.free.count == 64 && fields["f64"] == nil)
        #expect(LogFields().merging(fields).hasLostFields)
        let sink = CollectingLogSink()
        Logger(service: "a", version: "1", sink: sink).info("b", fields)
        #expect(sink.lines[0].hasSuffix(#","f63":1,"truncated":true}"#))
    }

    @Test("of a record count before those of its logger")
    func merging() throws {
        var ofLogger: LogFields = ["a": 1, "b": 1]
        ofLogger.tenant = "acme"
        ofLogger.route = "/a"
        ofLogger.traceID = TraceID(high: 1, low: 1)
        ofLogger.spanID = SpanID(bits: 1)
        var ofRecord: LogFields = ["b": 2, "c": 2]
        ofRecord.route = "/b"
        ofRecord.code = "OK"
        ofRecord.requestID = "r"
        ofRecord.duration = .seconds(1)
        ofRecord.error = LogError(type: "E")
        let merged = ofLogger.merging(ofRecord)
        #expect(merged.tenant == "acme" && merged.route == "/b" && merged.code == "OK")
        #expect(merged.requestID == "r" && merged.duration == .seconds(1))
        #expect(merged.error == LogError(type: "E"))
        #expect(merged["a"] == 1 && merged["b"] == 2 && merged["c"] == 2)
        #expect(merged.traceID == ofLogger.traceID && merged.spanID == ofLogger.spanID)
        #expect(ofLogger.merging([:]) == ofLogger)
        // A span of one trace does not stand beside another trace.
        ofRecord.traceID = TraceID(high: 2, low: 2)
        #expect(ofLogger.merging(ofRecord).spanID == nil)
    }

    @Test("name an error by its type, and never say what it says")
    func errors() {
        struct SecretError: Error {
            let secret = "hunter2"
        }
        let error = LogError(SecretError(), sqlState: "42501")
        #expect(error == LogError(type: "SecretError", sqlState: "42501"))
    }
}
