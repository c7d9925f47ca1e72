import Glibc
import Net
import Testing

@testable import Lifecycle

@Suite("A configuration")
struct ConfigurationTests {
    @Test("has the defaults of its declarations")
    func defaults() throws {
        let value = try SampleConfiguration.load().value
        #expect(value.listenAddress == .loopback(port: 8081))
        #expect(value.workers == 4)
        #expect(value.share == 0.25)
        #expect(!value.isVerbose)
        #expect(value.flushInterval == .milliseconds(10))
        #expect(value.bodyLimit == 1 << 20)
        #expect(value.level == .info)
        #expect(value.peers == [])
        #expect(value.region == "north")
        #expect(value.note == nil)
        #expect(value.password.revealed == "hunter2")
        #expect(value.pepper == nil)
        #expect(value.lifecycle == LifecycleConfiguration())
    }

    @Test("takes values from the file, and rather from the environment")
    func precedence() throws {
        let loaded = try SampleConfiguration.load(
            ["S_WORKERS": "9", "S_LIFECYCLE_STOP_LIMIT": "20s", "S_SHARE": "", "OTHER": "x"],
            file: """
                workers = 7
                share = 0.5
                verbose = true
                lifecycle_endpoint_delay = 1s
                peers = 10.0.0.1:80, unix:/run/a.sock
                """
        )
        #expect(loaded.value.workers == 9)
        // An empty variable is none.
        #expect(loaded.value.share == 0.5)
        #expect(loaded.value.isVerbose)
        #expect(loaded.value.lifecycle.stopLimit == .seconds(20))
        #expect(loaded.value.lifecycle.endpointDelay == .seconds(1))
        #expect(
            loaded.value.peers == [
                .ipv4(address: 0x0a00_0001, port: 80), .unix(path: "/run/a.sock"),
            ]
        )
        #expect(
            loaded.describeEffective() == """
                listen_address = "127.0.0.1:8081" (default)
                workers = "9" (environment S_WORKERS)
                share = "0.5" (a.conf:2)
                verbose = "true" (a.conf:3)
                flush_interval = "10ms" (default)
                body_limit = "1MiB" (default)
                level = "info" (default)
                peers = "10.0.0.1:80,unix:/run/a.sock" (a.conf:5)
                region = "north" (environment S_REGION)
                note is not set
                database_password = (secret) (environment S_DATABASE_PASSWORD)
                pepper is not set
                lifecycle_stop_limit = "20s" (environment S_LIFECYCLE_STOP_LIMIT)
                lifecycle_endpoint_delay = "1s" (a.conf:4)
                """
        )
    }

    @Test("names everything that is wrong at once")
    func allProblems() throws {
        let error = try #require(throws: ConfigurationError.self) {
            _ = try SampleConfiguration.load(
                [
                    "S_WORKERS": "99999999999999999999", "S_FLUSH_INTERVAL": "1.5s",
                    "S_LEVEL": "loud\n", "S_WORKER": "hunter3", "S_XYZ": "1",
                    "S_PEPPER": "hunter4", "S_PEPPER_FILE": "/nowhere",
                ],
                file: """
                    listen_adress = hunter5
                    body_limit = 2GiB
                    hunter6
                    share = nan
                    peers = 127.0.0.1:1,,
                    share = 0.5
                    """,
                isComplete: false
            )
        }
        #expect(
            error.description == """
                the configuration has 14 problems:
                - a.conf:3: expected key = value
                - a.conf:6: share is given before, on line 4
                - workers = "99999999999999999999" (environment S_WORKERS) is out of range: \
                expected a whole number from 1 to 64
                - share = "nan" (a.conf:4): expected a number from 0.0 to 1.0
                - flush_interval = "1.5s" (environment S_FLUSH_INTERVAL): expected a duration \
                such as 250ms, 30s or 5m (ns, us, ms, s, m, h, d) from 1ms to 1m
                - body_limit = "2GiB" (a.conf:2) is out of range: expected a size such as 512KiB \
                or 256MiB (B, KiB, MiB, GiB, TiB) from 1B to 1GiB
                - level = "loud\\n" (environment S_LEVEL): expected one of debug, info, warning
                - peers = "127.0.0.1:1,," (a.conf:5): expected 0 to 3 values separated by commas, \
                each IPv4:port, [IPv6]:port or unix:path
                - region must be given, here or as S_REGION: expected a text of 1 to 16 bytes
                - database_password must be given, here or as S_DATABASE_PASSWORD: expected a \
                secret of 1 to 65536 bytes
                - pepper (environment S_PEPPER): given twice, also by environment S_PEPPER_FILE
                - a.conf:1: unknown key listen_adress; did you mean listen_address?
                - environment: unknown variable "S_WORKER"; did you mean S_WORKERS?
                - environment: unknown variable "S_XYZ"
                """
        )
        #expect(
            error.problems.map(\.kind) == [
                .unreadable, .duplicate, .outOfRange, .malformed, .malformed, .outOfRange,
                .malformed, .malformed, .missing, .missing, .duplicate, .unknown, .unknown,
                .unknown,
            ]
        )
        #expect(error.problems.compactMap(\.key).first == "share")
        // The values of secrets, of unknown keys and of lines that are none.
        #expect(!error.description.contains("hunter"))
    }

    @Test("with one problem says so in the singular")
    func oneProblem() {
        let expected = ConfigurationProblem(
            kind: .malformed,
            key: "verbose",
            text: "verbose = \"yes\" (environment S_VERBOSE): expected true or false"
        )
        #expect {
            _ = try SampleConfiguration.load(["S_VERBOSE": "yes"])
        } throws: { error in
            (error as? ConfigurationError)?.problems == [expected]
                && "\(error)" == "the configuration has a problem:\n- \(expected.text)"
        }
    }

    @Test("with more problems than anyone reads counts the rest")
    func manyProblems() throws {
        let error = try #require(throws: ConfigurationError.self) {
            let lines = (0..<60_000).map { "key_\($0) = 1" }
            _ = try SampleConfiguration.load(file: lines.joined(separator: "\n"))
        }
        #expect(error.problems.count == ConfigurationError.most)
        #expect(error.omitted == 60_000 - ConfigurationError.most)
        #expect(error.description.hasSuffix("\n- and 59900 more"))
        #expect(error.description.hasPrefix("the configuration has 60000 problems:\n"))
    }

    @Test("shows long and odd values shortened and on one line")
    func excerpts() throws {
        let error = try #require(throws: ConfigurationError.self) {
            let value = "a\u{1b}[2J\r\n\u{202e}\"" + String(repeating: "x", count: 10_000)
            _ = try SampleConfiguration.load(["S_VERBOSE": value])
        }
        let text = try #require(error.problems.first?.text)
        #expect(text.utf8.count < 200)
        #expect(text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{202e}" })
    }

    @Test("leaves variables for others alone")
    func foreignVariables() throws {
        let environment = ["S_REGION": "a", "S_DATABASE_PASSWORD": "b", "S_SCRATCH": "c"]
        #expect(throws: ConfigurationError.self) {
            try SampleConfiguration.load(
                from: ConfigurationSources(prefix: "S_", environment: environment)
            )
        }
        let sources = ConfigurationSources(
            prefix: "S_",
            environment: environment,
            ignoring: ["S_SCRATCH"]
        )
        #expect(try SampleConfiguration.load(from: sources).value.region == "a")
    }

    @Test("is read from the file that a variable names, or rather from that of an argument")
    func fileByVariable() throws {
        let folder = try TemporaryFolder()
        let first = try folder.write("region = one\ndatabase_password = p\n", to: "1.conf")
        let second = try folder.write("region = two\ndatabase_password = p\n", to: "2.conf")
        let environment = ["S_CONFIG_FILE": first]
        let byVariable = ConfigurationSources(prefix: "S_", environment: environment)
        #expect(try SampleConfiguration.load(from: byVariable).value.region == "one")
        let byArgument = ConfigurationSources(
            prefix: "S_",
            environment: environment,
            file: second
        )
        let loaded = try SampleConfiguration.load(from: byArgument)
        #expect(loaded.value.region == "two")
        #expect(loaded.describeEffective().contains("region = \"two\" (\(second):1)"))
    }

    @Test("of this process has its environment")
    func processEnvironment() throws {
        let sources = ConfigurationSources.ofProcess(prefix: "PATH")
        #expect(sources.variables["PATH"]?.contains("/") == true)
    }

    @Test("of this process names the variables that are not UTF-8, and shows nothing of them")
    func oddProcessEnvironment() async {
        await #expect(processExitsWith: .success) {
            setVariable("S_REGION", [0x68, 0xff])
            setVariable("S_DATABASE_PASSWORD", Array("hunter2".utf8))
            let error = try #require(throws: ConfigurationError.self) {
                _ = try SampleConfiguration.load(from: .ofProcess(prefix: "S_"))
            }
            #expect(
                error.problems.map(\.text) == [
                    "environment S_REGION: not UTF-8",
                    "region must be given, here or as S_REGION: expected a text of 1 to 16 bytes",
                ]
            )
        }
    }

    @Test("is described from its declarations")
    func help() {
        #expect(
            LifecycleConfiguration.describe() == """
                SEXTANT_CONFIG_FILE may name a file of lines `key = value`; # begins a comment.
                A variable wins over the file, and an empty one counts as none.

                stop_limit  (SEXTANT_STOP_LIMIT)
                    How long an orderly stop may take before the process ends anyway.
                    A duration such as 250ms, 30s or 5m (ns, us, ms, s, m, h, d) from 1s to 1h.
                    Default: 30s

                endpoint_delay  (SEXTANT_ENDPOINT_DELAY)
                    How long requests are still taken after readiness has ended.
                    A duration such as 250ms, 30s or 5m (ns, us, ms, s, m, h, d) from 0s to 10m.
                    Default: 5s
                """
        )
        let help = SampleConfiguration.describe(prefix: "S_")
        #expect(
            help.contains(
                """
                region  (S_REGION)
                    Where it runs.
                    A text of 1 to 16 bytes.
                    Must be given.

                note  (S_NOTE)
                    What the log begins with.
                    A text of 1 to 4096 bytes.
                    May be left out.

                database_password  (S_DATABASE_PASSWORD)
                    What the database asks for.
                    A secret of 1 to 65536 bytes.
                    database_password_file (S_DATABASE_PASSWORD_FILE) may name a file that holds \
                it instead.
                    Must be given.
                """
            )
        )
        #expect(help.components(of: "\n\n").count == 15)
    }

    @Test("whose default is not in its form cannot be loaded")
    func badDefault() {
        #expect {
            _ = try BadDefault.load(from: ConfigurationSources(environment: [:]))
        } throws: { error in
            "\(error)".hasSuffix(
                "- count = \"0\" (default) is out of range: expected a whole number from 1 to 9"
            )
        }
    }

    @Test("that declares a key twice, or one that cannot be, is a mistake of the program")
    func mistakes() async {
        await #expect(processExitsWith: .failure) { _ = Twice.describe() }
        await #expect(processExitsWith: .failure) { _ = OddKey.describe() }
    }

    private struct BadDefault: Configurable {
        init(from reader: inout ConfigurationReader) {
            _ = reader.value("count", .integer(in: 1...9), default: 0, "How many.")
        }
    }

    private struct Twice: Configurable {
        init(from reader: inout ConfigurationReader) {
            _ = reader.optional("a_file", .boolean, "What.")
            _ = reader.optionalSecret("a", "What.")
        }
    }

    private struct OddKey: Configurable {
        init(from reader: inout ConfigurationReader) {
            _ = reader.optional("a-b", .boolean, "What.")
        }
    }
}

/// Changes the environment of this process, to any bytes.
private func setVariable(_ name: String, _ value: [UInt8]) {
    let text = value.map { CChar(bitPattern: $0) } + [0]
    // The text ends in a zero, and is copied.
    _ = unsafe setenv(name, text, 1)
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
