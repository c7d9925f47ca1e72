import TestMessages
import Testing

@testable import Wire

@Suite("Fields that text outside of JSON is bound to")
struct FieldPathTests {
    private static let schema = TestingV1.PlotLineRequest.schema

    private func json(_ parts: [(String, String)]) throws -> String {
        var message = OutputBuffer()
        for (name, text) in parts {
            let path = try #require(FieldPath(name.split(separator: "."), in: Self.schema))
            try path.append(text, options: JSONOptions(), to: &message)
        }
        let text = try Self.schema.json(of: SharedBytes(adopting: message))
        return String(repairing: text.bytes)
    }

    @Test("take text as JSON would, the last of single ones counts, and lists grow")
    func append() throws {
        #expect(
            try json([
                ("count", "1"), ("scale.labels", "a\"b"), ("count", "-2"), ("start", "7"),
                ("scale.step", "1e3"), ("scale.labels", ""), ("direction", "1"),
                ("since", "2026-01-02T00:00:00Z"),
            ])
                == #"{"start":"7","count":-2,"direction":"DIRECTION_RISING","#
                + #""scale":{"step":1000,"labels":["a\"b",""]},"since":"2026-01-02T00:00:00Z"}"#
        )
        #expect(try json([("direction", "DIRECTION_FALLING")]).contains("FALLING"))
    }

    @Test(
        "refuse what they cannot hold, by their names",
        arguments: [
            ("count", "x", CodecError.Rule.wrongType), ("count", "1.5", .outOfRange),
            ("scale", "{}", .wrongType), ("scale.step", "\"1\"", .wrongType),
            ("direction", "1,2", .unknownEnumValue), ("since", "", .invalidWellKnownType),
        ]
    )
    func refuse(name: String, text: String, rule: CodecError.Rule) throws {
        let error = #expect(throws: CodecError.self) { _ = try json([(name, text)]) }
        #expect(error?.rule == rule && error?.fieldPath == name)
    }

    @Test("are found by either name, and not below what is no message")
    func find() {
        let schema = TestingV1.Job.schema
        #expect(FieldPath(["progressText"], in: schema)?.text == "progress_text")
        #expect(FieldPath(["result", "last", "title"], in: schema)?.text == "result.last.title")
        for names in [["none"], ["name", "x"], ["created_at", "seconds"], []] as [[String]] {
            #expect(FieldPath(names, in: schema) == nil, "\(names)")
        }
    }
}

@Suite("JSON for strangers")
struct JSONForStrangersTests {
    private typealias Request = TestingV1.PlotLineRequest

    @Test(
        "refuses integers beyond 2^53 that are not in quotes, if asked to",
        arguments: [
            ("9007199254740992", true), ("9007199254740993", false), ("-9007199254740992", true),
            ("-9007199254740993", false), ("\"9007199254740993\"", true), ("1e16", false),
        ]
    )
    func inexact(number: String, isTaken: Bool) throws {
        let json = #"{"start":\#(number)}"#
        let strict = JSONOptions(refusesInexactIntegers: true)
        #expect(throws: Never.self) { _ = try Request(json: json) }
        let taken = (try? Request(json: json, options: strict)) != nil
        #expect(taken == isTaken)
    }

    @Test("has short names for the values of enums, if asked to, and reads both")
    func shortNames() throws {
        let options = JSONOptions(usesShortEnumNames: true)
        for name in ["falling", "DIRECTION_FALLING"] {
            let request = try Request(json: #"{"direction":"\#(name)"}"#, options: options)
            #expect(request.direction == .falling)
            #expect(try request.jsonText(options: options) == #"{"direction":"falling"}"#)
        }
        #expect(throws: CodecError.self) { _ = try Request(json: #"{"direction":"falling"}"#) }
        let names = [
            ("DIRECTION_RISING", "a.b.Direction", "rising"), ("OTHER", "a.Direction", "other"),
            ("TWO_WORDS_ON", "a.TwoWords", "on"), ("KIND_", "a.Kind", "kind_"),
        ]
        for (name, fullName, short) in names {
            #expect(EnumNames.shortName(of: name, in: fullName) == short)
        }
    }
}
