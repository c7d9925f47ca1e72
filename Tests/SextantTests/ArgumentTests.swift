import Testing

@testable import Command

@Suite("Arguments of the command")
struct ArgumentTests {
    private static let options = [
        Option(name: "--port", short: "-p", value: "PORT", meaning: "A port."),
        Option(name: "--scope", value: "SCOPE", isRepeated: true, meaning: "A scope."),
        Option(name: "--yes", meaning: "That it is meant."),
    ]

    private static func parse(_ arguments: String...) throws -> ParsedArguments {
        try ParsedArguments(arguments[...], options, of: "try")
    }

    @Test("are told apart: words, options with and without values, and what follows two dashes")
    func apart() throws {
        let parsed = try Self.parse(
            "a",
            "--port",
            "1",
            "--yes",
            "-",
            "--scope=x=y",
            "--scope",
            "z",
            "--",
            "--port"
        )
        #expect(parsed.words == ["a", "-", "--port"])
        #expect(try parsed.number("--port", in: 1...9) == 1 && parsed.has("--yes"))
        #expect(parsed.all("--scope") == ["x=y", "z"] && parsed.value("--scope") == "x=y")
        #expect(try Self.parse("-p", "7").value("--port") == "7")
        #expect(try !Self.parse().has("--yes"))
    }

    @Test(
        "that mean nothing are named, and what says more",
        arguments: [
            (["--nothing"], "try has no option --nothing"), (["--port"], "--port needs PORT"),
            (["--port", "1", "-p", "2"], "--port is given twice"),
            (["--yes=1"], "--yes takes no value"),
        ]
    )
    func refused(_ arguments: [String], _ what: String) {
        let failure = #expect(throws: CommandFailure.self) {
            try ParsedArguments(arguments[...], Self.options, of: "try")
        }
        #expect(failure?.what == what && failure?.next == "sextant help try")
        #expect(failure?.status == 2)
    }

    @Test("that are numbers are in their range", arguments: ["0", "10", "1.0", "-1", "one"])
    func numbers(_ text: String) throws {
        let parsed = try Self.parse("--port=\(text)")
        let failure = #expect(throws: CommandFailure.self) {
            try parsed.number("--port", in: 1...9)
        }
        #expect(failure?.what == "--port is \(text): expected a whole number from 1 to 9")
    }

    @Test("name one command each, whose help says all of its options")
    func commands() {
        let commands = SextantCommand.subcommands
        #expect(Set(commands.map(\.name)).count == commands.count)
        for command in commands {
            #expect(command.help.hasPrefix("usage: sextant \(command.name)"))
            let names = command.options.map(\.name) + Subcommand.shared.map(\.name)
            #expect(Set(names).count == names.count, "\(command.name)")
            for option in command.options { #expect(command.help.contains(option.meaning)) }
            #expect(command.summary.hasSuffix("."))
        }
    }
}
