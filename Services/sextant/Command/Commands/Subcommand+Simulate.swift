internal import Net
internal import Simulator

// The command that makes worlds to measure.
extension Subcommand {
    static let simulate = Subcommand(
        name: "simulate",
        summary: "Writes files of a simulated shop, and the truth about what caused its sales.",
        details: """
            The shop is in the USA, spends on six channels, and sells by its own demand, emails,
            partners and ads. events, spend, kpi, covariates and holidays are for sextant import;
            truth.json has what each channel really brought, what is wrong with which rows, and
            what was planted. The same seed gives the same bytes.
            """,
        options: [
            Option(name: "--out", value: "FOLDER", meaning: "Where files go: a new folder.")
        ] + SimulationOptions.ofWorld + [
            Option(name: "--events", value: "FORMAT", meaning: "csv or ndjson; csv.")
        ]
    ) { context in
        let options = try SimulationOptions(context.arguments)
        var written: [WrittenFile] = []
        try await context.terminal.stage("simulate") {
            written = try options.write()
            return "\(written.reduce(0) { $0 + $1.rows }) rows in \(options.folder)"
        }
        context.terminal.print(
            .array(
                written.map {
                    .object([
                        ("path", .string("\(options.folder)/\($0.path)")),
                        ("rows", .number($0.rows)), ("meaning", .string($0.meaning)),
                    ])
                }
            ),
            orElse: TextTable.text(
                written.map { ["\(options.folder)/\($0.path)", "\($0.rows)", $0.meaning] }
            )
        )
    }
}

/// What someone says of a world to be written.
struct SimulationOptions {
    let folder: String
    let world: World
    let format: TableFormat

    private static let help = "sextant help simulate"

    /// Which world it is.
    static let ofWorld = [
        Option(name: "--seed", value: "NUMBER", meaning: "Tells worlds from each other; 1."),
        Option(
            name: "--scale",
            value: "NAME",
            meaning: WorldScale.named.map(\.name).joined(separator: " or ") + "; full."
        ),
        Option(
            name: "--forms",
            value: "NAME",
            meaning: "By what formulae it works, those of a mix_model or other; mix_model."
        ),
    ]

    /// What the options say.
    ///
    /// - Parameter arguments: the command's.
    /// - Throws: ``CommandFailure`` for a word that means nothing, or no folder.
    init(_ arguments: ParsedArguments) throws(CommandFailure) {
        guard let folder = arguments.value("--out"), !folder.isEmpty else {
            throw .usage("--out is missing: name a new folder", next: Self.help)
        }
        self.folder = folder
        world = try Self.world(arguments)
        let formats = TableFormat.allCases.map { ($0.rawValue, $0) }
        format = try Self.chosen("--events", formats, arguments)
    }

    /// The world that options ask for.
    ///
    /// - Parameter arguments: the command's.
    /// - Returns: the world.
    /// - Throws: ``CommandFailure`` for a word that means nothing.
    static func world(_ arguments: ParsedArguments) throws(CommandFailure) -> World {
        let number = arguments.value("--seed") ?? "1"
        guard let seed = UInt64(number) else {
            throw .usage("--seed is \(number): expected a whole number from 0", next: help)
        }
        let scales = WorldScale.named.map { ($0.name, $0.scale) }
        let scale = try chosen("--scale", scales, arguments)
        let forms = try chosen(
            "--forms",
            WorldForms.allCases.map { ($0.rawValue, $0) },
            arguments
        )
        do throws(WorldError) {
            return try World(seed: seed, scale: scale, forms: forms)
        } catch {
            throw .usage("\(error)", next: help)
        }
    }

    private static func chosen<Choice>(
        _ name: String,
        _ choices: [(name: String, choice: Choice)],
        _ arguments: ParsedArguments
    ) throws(CommandFailure) -> Choice {
        guard let word = arguments.value(name) else { return choices[0].choice }
        guard let found = choices.first(where: { $0.name == word }) else {
            let names = choices.map(\.name).joined(separator: " or ")
            throw .usage("\(name) is \(word): expected \(names)", next: help)
        }
        return found.choice
    }

    /// Writes the world.
    ///
    /// - Returns: its files.
    /// - Throws: ``CommandFailure`` if a file cannot be written.
    func write() throws(CommandFailure) -> [WrittenFile] {
        var sink = try FolderSink(folder)
        do throws(SystemError) {
            return try WorldFiles(of: world, events: format).write(to: &sink)
        } catch {
            throw CommandFailure(
                what: "the world was not written",
                cause: "\(error)",
                next: "df \(folder)"
            )
        }
    }
}
