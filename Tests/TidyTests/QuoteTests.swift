import Testing

@Suite("What documents quote")
struct QuoteTests {
    @Test("is what the files hold that the quotes name")
    func quotesAreTrue() throws {
        let files = try SourceTree.files.get()
        let quotes = files.filter { $0.path.hasSuffix(".md") }.flatMap { Quote.all(in: $0.text) }
        let wrong = quotes.filter { quote in
            files.first { $0.path == quote.path }?.text != quote.text
        }
        #expect(wrong.map(\.path) == [], "copy these files into the documents again")
        // The README shows how a service is written.
        #expect(quotes.map(\.path) == ["Tests/GreetingServer/GreetingServer.swift"])
    }

    @Test("is found by the path behind the language, line by line")
    func finding() {
        let text =
            "a\n```swift\nlet\n```\n```swift a/B.swift\n\nlet b\n```\n"
            + "```sh c/d\n```\n```swift e/f\n"
        #expect(
            Quote.all(in: text) == [
                Quote(path: "a/B.swift", text: "\nlet b\n"), Quote(path: "c/d", text: ""),
                Quote(path: "e/f", text: ""),
            ]
        )
    }
}

/// A file that a document quotes: a fenced block whose first line names it behind the language.
private struct Quote: Equatable {
    let path: String
    let text: String

    static func all(in document: String) -> [Quote] {
        var quotes: [Quote] = []
        var open: (path: String?, text: String)?
        for line in document.split(separator: "\n", omittingEmptySubsequences: false) {
            if let block = open {
                if line == "```" {
                    if let path = block.path { quotes.append(Quote(path: path, text: block.text)) }
                    open = nil
                } else {
                    open?.text += line + "\n"
                }
            } else if line.hasPrefix("```") {
                let words = line.dropFirst(3).split(separator: " ")
                open = (words.count > 1 ? String(words[1]) : nil, "")
            }
        }
        // One that does not end quotes what nobody wrote.
        if let block = open, let path = block.path { quotes.append(Quote(path: path, text: "")) }
        return quotes
    }
}
