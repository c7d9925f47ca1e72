/// An option of a command.
struct Option: Sendable {
    /// With its dashes, as `--data`.
    let name: String
    /// The same in short, as `-o`.
    var short: String?
    /// What its value is called in the help; nil for one without a value.
    var value: String?
    /// Whether it may stand more than once.
    var isRepeated = false
    /// What it means.
    let meaning: String

    /// The option as the help has it.
    var form: String {
        (short.map { "\($0), " } ?? "") + name + (value.map { " \($0)" } ?? "")
    }
}

/// The arguments of a command, told apart.
struct ParsedArguments: Sendable {
    private var values: [String: [String]] = [:]
    /// Those that are no options, in order.
    private(set) var words: [String] = []

    /// Tells arguments apart.
    ///
    /// - Parameters:
    ///   - arguments: after the name of the command.
    ///   - options: those there are.
    ///   - command: what the help is asked of.
    /// - Throws: ``CommandFailure`` for one that is unknown, given twice, or without its value.
    init(
        _ arguments: ArraySlice<String>,
        _ options: [Option],
        of command: String
    ) throws(CommandFailure) {
        var rest = arguments
        let help = "sextant help \(command)"
        while let argument = rest.popFirst() {
            if argument == "--" {
                words += rest
                return
            }
            guard argument.hasPrefix("-"), argument != "-" else {
                words.append(argument)
                continue
            }
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            guard let option = options.first(where: { $0.name == parts[0] || $0.short == parts[0] })
            else { throw .usage("\(command) has no option \(parts[0])", next: help) }
            if !option.isRepeated, values[option.name] != nil {
                throw .usage("\(option.name) is given twice", next: help)
            }
            guard let value = option.value else {
                if parts.count > 1 { throw .usage("\(option.name) takes no value", next: help) }
                values[option.name] = [""]
                continue
            }
            guard let text = parts.count > 1 ? parts[1] : rest.popFirst() else {
                throw .usage("\(option.name) needs \(value)", next: help)
            }
            values[option.name, default: []].append(text)
        }
    }

    /// Whether an option is given.
    func has(_ name: String) -> Bool { values[name] != nil }

    /// The value of an option; nil if it is not given.
    func value(_ name: String) -> String? { values[name]?.first }

    /// All values of an option.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// A whole number of an option; nil if it is not given.
    ///
    /// - Throws: ``CommandFailure`` for another text.
    func number(_ name: String, in range: ClosedRange<Int>) throws(CommandFailure) -> Int? {
        guard let text = value(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .usage(
                "\(name) is \(text): expected a whole number from \(range.lowerBound) to "
                    + "\(range.upperBound)"
            )
        }
        return number
    }
}
