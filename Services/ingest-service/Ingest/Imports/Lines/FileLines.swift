internal import Files
internal import Net
internal import Telemetry
internal import Wire

/// Rows of a file that are written together.
struct FileLines: Sendable {
    /// A row.
    struct Line: Sendable {
        /// Its number, from 1.
        let record: Int
        let byteOffset: Int
        /// Where its bytes stand in ``FileLines/raw``.
        let raw: Range<Int>
        let content: Result<FileRow, RowFault>
        /// What a row that could not be read says where ids of persons stand; nil if nobody knows
        /// where that is.
        let names: [String]?
    }

    /// Why there are no more of them.
    enum Stop: Sendable {
        /// More bytes are needed.
        case starved
        /// There is no more room.
        case full
        case ended
        /// The file cannot be read any further.
        case broken(Finding)
    }

    var lines: [Line] = []
    /// The rows as they stand in the file.
    var raw: [UInt8] = []
    /// Those that say nothing.
    var passed = 0
    var stop = Stop.starved
    /// Behind the last of them.
    var checkpoint: Checkpoint?
    /// How many bytes, as they were sent, have been read in all.
    var sentOffset = 0

    /// The bytes of a row.
    func bytes(of line: Line) -> SharedBytes { SharedBytes(Array(raw[line.raw])) }

    /// The ids of persons that a row names, or may name.
    func personIDs(of line: Line) -> [String] {
        switch line.content {
        case .success(.event(let event)):
            return PersonID.ids(
                visitor: event.visitorID ?? "",
                user: event.userID ?? "",
                previous: ""
            )
        case .success: return []
        case .failure:
            let names = line.names ?? Array(LineTexts.texts(of: bytes(of: line)))
            return names.flatMap(PersonID.previous)
        }
    }
}

/// Reads a file's rows on threads beside the loop.
final class FileLinesReader: Sendable {
    private let reader: Locked<FileReader>
    private let mostLines: Int

    /// How many bytes of rows are written together, unless one alone has more.
    private static let mostBytes = 4 << 20

    /// A reader.
    ///
    /// - Parameters:
    ///   - plan: how the file is read.
    ///   - now: the time.
    ///   - rowsAtOnce: how many rows of tables may come of the lines that are written together.
    ///   - checkpoint: where to go on; nil at the start.
    init(
        _ plan: FilePlan,
        now: UTCTimestamp,
        rowsAtOnce: Int,
        from checkpoint: Checkpoint? = nil
    ) {
        reader = Locked(FileReader(plan, now: Int(now.milliseconds) * 1_000, from: checkpoint))
        // Of a line of spend comes one row, with what was seen for it.
        let series = plan.kind == .spend ? 1 : plan.columns.count { $0.role.isSeries }
        mostLines = max(1, rowsAtOnce / max(1, series))
    }

    /// Takes the next bytes.
    func append(_ bytes: SharedBytes) { reader.withLock { $0.append(bytes.bytes) } }

    /// Says that there are no more.
    func finish() { reader.withLock { $0.finish() } }

    /// Reads rows until there are enough of them.
    ///
    /// - Parameter lines: those that were read before.
    /// - Returns: these and the next.
    /// - Complexity: linear in the bytes.
    func read(on lines: FileLines) -> FileLines {
        var lines = lines
        reader.withLock { reader in
            lines.stop = read(from: &reader, to: &lines)
            if case .starved = lines.stop { return }
            lines.checkpoint = reader.checkpoint()
            lines.sentOffset = reader.sentOffset
        }
        return lines
    }

    private func read(from reader: inout FileReader, to lines: inout FileLines) -> FileLines.Stop {
        while lines.lines.count < mostLines, lines.raw.count < Self.mostBytes {
            do throws(Finding) {
                switch try reader.next() {
                case .starved: return .starved
                case .ended: return .ended
                case .row(let row):
                    let names = row.isRejected ? reader.texts(of: [.visitorID, .userID]) : nil
                    lines.append(row, reader.rawRow, naming: names)
                }
            } catch {
                return .broken(error)
            }
        }
        return .full
    }
}

extension FileLines {
    fileprivate mutating func append(
        _ row: FileReader.Row,
        _ bytes: RawSpan,
        naming names: [String]?
    ) {
        let content: Result<FileRow, RowFault>
        switch row.fate {
        case .passed:
            passed += 1
            return
        case .read(let row): content = .success(row)
        case .rejected(let findings): content = .failure(RowFault(findings))
        }
        let start = raw.count
        raw.append(contentsOf: Array(copying: bytes))
        lines.append(
            Line(
                record: row.record,
                byteOffset: row.byteOffset,
                raw: start..<raw.count,
                content: content,
                names: names
            )
        )
    }
}

extension FileReader.Row {
    fileprivate var isRejected: Bool { if case .rejected = fate { true } else { false } }
}

extension RowFault {
    /// What is wrong with a row of a file, by its findings.
    init(_ findings: [Finding]) {
        guard let first = findings.first else {
            self.init(.unreadable, "", "the row cannot be read")
            return
        }
        let all = findings.map { finding in
            let place = finding.column.map { "\($0): " } ?? ""
            let excerpt = finding.excerpt.isEmpty ? "" : "'\(finding.excerpt)': "
            return "\(place)\(excerpt)\(finding.remedy)"
        }
        self.init(
            .ofFile(first.rule),
            Self.storable(first.column ?? ""),
            all.joined(separator: "; ")
        )
    }

    /// The start of a column's name that the quarantine has room for.
    private static func storable(_ column: String) -> String {
        var text = column.prefix(200)
        while text.utf8.count > 200 { text.removeLast() }
        return String(text)
    }
}
