/// One thing that the command does.
struct Subcommand: Sendable {
    /// How it is called, as `tenant create`.
    let name: String
    /// What stands after it, as `SLUG`.
    var words = ""
    /// How many such words there may be.
    var wordCount = 0...0
    /// What it does, in a sentence.
    let summary: String
    /// More, for its own help.
    var details = ""
    /// Its options, beside those that all have.
    var options: [Option] = []
    /// Does it.
    let run: @Sendable (CommandContext) async throws -> Void

    /// What it is told of, in a line.
    var usage: String {
        ["sextant", name, words].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// Its help.
    var help: String {
        var text = "usage: \(usage) [options]\n\n\(summary)"
        if !details.isEmpty { text += "\n\n\(details)" }
        let rows = (options + Self.shared).map { ["  " + $0.form, $0.meaning] }
        return text + "\n\n" + TextTable.text(rows)
    }

    /// The options of all commands.
    static let shared = [
        Option(
            name: "--data",
            value: "FOLDER",
            meaning: "The data folder; SEXTANT_DATA, else that of the user."
        ),
        Option(name: "--json", meaning: "Data and progress as JSON, an object on each line."),
        Option(name: "--plain", meaning: "Progress line by line, without marks."),
        Option(name: "--quiet", meaning: "No progress."),
        Option(name: "--help", short: "-h", meaning: "This text."),
    ]
}

/// What a command has been told.
struct CommandContext: Sendable {
    let arguments: ParsedArguments
    let terminal: Terminal
    let folder: DataFolder

    /// The word at a place; there are as many as ``Subcommand/wordCount`` says.
    func word(_ place: Int) -> String? {
        place < arguments.words.count ? arguments.words[place] : nil
    }
}
