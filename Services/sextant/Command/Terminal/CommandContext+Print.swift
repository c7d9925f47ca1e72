internal import Wire

extension CommandContext {
    /// Prints an answer: whole for programs, as CSV if that is asked for, else for people.
    ///
    /// - Parameters:
    ///   - answer: the JSON of a message.
    ///   - rows: a table of it, with a head.
    ///   - text: for people; nil for the table.
    func print(_ answer: SharedBytes, rows: [[String]], orElse text: String? = nil) {
        let plain = arguments.has("--csv") ? TextTable.csv(rows) : text ?? TextTable.text(rows)
        terminal.print(answer: answer, orElse: plain)
    }
}
