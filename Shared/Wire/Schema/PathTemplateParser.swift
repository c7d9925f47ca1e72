/// Reads a path template, by the grammar of `google.api.http`:
///
///     template = "/" segments [ ":" literal ]
///     segments = segment { "/" segment }
///     segment  = "*" | "**" | literal | "{" field { "." field } [ "=" segments ] "}"
extension PathTemplate {
    /// Why text is not a path template.
    public struct SyntaxError: Error, Hashable, CustomStringConvertible {
        /// What is wrong, and at which character.
        public let description: String
    }

    /// Reads a template.
    ///
    /// - Parameter text: the template, as `/v1/{name=shelves/*}`.
    /// - Throws: ``SyntaxError`` saying what is wrong and where.
    public init(parsing text: String) throws(SyntaxError) {
        var parser = Parser(text)
        try parser.template()
        self.init(parser.segments, parser.variables, customVerb: parser.customVerb)
    }

    private struct Parser {
        var segments: [Segment] = []
        var variables: [Variable] = []
        var customVerb: String?
        private let characters: [Character]
        private var position = 0

        init(_ text: String) { characters = Array(text) }

        mutating func template() throws(SyntaxError) {
            try expect("/")
            try segmentList(inVariable: false)
            if take(":") { customVerb = try literal() }
            if position < characters.count { throw error("unexpected '\(characters[position])'") }
            if let rest = segments.firstIndex(of: .rest), rest != segments.count - 1 {
                throw error("'**' may only be the last segment")
            }
        }

        private mutating func segmentList(inVariable: Bool) throws(SyntaxError) {
            repeat { try segment(inVariable: inVariable) } while take("/")
        }

        private mutating func segment(inVariable: Bool) throws(SyntaxError) {
            if take("*") {
                segments.append(take("*") ? .rest : .any)
            } else if take("{") {
                if inVariable { throw error("a variable may not hold another") }
                try variable()
            } else {
                segments.append(.literal(try literal()))
            }
        }

        private mutating func variable() throws(SyntaxError) {
            var path = [try fieldName()]
            while take(".") { path.append(try fieldName()) }
            let start = segments.count
            if take("=") {
                try segmentList(inVariable: true)
            } else {
                segments.append(.any)
            }
            try expect("}")
            if variables.contains(where: { $0.fieldPath == path }) {
                throw error("'\(path.joined(separator: "."))' is bound twice")
            }
            variables.append(Variable(path, start..<segments.count))
        }

        private mutating func fieldName() throws(SyntaxError) -> String {
            try word("a field name") { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
        }

        /// Characters that need no escape in a path (RFC 3986 section 3.3), less our `*`.
        private mutating func literal() throws(SyntaxError) -> String {
            try word("a literal") {
                $0.isASCII && ($0.isLetter || $0.isNumber || "-._~!$&'()+,;@".contains($0))
            }
        }

        private mutating func word(
            _ what: String,
            of isPart: (Character) -> Bool
        ) throws(SyntaxError) -> String {
            let start = position
            while position < characters.count, isPart(characters[position]) { position += 1 }
            if position == start { throw error("expected \(what)") }
            return String(characters[start..<position])
        }

        private mutating func take(_ character: Character) -> Bool {
            guard position < characters.count, characters[position] == character else {
                return false
            }
            position += 1
            return true
        }

        private mutating func expect(_ character: Character) throws(SyntaxError) {
            if !take(character) { throw error("expected '\(character)'") }
        }

        private func error(_ what: String) -> SyntaxError {
            SyntaxError(description: "\(what) at character \(position) of '\(String(characters))'")
        }
    }
}
