/// Just enough of Swift's lexical structure to tell code from comments and strings.
///
/// It knows nested comments, raw and multi-line strings and interpolation; not regex literals
/// between slashes.
struct SwiftScanner {
    private enum Mark {
        static let newline = UInt8(ascii: "\n")
        static let space = UInt8(ascii: " ")
        static let quote = UInt8(ascii: "\"")
        static let hash = UInt8(ascii: "#")
        static let openParenthesis = UInt8(ascii: "(")
        static let closeParenthesis = UInt8(ascii: ")")
        static let star = UInt8(ascii: "*")
        static let slash = UInt8(ascii: "/")
        static let backslash = UInt8(ascii: "\\")
    }

    private enum Context {
        case string(quotes: Int, hashes: Int)
        case interpolation(openParentheses: Int)
    }

    private let bytes: [UInt8]
    private var position = 0
    private var blanked: [UInt8] = []
    private var contexts: [Context] = []

    private init(_ text: String) {
        bytes = Array(text.utf8)
        blanked.reserveCapacity(bytes.count)
    }

    /// The text with every byte of a comment or a string literal replaced by a space.
    ///
    /// Newlines stay, and so does the code of interpolations.
    static func blankingCommentsAndStrings(in text: String) -> String {
        var scanner = SwiftScanner(text)
        while scanner.position < scanner.bytes.count {
            if case .string(let quotes, let hashes) = scanner.contexts.last {
                scanner.scanString(quotes: quotes, hashes: hashes)
            } else {
                scanner.scanCode()
            }
        }
        return String(decoding: scanner.blanked, as: UTF8.self)
    }

    private mutating func scanString(quotes: Int, hashes: Int) {
        switch bytes[position] {
        case Mark.quote
        where isNext(Mark.quote, times: quotes) && isNext(Mark.hash, times: hashes, after: quotes):
            contexts.removeLast()
            blank(quotes + hashes)
        case Mark.backslash where isNext(Mark.hash, times: hashes, after: 1):
            if isNext(Mark.openParenthesis, times: 1, after: 1 + hashes) {
                contexts.append(.interpolation(openParentheses: 1))
            }
            blank(hashes + 2)
        case Mark.newline where quotes == 1:
            contexts.removeLast()  // no single-line string goes on: the source is malformed
            blank(1)
        default:
            blank(1)
        }
    }

    private mutating func scanCode() {
        switch bytes[position] {
        case Mark.slash where isNext(Mark.slash, times: 2):
            blank(count(from: position) { $0 != Mark.newline })
        case Mark.slash where isNext(Mark.star, times: 1, after: 1):
            blankBlockComment()
        case Mark.quote, Mark.hash:
            let hashes = count(from: position) { $0 == Mark.hash }
            let quotes = count(from: position + hashes) { $0 == Mark.quote }
            if quotes == 0 {
                keepCode()
            } else {
                contexts.append(.string(quotes: quotes < 3 ? 1 : 3, hashes: hashes))
                blank(hashes + (quotes < 3 ? 1 : 3))
            }
        default:
            keepCode()
        }
    }

    private mutating func blankBlockComment() {
        var depth = 0
        repeat {
            if isNext(Mark.slash, times: 1) && isNext(Mark.star, times: 1, after: 1) {
                depth += 1
                blank(2)
            } else if isNext(Mark.star, times: 1) && isNext(Mark.slash, times: 1, after: 1) {
                depth -= 1
                blank(2)
            } else {
                blank(1)
            }
        } while depth > 0 && position < bytes.count
    }

    private mutating func keepCode() {
        let byte = bytes[position]
        if case .interpolation(let open) = contexts.last {
            contexts.removeLast()
            let change = byte == Mark.openParenthesis ? 1 : byte == Mark.closeParenthesis ? -1 : 0
            if open + change > 0 {
                contexts.append(.interpolation(openParentheses: open + change))
            }
        }
        blanked.append(byte)
        position += 1
    }

    private func count(from start: Int, while matches: (UInt8) -> Bool) -> Int {
        bytes[min(start, bytes.count)...].prefix(while: matches).count
    }

    private func isNext(_ mark: UInt8, times: Int, after offset: Int = 0) -> Bool {
        let start = position + offset
        return start + times <= bytes.count
            && bytes[start..<start + times].allSatisfy { $0 == mark }
    }

    private mutating func blank(_ count: Int) {
        let end = min(position + count, bytes.count)
        while position < end {
            blanked.append(bytes[position] == Mark.newline ? Mark.newline : Mark.space)
            position += 1
        }
    }
}

/// A declaration with a body of statements: `func`, `init`, `deinit`, `subscript`, computed `var`.
struct FunctionExtent: Equatable {
    let firstLine: Int
    let lastLine: Int

    var lineCount: Int {
        lastLine - firstLine + 1
    }

    /// Finds the declarations of blanked code by matching braces.
    static func all(in code: String) -> [FunctionExtent] {
        let tokens = Token.all(in: code)
        return tokens.indices.compactMap { index in
            guard declarationsWithBody.contains(tokens[index].text),
                index == 0 || tokens[index - 1].text != ".",  // `Type.init(…)` is a call
                let opening = bodyOpening(after: index, in: tokens),
                let closing = matchingBrace(of: opening, in: tokens)
            else { return nil }
            return FunctionExtent(firstLine: tokens[index].line, lastLine: tokens[closing].line)
        }
    }

    private static let declarationsWithBody: Set<Substring> =
        ["func", "init", "deinit", "subscript", "var"]
    private static let declarations = declarationsWithBody.union([
        "let", "struct", "class", "actor", "enum", "extension", "protocol", "typealias",
        "associatedtype", "case", "import",
    ])

    /// The brace that opens the body of the declaration at `start`.
    ///
    /// Nil for a requirement or a stored property, whose next brace belongs to something else.
    private static func bodyOpening(after start: Int, in tokens: [Token]) -> Int? {
        var depth = 0
        for index in tokens.indices[(start + 1)...] {
            switch tokens[index].text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return index
            case "}" where depth == 0: return nil
            case let word where depth == 0 && declarations.contains(word): return nil
            default: break
            }
            if depth < 0 { return nil }
        }
        return nil
    }

    private static func matchingBrace(of opening: Int, in tokens: [Token]) -> Int? {
        var depth = 0
        for index in tokens.indices[opening...] {
            depth += tokens[index].text == "{" ? 1 : tokens[index].text == "}" ? -1 : 0
            if depth == 0 { return index }
        }
        return nil
    }
}

/// A word or a single mark of blanked code.
private struct Token {
    let text: Substring
    let line: Int

    static func all(in code: String) -> [Token] {
        numberedLines(of: code).flatMap { number, line in
            var tokens: [Token] = []
            var rest = line
            while let first = rest.first {
                let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
                let text = word.isEmpty ? rest.prefix(1) : word
                if first != " " {
                    tokens.append(Token(text: text, line: number))
                }
                rest = rest.dropFirst(text.count)
            }
            return tokens
        }
    }
}
