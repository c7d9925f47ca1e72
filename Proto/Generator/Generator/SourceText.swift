/// Swift source as it is written: lines at an indentation.
struct SourceText {
    private(set) var text = ""
    private var depth = 0

    /// Adds a line; an empty one stays empty.
    mutating func line(_ line: String = "") {
        if !line.isEmpty { text += String(repeating: "    ", count: depth) + line }
        text += "\n"
    }

    /// Adds `head {`, what the closure adds one level deeper, and `}`.
    mutating func block<Failure: Error>(
        _ head: String,
        closing: String = "}",
        _ body: (inout SourceText) throws(Failure) -> Void
    ) throws(Failure) {
        line(head + " {")
        depth += 1
        try body(&self)
        depth -= 1
        line(closing)
    }

    /// Adds `head`, what the closure adds one level deeper, and `tail`.
    mutating func list(_ head: String, _ tail: String, _ body: (inout SourceText) -> Void) {
        line(head)
        depth += 1
        body(&self)
        depth -= 1
        line(tail)
    }

    /// Adds a doc comment: the one of the `.proto`, or, if it has none, a text in its place.
    mutating func comment(_ comment: String, orElse fallback: String) {
        var lines = Self.lines(comment)
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        if lines.isEmpty { lines = Self.lines(fallback) }
        for text in lines {
            let content = text.hasPrefix(" ") ? String(text.dropFirst()) : text
            line(content.isEmpty ? "///" : "/// \(content)")
        }
    }

    /// The lines of a text, by whatever ends a line anywhere, without control characters: none of
    /// it can end the comment that it becomes.
    static func lines(_ text: String) -> [String] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map { line in
            let scalars = line.unicodeScalars.filter {
                $0 == "\t" || $0.properties.generalCategory != .control
            }
            return String(String.UnicodeScalarView(scalars))
        }
    }

    /// A string as a Swift literal.
    static func literal(_ string: String) -> String {
        let escaped = string.unicodeScalars.map { scalar in
            scalar == "\"" || scalar == "\\" ? "\\\(scalar)" : scalar.escaped(asASCII: true)
        }
        return "\"\(escaped.joined())\""
    }
}
