internal import Glibc
internal import Net
internal import Platform

/// Prints the lines of a log, those of one service if it is one's.
struct LogReader {
    private let path: String
    /// The service whose lines are meant; nil for all of the file.
    private let service: String?
    private let context: CommandContext

    init(_ context: CommandContext) throws {
        self.context = context
        let name = context.word(0)
        let folder = context.folder
        switch name {
        case "postgres": (path, service) = (folder.database.logFile, nil)
        case "edge": (path, service) = (folder.edge.logFile, nil)
        case nil: (path, service) = (folder.services.logFile, nil)
        case let name? where ServiceGraph.all.contains(name):
            (path, service) = (folder.services.logFile, name)
        case let name?:
            throw CommandFailure.usage(
                "there is no log of '\(name)': expected postgres, edge, "
                    + ServiceGraph.all.joined(separator: ", ")
            )
        }
    }

    /// Prints, and follows if that is asked for.
    func run() throws {
        guard FileSystem.exists(path) else {
            throw CommandFailure(
                what: "there is no log \(path)",
                next: "sextant up --data \(context.folder.path)"
            )
        }
        let count = try context.arguments.number("--lines", in: 0...100_000) ?? 100
        var offset = FileSystem.size(path) ?? 0
        // Lines of other services stand between.
        let lines = LogFile.lastLines(of: path, service == nil ? count : .max).filter(isMeant)
        for line in lines.suffix(count) { context.terminal.print(line) }
        guard context.arguments.has("--follow") else { return }
        let interruption = try Interruption()
        defer { interruption.end() }
        while !interruption.hasCome {
            offset = try printNew(from: offset)
            _ = poll(nil, 0, 100)
        }
    }

    /// Prints what was added since an offset; a log that was cut begins anew.
    ///
    /// - Returns: the offset behind the last whole line.
    private func printNew(from offset: Int) throws -> Int {
        let size = FileSystem.size(path) ?? 0
        let start = size < offset ? 0 : offset
        guard size > start else { return start }
        let file = try Descriptor("open \(path)", unsafe open(path, O_RDONLY | O_CLOEXEC))
        lseek(file.number, start, SEEK_SET)
        let bytes = try file.readAll(upTo: 2 * LogFile.longest)
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return start }
        for line in bytes[...end].split(separator: UInt8(ascii: "\n")) {
            let text = String(decoding: line, as: UTF8.self)
            if isMeant(text) { context.terminal.print(text) }
        }
        return start + end + 1
    }

    /// Whether a line is of the service: each is an object of JSON that names it.
    private func isMeant(_ line: String) -> Bool {
        service.map { line.contains("\"service\":\"\($0)\"") } ?? true
    }
}
