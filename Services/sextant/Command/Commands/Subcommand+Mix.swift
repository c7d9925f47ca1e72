internal import Panels
internal import Wire

// Commands on mix models.
extension Subcommand {
    static let mixModels = [mixCheck] + mixTrainings + mixRefreshes

    private static let mixCheck = Subcommand(
        name: "mmm check",
        words: "FILE",
        wordCount: 1...1,
        summary: "Tells whether a mix model can be fitted to a file, and what is wrong with it.",
        details: """
            CSV with a row for each week or day, and each geo if there are several; - is standard
            input. What columns are is guessed from their names and told; declare what is guessed
            wrong: \(PanelRole.words.joined(separator: ", ")).
            Roles of channels may name theirs, as spend:tv. Exits with 1 if training is refused.
            """,
        options: MixOptions.ofTables + [
            Option(
                name: "--parameters",
                value: "COUNT",
                meaning: "How many the model will have; those of a usual one."
            ), Option(name: "--return", meaning: "Return on spend is asked for."),
        ]
    ) { context in
        let path = context.word(0) ?? ""
        let source = try FileSource(path, of: "mmm check")
        let bytes = try source.next(PanelTable.mostBytes + 1)
        let report = MixReport(try MixOptions(context), bytes)
        context.terminal.print(report.json, orElse: report.text)
        guard report.findings.isRefusal else { return }
        throw CommandFailure(
            what: "\(source.name) is not fit for training",
            cause: report.findings.all.first?.problem,
            next: "sextant help mmm check"
        )
    }
}

/// What someone says of a file for a mix model.
struct MixOptions: Sendable {
    var declaration = TableDeclaration()
    var contract = PanelContract()

    /// Nothing.
    init() {}

    /// The options that say what a file is.
    static let ofTables = [
        Option(
            name: "--column",
            value: "HEADER=ROLE",
            isRepeated: true,
            meaning: "What a column is, as 'Cost=spend:tv' or 'Notes=ignore'; once for each."
        ),
        Option(
            name: "--series",
            value: "HEADER",
            meaning: "The column that names series, of a file with a row for each of them."
        ),
        Option(
            name: "--amount",
            value: "HEADER",
            isRepeated: true,
            meaning: "A column of amounts of such a file; once for each."
        ),
        Option(
            name: "--absent",
            value: "NUMBER",
            meaning: "What a series without a row is, as 0; nothing is known otherwise."
        ), Option(name: "--dates", value: "ORDER", meaning: "day_first or month_first."),
        Option(name: "--decimals", value: "SIGN", meaning: "point or comma."),
        Option(
            name: "--weeks-from",
            value: "DAY",
            meaning: "Makes weeks of days, which begin on it, as monday."
        ), Option(name: "--equal-populations", meaning: "All geos count as equally large."),
    ]

    /// What the options say.
    ///
    /// - Parameter context: the command's.
    /// - Throws: ``CommandFailure`` for a word that means nothing.
    init(_ context: CommandContext) throws(CommandFailure) {
        let arguments = context.arguments
        for text in arguments.all("--column") {
            guard let sign = text.lastIndex(of: "="), sign != text.startIndex else {
                throw .usage("--column is \(text): expected HEADER=ROLE")
            }
            declaration.roles.append(
                (String(text[..<sign]), String(text[text.index(after: sign)...]))
            )
        }
        declaration.series = arguments.value("--series")
        declaration.amounts = arguments.all("--amount")
        if (declaration.series == nil) != declaration.amounts.isEmpty {
            throw .usage("--series and --amount go together")
        }
        declaration.absent = arguments.value("--absent") ?? ""
        declaration.format.dayOrder = try Self.choice("--dates", of: arguments)
        declaration.format.decimal = try Self.choice("--decimals", of: arguments)
        if let text = arguments.value("--weeks-from") {
            let day = PanelWeekday.allCases.first { $0.name.lowercased() == text.lowercased() }
            guard let day else { throw .usage("--weeks-from is \(text): expected a day as monday") }
            declaration.weeksFrom = day
        }
        contract.parameters = try arguments.number("--parameters", in: 1...1_000_000)
        contract.asksForReturn = arguments.has("--return")
        declaration.hasEqualPopulations = arguments.has("--equal-populations")
    }

    private static func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ option: String,
        of arguments: ParsedArguments
    ) throws(CommandFailure) -> Choice? {
        guard let text = arguments.value(option) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: " or ")
            throw .usage("\(option) is \(text): expected \(words)")
        }
        return choice
    }
}
