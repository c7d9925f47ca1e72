import Foundation
import TestKit
import Testing

@testable import Telemetry

@Suite("A log line")
struct LogLineTests {
    private static let longest = 16 * 1_024

    private static func line(
        _ message: String,
        level: LogLevel = .info,
        _ fields: LogFields = [:]
    ) -> [UInt8] {
        LogRecord(
            time: UTCTimestamp(milliseconds: 1_772_323_199_042),
            level: level,
            message: message,
            service: "ingest",
            version: "1.2.3",
            fields: fields
        ).line()
    }

    private static func text(_ message: String, _ fields: LogFields = [:]) -> String {
        String(decoding: line(message, fields), as: UTF8.self)
    }

    private static func object(_ line: [UInt8]) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
    }

    @Test("says when, how much it matters, what happened, and who says so")
    func plain() {
        #expect(
            Self.text("listening")
                == #"{"ts":"2026-02-28T23:59:59.042Z","level":"info","msg":"listening","#
                + #""service":"ingest","version":"1.2.3"}"# + "\n"
        )
    }

    @Test("has every field in its place")
    func everyField() throws {
        var fields = LogFields()
        fields.traceID = TraceID("0af7651916cd43dd8448eb211c80319c")
        fields.spanID = SpanID("b7ad6b7169203331")
        fields.requestID = "r-1"
        fields.tenant = "acme"
        fields.route = "/v1/events:batch"
        fields.code = "NOT_FOUND"
        fields.duration = .microseconds(12_345)
        fields.error = LogError(type: "StoreError", sqlState: "23505")
        fields["rows"] = 3
        fields["share"] = 0.5
        fields["is_late"] = true
        fields["kind"] = "spend"
        #expect(
            Self.text("failed", fields)
                == #"{"ts":"2026-02-28T23:59:59.042Z","level":"info","msg":"failed","#
                + #""service":"ingest","version":"1.2.3","#
                + #""trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"b7ad6b7169203331","#
                + #""request_id":"r-1","tenant":"acme","route":"/v1/events:batch","#
                + #""code":"NOT_FOUND","dur_ms":12.345,"#
                + #""err":{"type":"StoreError","sqlstate":"23505"},"#
                + #""rows":3,"share":0.5,"is_late":true,"kind":"spend"}"# + "\n"
        )
    }

    @Test(
        "has a duration in milliseconds",
        arguments: [
            (.zero, "0.000"), (.nanoseconds(999), "0.000"), (.microseconds(1), "0.001"),
            (.seconds(90), "90000.000"), (.seconds(-1), "0.000"),
            (.milliseconds(1_002), "1002.000"), (.seconds(Int64.max), "9000000000000.000"),
        ] as [(Duration, String)]
    )
    func durations(duration: Duration, text: String) {
        var fields = LogFields()
        fields.duration = duration
        #expect(Self.text("a", fields).contains("\"dur_ms\":\(text)}"))
    }

    @Test(
        "has numbers that JSON knows",
        arguments: [
            (.integer(.min), "-9223372036854775808"), (.integer(.max), "9223372036854775807"),
            (.double(0.1), "0.1"), (.double(-0.0), "-0.0"), (.double(1e300), "1e+300"),
            (.double(.leastNonzeroMagnitude), "5e-324"), (.double(.nan), #""NaN""#),
            (.double(.infinity), #""Infinity""#), (.double(-.infinity), #""-Infinity""#),
            (.boolean(false), "false"), (.string(""), #""""#),
        ] as [(LogValue, String)]
    )
    func numbers(value: LogValue, text: String) throws {
        let line = Self.line("a", ["value": value])
        #expect(String(decoding: line, as: UTF8.self).hasSuffix("\"value\":\(text)}\n"))
        #expect(try Self.object(line).count == 6)
    }

    @Test("escapes what JSON does not allow, and nothing else")
    func escapes() {
        let text = Self.text("\u{0}\u{1f}\u{8}\t\n\u{c}\r\"\\/\u{7f}\u{2028}é🙂")
        #expect(text.contains(#""msg":"\u0000\u001f\b\t\n\f\r\"\\/"# + "\u{7f}\u{2028}é🙂\""))
    }

    @Test("gives Python back every string it was made of")
    func pythonAgrees() throws {
        var generator = SeededGenerator(seed: 2_026)
        var texts = (0..<0x180).compactMap(UnicodeScalar.init).map { "a\($0)b" }
        texts += ["\u{2028}\u{2029}\u{feff}", "\u{ffff}\u{10ffff}", "e\u{301}", "\r\n", "👩‍👩‍👧"]
        for _ in 0..<2_000 {
            let length = Int.random(in: 0...40, using: &generator)
            texts.append(Self.randomText(length: length, using: &generator))
        }
        var lines: [UInt8] = []
        for text in texts {
            var fields: LogFields = ["free": .string(text)]
            fields.error = LogError(type: text)
            let line = Self.line(text, fields)
            #expect(line.last == UInt8(ascii: "\n") && line.count { $0 < 0x20 } == 1)
            lines += line
        }
        let program = PythonProgram(
            text: """
                import json, sys
                for line in open(sys.argv[1], encoding="utf-8", newline="\\n"):
                    record = json.loads(line)
                    assert record["msg"] == record["free"] == record["err"]["type"]
                    assert len(record) == 7 and len(record["err"]) == 1
                    print("x" + record["msg"].encode("utf-8").hex())
                """
        )
        let answers = try program.answer(to: lines)
        #expect(answers == texts.map { "x" + Array($0.utf8).hexadecimal })
    }

    // MARK: The limit

    @Test("is whole up to 16 KiB, and cut from there on")
    func limit() throws {
        let overhead = Self.line("").count
        let most = String(repeating: "a", count: Self.longest - overhead)
        let whole = Self.line(most)
        #expect(whole.count == Self.longest)
        #expect(try Self.object(whole)["truncated"] == nil)
        let cut = Self.line(most + "a")
        #expect(cut.count <= Self.longest && cut.count > Self.longest - 8)
        let object = try Self.object(cut)
        #expect(object["truncated"] as? Bool == true)
        #expect(most.hasPrefix(try #require(object["msg"] as? String)))
    }

    @Test("cuts the longest strings, to one length, and leaves the others whole")
    func longestStrings() throws {
        var fields: LogFields = [
            "short": "kept", "long": .string(String(repeating: "b", count: 20_000)),
        ]
        fields.route = String(repeating: "r", count: 2_000)
        let line = Self.line(String(repeating: "a", count: 90_000), fields)
        #expect(line.count <= Self.longest && line.count > Self.longest - 16)
        let object = try Self.object(line)
        let message = try #require(object["msg"] as? String)
        let long = try #require(object["long"] as? String)
        #expect(message.count == long.count && message.count > 6_000)
        #expect((object["route"] as? String)?.count == 2_000)
        #expect(object["short"] as? String == "kept")
    }

    @Test(
        "is cut between characters, whatever they become",
        arguments: 1...8 as ClosedRange<UInt64>
    )
    func cutCharacters(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let message = Self.randomText(
                length: Int.random(in: 2_000...30_000, using: &generator),
                using: &generator
            )
            let other = Self.randomText(
                length: Int.random(in: 0...9_000, using: &generator),
                using: &generator
            )
            let line = Self.line(message, ["other": .string(other)])
            #expect(line.count <= Self.longest)
            #expect(line.count { $0 == UInt8(ascii: "\n") } == 1)
            let object = try Self.object(line)
            let logged = try #require(object["msg"] as? String)
            #expect(message.unicodeScalars.starts(with: logged.unicodeScalars))
            let isWhole = logged == message && object["other"] as? String == other
            #expect(isWhole == (object["truncated"] == nil))
        }
    }

    @Test("fits even if everything in it is as long as it can be")
    func everythingLong() throws {
        let control = String(repeating: "\u{1}", count: 40_000)
        var fields = LogFields()
        fields.traceID = TraceID(high: 1, low: 1)
        fields.spanID = SpanID(bits: 1)
        fields.requestID = control
        fields.tenant = control
        fields.route = control
        fields.code = control
        fields.duration = .seconds(Int64.max)
        fields.error = LogError(type: control, sqlState: control)
        for number in 0..<64 {
            let name = String(repeating: "n", count: 62) + "\(number + 10)"
            fields[name] = number.isMultiple(of: 2) ? .string(control) : .double(-1.1e-300 / 3)
        }
        let line = Self.line(control, level: .warning, fields)
        #expect(line.count <= Self.longest)
        let object = try Self.object(line)
        #expect(object.count == 13 + 64 + 1 && object["truncated"] as? Bool == true)
        #expect((object["code"] as? String)?.isEmpty == false)
    }

    @Test(
        "shares room among strings, the short ones first",
        arguments: [
            ([10, 10], 20, 16_384), ([10, 10], 19, 9), ([1, 100, 100], 101, 50), ([5], 3, 3),
            ([5, 5, 5], -4, 0), ([0, 0, 9], 4, 4), ([], 4, 16_384),
        ] as [([Int], Int, Int)]
    )
    func commonLimit(lengths: [Int], room: Int, limit: Int) {
        #expect(LogRecord.commonLimit(of: lengths, room: room) == limit)
    }

    private static func randomText(
        length: Int,
        using generator: inout SeededGenerator
    ) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<length {
            let bound: UInt32 =
                [0x20, 0x80, 0x800, 0x1_0000, 0x11_0000].randomElement(
                    using: &generator
                ) ?? 0x80
            let value = UInt32.random(in: 0..<bound, using: &generator)
            text.append(UnicodeScalar(value) ?? "\u{fffd}")
        }
        return String(text)
    }
}
