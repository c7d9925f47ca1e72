import TestKit
import Testing

@testable import Lifecycle

@Suite("A configuration file")
struct ConfigurationFileTests {
    private func file(_ text: String) -> ConfigurationFile {
        ConfigurationFile(path: "a.conf", contents: Array(text.utf8))
    }

    private static let lines: [(String, String?)] = [
        ("k = v", "v"), ("k=v", "v"), ("  k\t=\tv  ", "v"), ("k = v\r", "v"), ("k = a b", "a b"),
        ("k = a=b", "a=b"), ("k = v # a comment", "v"), ("k = v\t#", "v"), ("k = v#w", "v#w"),
        ("k = v\\n", "v\\n"), ("k = a \"b\"", "a \"b\""), ("k = é", "é"),
        ("k = \u{301}x", "\u{301}x"),
        ("k = \"\"", ""), ("k = \" v \"", " v "), ("k = \"a # b\"", "a # b"),
        ("k = \"v\" # a comment", "v"), ("k = \"v\"#", "v"),
        ("k = \"é\\t\\n\\\"\\\\\"", "é\t\n\"\\"),
        ("", nil), ("   ", nil), ("# k = v", nil), ("\t#", nil),
    ]

    @Test("has one value on a line, or none", arguments: lines)
    func line(text: String, expected: String?) {
        let file = file(text)
        #expect(file.problems.problems == [])
        #expect(file["k"]?.value == expected)
        #expect(file.entries.count == (expected == nil ? 0 : 1))
    }

    private static let faults: [(String, String)] = [
        ("k", "expected key = value"),
        ("= v", "a key is \(ConfigurationKey.rule)"),
        ("K = v", "a key is \(ConfigurationKey.rule)"),
        ("k-k = v", "a key is \(ConfigurationKey.rule)"),
        ("1k = v", "a key is \(ConfigurationKey.rule)"),
        ("kè = v", "a key is \(ConfigurationKey.rule)"),
        (String(repeating: "k", count: 65) + " = v", "a key is \(ConfigurationKey.rule)"),
        ("k =", "no value: write \"\" for an empty text"),
        ("k = # v", "no value: write \"\" for an empty text"),
        ("k = \"v", "no closing quotation mark"),
        ("k = \"v\\\"", "no closing quotation mark"),
        ("k = \"v\" w", "text after the closing quotation mark"),
        ("k = \"v\"\"", "text after the closing quotation mark"),
        ("k = \"\\x\"", "a backslash may precede only \", \\, n and t"),
        ("k = \"\\", "a backslash may precede only \", \\, n and t"),
        ("k = a\0b", "a control character"),
        ("k = a\u{1b}b", "a control character"),
    ]

    @Test("names the line of a fault, and shows nothing of it", arguments: faults)
    func fault(text: String, reason: String) {
        let file = file("\n" + text + "\n")
        #expect(file.problems.problems.map(\.text) == ["a.conf:2: \(reason)"])
        #expect(file.problems.problems.map(\.kind) == [.unreadable])
        #expect(file.entries.isEmpty)
    }

    @Test("names lines that are not UTF-8, and reads the others")
    func encoding() {
        let bytes = Array("a = 1\nb = ".utf8) + [0xff, 0x0a] + Array("c = 3".utf8)
        let file = ConfigurationFile(path: "a.conf", contents: bytes)
        #expect(file.problems.problems.map(\.text) == ["a.conf:2: not UTF-8"])
        #expect(file.entries.map(\.key) == ["a", "c"])
        #expect(file.entries.map(\.line) == [1, 3])
    }

    @Test("may begin with the mark of UTF-8 and end lines as other systems do")
    func otherSystems() {
        let file = file("\u{feff}a = 1\r\n\r\nb = 2\r\n")
        #expect(file.problems.problems == [])
        #expect(file.entries.map(\.value) == ["1", "2"])
        #expect(file.entries.map(\.line) == [1, 3])
    }

    @Test("gives each key once")
    func duplicates() {
        let file = file("a = 1\nb = 2\na = 3\na = 1\n")
        #expect(
            file.problems.problems.map(\.text) == [
                "a.conf:3: a is given before, on line 1",
                "a.conf:4: a is given before, on line 1",
            ]
        )
        #expect(file["a"]?.value == "1")
    }

    @Test("of some other kind has many faults, of which some are kept")
    func manyFaults() {
        let file = file(String(repeating: "what\n", count: 50_000))
        #expect(file.problems.problems.count == ConfigurationError.most)
        #expect(file.problems.omitted == 50_000 - ConfigurationError.most)
    }

    @Test("is read up to a mebibyte")
    func size() throws {
        let folder = try TemporaryFolder()
        let head = Array("k = v\n#".utf8)
        let full = head + [UInt8](repeating: 0x61, count: ConfigurationFile.longest - head.count)
        let whole = ConfigurationFile(path: try folder.write(full, to: "full.conf"))
        #expect(whole["k"]?.value == "v")
        let path = try folder.write(full + [0x61], to: "long.conf")
        #expect(
            ConfigurationFile(path: path).problems.problems.map(\.text) == [
                "\(path) cannot be read: it has more than 1048576 bytes"
            ]
        )
    }

    @Test("that is none is a problem that names it")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        let cases = [
            (folder.path("none"), "open: No such file or directory"),
            (folder.path(""), "it is not a regular file"),
            ("/dev/zero", "it is not a regular file"),
            ("a\0b", "that is not a path"),
        ]
        for (path, reason) in cases {
            #expect(
                ConfigurationFile(path: path).problems.problems.map(\.text) == [
                    "\(path) cannot be read: \(reason)"
                ]
            )
        }
    }

    @Test("keeps any quoted text as it is", arguments: UInt64(0)..<50)
    func roundTrip(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let text = String(
            String.UnicodeScalarView(
                random.text(withNUL: false).unicodeScalars.filter {
                    $0 == "\n" || $0 == "\t" || $0.value >= 0x20 && $0.value != 0x7f
                }
            )
        )
        var quoted = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        let file = file("k = \"\(quoted)\"")
        #expect(file.problems.problems == [])
        #expect(file["k"].map { Array($0.value.utf8) } == Array(text.utf8))
    }

    @Test("of random bytes is read without an end of the process", arguments: UInt64(0)..<50)
    func randomBytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let marks = Array("k=\"\\#\n\r \t".utf8)
        let bytes = (0..<400).map { _ in
            random.happens(onceIn: 3)
                ? UInt8(truncatingIfNeeded: random.next()) : random.pick(marks)
        }
        let file = ConfigurationFile(path: "a.conf", contents: bytes)
        let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false).count
        #expect(file.entries.count + file.problems.problems.count <= lines)
    }
}
