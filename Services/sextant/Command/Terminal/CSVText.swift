/// Lines of cells with commas between them.
enum CSVText {
    /// A line.
    ///
    /// - Parameter cells: what stands in it; what would be misread is put in quotes.
    /// - Returns: the line, without its end.
    static func line(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") }

    private static func cell(_ text: String) -> String {
        guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
        return "\""
            + text.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }
}
