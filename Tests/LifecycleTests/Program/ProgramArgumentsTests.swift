import Testing

@testable import Lifecycle

@Suite("The arguments of a program")
struct ProgramArgumentsTests {
    @Test("say what it is to do")
    func good() throws {
        #expect(try ProgramArguments([]) == .run(file: nil))
        #expect(try ProgramArguments(["--config", "a"]) == .run(file: "a"))
        #expect(try ProgramArguments(["--help"]) == .help)
        #expect(try ProgramArguments(["--config", "a", "--version"]) == .version)
        for arguments in [
            ["--print-config", "--config", "a"], ["--config", "a", "--print-config"],
        ] {
            #expect(try ProgramArguments(arguments) == .printConfiguration(file: "a"))
        }
    }

    @Test(
        "are refused if they are unknown, doubled, or without their value",
        arguments: [
            (["--verbose"], #"unknown argument "--verbose""#), ([""], #"unknown argument """#),
            (["--config"], "--config needs the path of a file"),
            (["--config", ""], "--config needs the path of a file"),
            (["--config", "a", "--config", "b"], "--config is given twice"),
            (["--help", "--version"], "--help and --version do not go together"),
        ]
    )
    func bad(arguments: [String], reason: String) {
        #expect(throws: ProgramArguments.Fault(reason: reason)) {
            _ = try ProgramArguments(arguments)
        }
    }
}
