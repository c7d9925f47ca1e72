/// A configuration file: lines of `key = value`.
///
///     # A comment is a line of its own, or follows white space.
///     listen_address = 127.0.0.1:8080
///     greeting = "quoted: \"#\" is no comment here, \\ is a backslash, \n and \t are known"
///
/// The file is UTF-8 of at most a mebibyte. Keys are lower-case letters, digits and underscores;
/// each stands once. What is wrong is kept for the error that names all problems, by line and
/// without the line's text, which may be a secret.
struct ConfigurationFile: Sendable {
    struct Entry: Sendable {
        let key: String
        let value: String
        let line: Int
    }

    /// As errors name the file.
    let path: String
    /// In the order of the file.
    private(set) var entries: [Entry] = []
    private(set) var problems = ConfigurationError()

    private var places: [String: Int] = [:]

    /// The most bytes a file may have.
    static let longest = 1 << 20

    /// Reads a file.
    init(path: String) {
        self.path = path
        do {
            parse(try BoundedFile.read(path, upTo: Self.longest))
        } catch {
            problems.add(.unreadable, "\(path) cannot be read: \(error.reason)")
        }
    }

    /// Reads what a file would hold.
    init(path: String, contents: [UInt8]) {
        self.path = path
        parse(contents)
    }

    /// The entry of a key.
    subscript(key: String) -> Entry? {
        places[key].map { entries[$0] }
    }

    private mutating func parse(_ contents: [UInt8]) {
        // Some editors of other systems put this mark before everything.
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        let text = contents.starts(with: mark) ? contents.dropFirst(mark.count) : contents[...]
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            do {
                guard let (key, value) = try ConfigurationLine.read(line) else { continue }
                add(Entry(key: key, value: value, line: index + 1))
            } catch {
                problems.add(.unreadable, "\(path):\(index + 1): \(error.reason)")
            }
        }
    }

    private mutating func add(_ entry: Entry) {
        if let first = self[entry.key] {
            problems.add(
                .duplicate,
                key: entry.key,
                "\(path):\(entry.line): \(entry.key) is given before, on line \(first.line)"
            )
            return
        }
        places[entry.key] = entries.count
        entries.append(entry)
    }
}
