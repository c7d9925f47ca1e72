internal import Glibc
internal import Net
internal import Platform

/// The `sextant` command.
public enum SextantCommand {
    /// All that it does, in the order of its help.
    static let subcommands: [Subcommand] =
        [.up, .down, .status, .logs, .doctor, .migrate] + Subcommand.measurements
        + Subcommand.tenants + Subcommand.keys
        + Subcommand.imports + Subcommand.rejected + Subcommand.taxonomy + Subcommand.quality
        + Subcommand.definitions + Subcommand.attribution + Subcommand.journeys
        + Subcommand.comparison + Subcommand.runs + Subcommand.mixModels + Subcommand.calibrations
        + Subcommand.mixResults + Subcommand.mixBudgets
        + [.simulate, .taskList, .taskRun, .call, .secrets, .probe, .serve]

    /// Runs the command that the arguments ask for, and exits as it went.
    public static func main() async -> Never {
        exit(await run(Array(CommandLine.arguments.dropFirst())))
    }

    /// Runs a command.
    ///
    /// - Parameter arguments: without the program's own name.
    /// - Returns: what to exit with: 0, 1, or 2 if the arguments mean nothing.
    static func run(_ arguments: [String]) async -> Int32 {
        if arguments.first == "--version" || arguments.first == "version" {
            terminal().print("sextant \(Release.version)")
            return 0
        }
        if arguments.isEmpty || arguments == ["--help"] || arguments == ["-h"] {
            terminal().print(help)
            return arguments.isEmpty ? 2 : 0
        }
        if arguments.first == "help" { return help(of: Array(arguments.dropFirst())) }
        guard let subcommand = find(arguments) else {
            terminal().report(
                .usage("there is no command \(arguments.prefix(2).joined(separator: " "))")
            )
            return 2
        }
        return await run(subcommand, arguments)
    }

    private static func run(_ subcommand: Subcommand, _ arguments: [String]) async -> Int32 {
        var terminal = terminal()
        do {
            let parsed = try ParsedArguments(
                arguments.dropFirst(subcommand.name.split(separator: " ").count),
                subcommand.options + Subcommand.shared,
                of: subcommand.name
            )
            terminal = Terminal(
                json: parsed.has("--json") || parsed.value("--output") == "json",
                isPlain: parsed.has("--plain"),
                isQuiet: parsed.has("--quiet")
            )
            if parsed.has("--help") {
                terminal.print(subcommand.help)
                return 0
            }
            guard subcommand.wordCount.contains(parsed.words.count) else {
                throw CommandFailure.usage(
                    "expected \(subcommand.usage)",
                    next: "sextant help \(subcommand.name)"
                )
            }
            let folder = try DataFolder(option: parsed.value("--data"))
            try await subcommand.run(
                CommandContext(arguments: parsed, terminal: terminal, folder: folder)
            )
            return 0
        } catch let failure as CommandFailure {
            terminal.report(failure)
            return failure.status
        } catch {
            let what = "\(subcommand.name) failed"
            terminal.report(CommandFailure(what: what, cause: "\(error)", next: "sextant doctor"))
            return 1
        }
    }

    private static func terminal() -> Terminal {
        Terminal(json: false, isPlain: false, isQuiet: false)
    }

    /// The command whose name the arguments begin with; the longest, if several do.
    private static func find(_ arguments: [String]) -> Subcommand? {
        subcommands.filter {
            arguments.starts(with: $0.name.split(separator: " ").map(String.init))
        }
        .max { $0.name.count < $1.name.count }
    }

    private static func help(of words: [String]) -> Int32 {
        if words.isEmpty {
            terminal().print(help)
            return 0
        }
        let name = words.joined(separator: " ")
        let found = subcommands.filter { $0.name == name || $0.name.hasPrefix(name + " ") }
        guard !found.isEmpty else {
            terminal().report(.usage("there is no command \(name)"))
            return 2
        }
        terminal().print(found.map(\.help).joined(separator: "\n\n"))
        return 0
    }

    private static var help: String {
        let rows = subcommands.map { ["  " + $0.usage, $0.summary] }
        return """
            usage: sextant COMMAND [options]

            \(TextTable.text(rows))

            `sextant help COMMAND` says more. Data goes to standard output, progress to standard \
            error.
            """
    }
}
