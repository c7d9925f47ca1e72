internal import Glibc
internal import Net
internal import Telemetry
internal import Wire

/// What the command says, and to whom: progress and failures to standard error, data to standard
/// output.
///
/// A terminal has one line for each stage, changed in place; whoever else reads gets a line with
/// the time for each event. `NO_COLOR`, `CI`, `TERM=dumb` and pipes are plain.
final class Terminal: Sendable {
    /// How progress is told.
    enum Style: Sendable {
        /// In place, by the marks of the terminal.
        case live(hasColor: Bool)
        /// A line with the time for each event.
        case plain
        /// An object of JSON for each event.
        case json
        /// Not at all.
        case quiet
    }

    private let style: Style
    /// Whether data is printed as JSON.
    let printsJSON: Bool

    /// What the options and the surroundings ask for.
    ///
    /// - Parameters:
    ///   - json: whether programs read.
    ///   - isPlain: whether lines are only added.
    ///   - isQuiet: whether progress is not told.
    init(json: Bool, isPlain: Bool, isQuiet: Bool) {
        printsJSON = json
        let isTerminal = isatty(STDERR_FILENO) == 1 && Environment.value("TERM") != "dumb"
        if isQuiet {
            style = .quiet
        } else if json {
            style = .json
        } else if isPlain || !isTerminal || Environment.value("CI") != nil {
            style = .plain
        } else {
            style = .live(hasColor: Environment.value("NO_COLOR") == nil)
        }
    }

    // MARK: Progress

    /// Runs a stage, and tells how it goes.
    ///
    /// - Parameters:
    ///   - name: of the stage, as `Postgres`.
    ///   - body: does it; returns what is told of its end.
    /// - Throws: what the body throws; the failure is told by ``report(_:)``.
    func stage(_ name: String, _ body: () async throws -> String) async throws {
        let start = ContinuousClock.now
        if case .live = style { say("… \(Self.column(name))") }
        do {
            let result = try await body()
            ended(name, result, isGood: true, start)
        } catch {
            ended(name, "failed", isGood: false, start)
            throw error
        }
    }

    private func ended(
        _ name: String,
        _ result: String,
        isGood: Bool,
        _ start: ContinuousClock.Instant
    ) {
        let tenths = Int((start.duration(to: .now) / .milliseconds(100)).rounded())
        let seconds = "\(tenths / 10).\(tenths % 10)s"
        switch style {
        case .live(let hasColor):
            let mark = isGood ? "✓" : "✗"
            let colored = hasColor ? "\u{1b}[\(isGood ? 32 : 31)m\(mark)\u{1b}[0m" : mark
            say("\r\u{1b}[2K\(colored) \(Self.column(name)) \(result)  \(seconds)\n")
        case .plain:
            say("\(UTCTimestamp.now) \(isGood ? "ok" : "failed") \(name): \(result) (\(seconds))\n")
        case .json:
            event([
                ("stage", .string(name)), ("ok", .boolean(isGood)), ("result", .string(result)),
                ("milliseconds", .number(tenths * 100)),
            ])
        case .quiet: break
        }
    }

    private static func column(_ name: String) -> String {
        name + String(repeating: " ", count: max(0, 11 - name.count))
    }

    /// Tells something that is no data and no stage.
    func note(_ text: String) {
        switch style {
        case .live: say(text + "\n")
        case .plain: say("\(UTCTimestamp.now) \(text)\n")
        case .json: event([("note", .string(text))])
        case .quiet: break
        }
    }

    /// Whether lines can be changed in place.
    var isLive: Bool { if case .live = style { true } else { false } }

    /// Puts lines in place of those that were told last; only where lines can be changed.
    ///
    /// - Parameters:
    ///   - lines: what is told now.
    ///   - count: how many lines are taken away before.
    func redraw(_ lines: [String], over count: Int) {
        guard isLive else { return }
        let up = count > 0 ? "\u{1b}[\(count)A" : ""
        say(up + "\r\u{1b}[J" + lines.map { $0 + "\n" }.joined())
    }

    private func event(_ members: [(String, JSONValue)]) {
        let time = ("ts", JSONValue.string("\(UTCTimestamp.now)"))
        say(JSONValue.object([time] + members).text + "\n")
    }

    // MARK: Data

    /// Prints data, with a newline.
    func print(_ text: String) { Self.write(text + "\n", to: STDOUT_FILENO) }

    /// Prints data as JSON, or for people.
    func print(_ value: @autoclosure () -> JSONValue, orElse text: @autoclosure () -> String) {
        print(printsJSON ? value().text : text())
    }

    /// Prints an answer: whole for programs, else what people want to know of it.
    ///
    /// - Parameters:
    ///   - answer: the JSON of a message.
    ///   - text: for people.
    func print(answer: SharedBytes, orElse text: String) {
        print(printsJSON ? String(decoding: Array(copying: answer.bytes), as: UTF8.self) : text)
    }

    // MARK: Failure

    /// Tells why the command failed, however quiet it is.
    func report(_ failure: CommandFailure) {
        if case .json = style {
            event([
                ("error", .string(failure.what)), ("cause", JSONValue(failure.cause)),
                ("log", .array(failure.log.map { .string($0) })), ("next", JSONValue(failure.next)),
            ])
            return
        }
        var lines = ["sextant: \(failure.what)"]
        if let cause = failure.cause { lines.append("  cause  \(cause)") }
        lines += failure.log.map { "  | \($0)" }
        if let next = failure.next { lines.append("  next   \(next)") }
        say(lines.joined(separator: "\n") + "\n")
    }

    private func say(_ text: String) { Self.write(text, to: STDERR_FILENO) }

    /// Writes a text; if nobody reads it there is nobody to be told either.
    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { bytes in
                // The kernel reads at most the slice's length.
                unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
            }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return }
        }
    }
}

/// Rows of text under each other.
enum TextTable {
    /// Aligns columns.
    static func text(_ rows: [[String]]) -> String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            zip(row, widths).map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            .joined(separator: "  ").trimmedEnd
        }
        .joined(separator: "\n")
    }

    /// The same as CSV.
    static func csv(_ rows: [[String]]) -> String {
        rows.map { $0.map(cell).joined(separator: ",") }.joined(separator: "\n")
    }

    private static func cell(_ text: String) -> String {
        guard text.contains(where: { ",\"\n\r\r\n".contains($0) }) else { return text }
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }
}

extension String {
    /// Without blanks at its end.
    fileprivate var trimmedEnd: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}
