import Testing

@testable import Lifecycle

@Suite("A secret")
struct SecretTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("is shown by nothing that prints what holds it")
    func masked() throws {
        let loaded = try SampleConfiguration.load(["S_PEPPER": "swordfish"])
        var dumped = ""
        dump(loaded, to: &dumped)
        let texts = [
            dumped, "\(loaded)", String(reflecting: loaded), loaded.describeEffective(),
            "\(loaded.value.password)", String(reflecting: loaded.value.pepper),
        ]
        for text in texts {
            #expect(!text.contains("hunter2") && !text.contains("swordfish"), "\(text)")
            #expect(text.contains("(secret)"))
        }
        #expect(loaded.value.pepper?.revealed == "swordfish")
    }

    @Test("is not shown by the sources it is in")
    func sources() {
        let sources = ConfigurationSources(
            prefix: "S_",
            environment: ["S_PASSWORD": "hunter2"],
            file: ConfigurationFile(path: "a.conf", contents: Array("password = hunter3".utf8))
        )
        let reader = ConfigurationReader(sources)
        var dumped = ""
        dump(reader, to: &dumped)
        for text in ["\(sources)", String(reflecting: sources), "\(reader)", dumped] {
            #expect(!text.contains("hunter"))
        }
        #expect(sources.description == "variables S_… and a.conf")
    }

    @Test("may be in a file, less one newline at its end")
    func file() throws {
        let cases = [
            ("hush", "hush"), ("hush\n", "hush"), ("hush\r\n", "hush"), ("hush\n\n", "hush\n"),
            (" hush ", " hush "), (String(repeating: "x", count: 65_536) + "\r\n", nil),
        ]
        for (contents, expected) in cases {
            let path = try folder.write(contents, to: "secret")
            let value = try SampleConfiguration.load(["S_PEPPER_FILE": path]).value
            #expect(value.pepper?.revealed == expected ?? String(repeating: "x", count: 65_536))
        }
        let path = try folder.write("hush", to: "secret")
        let loaded = try SampleConfiguration.load(file: "pepper_file = \(path)")
        #expect(loaded.value.pepper?.revealed == "hush")
        #expect(loaded.describeEffective().contains("pepper = (secret) (a.conf:1)"))
    }

    @Test("in the environment wins over one in the configuration file, in either way")
    func precedence() throws {
        let path = try folder.write("hush", to: "secret")
        let byFile = try SampleConfiguration.load(["S_PEPPER_FILE": path], file: "pepper = no")
        #expect(byFile.value.pepper?.revealed == "hush")
        let plain = try SampleConfiguration.load(["S_PEPPER": "a"], file: "pepper_file = no")
        #expect(plain.value.pepper?.revealed == "a")
    }

    @Test("that cannot be had is a problem that shows nothing of it")
    func problems() throws {
        let long = String(repeating: "hush", count: 16_385)
        let none = folder.path("none")
        let cases = [
            (none, "\"\(none)\" cannot be read: open: No such file or directory"),
            (try folder.write("", to: "0"), "expected a secret of 1 to 65536 bytes"),
            (try folder.write("\n", to: "1"), "expected a secret of 1 to 65536 bytes"),
            (try folder.write("hush\0", to: "2"), "a zero byte in a secret"),
            (try folder.write([0x68, 0xff], to: "3"), "\"\(folder.path("3"))\" is not UTF-8"),
            (
                try folder.write(long, to: "4"),
                "\"\(folder.path("4"))\" cannot be read: it has more than 65538 bytes"
            ),
        ]
        for (path, reason) in cases {
            let error = try #require(throws: ConfigurationError.self) {
                _ = try SampleConfiguration.load(file: "pepper_file = \(path)")
            }
            let texts = error.problems.map { $0.text.replacing(path, with: "") }
            #expect(texts == ["pepper (a.conf:1): \(reason)".replacing(path, with: "")])
            #expect(!"\(error)".contains("hush"))
        }
        let error = try #require(throws: ConfigurationError.self) {
            _ = try SampleConfiguration.load(["S_PEPPER": long])
        }
        #expect(!"\(error)".contains("hush"))
    }
}
