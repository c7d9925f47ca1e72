internal import Wire

/// What a file seems to be, by its header and first rows: a plan to read it by, with the reason for
/// each column, for a person to confirm or a caller to change.
public struct FileGuess: Sendable {
    /// Why something was taken for what it is.
    public struct Reason: Hashable, Sendable {
        /// In words.
        public let text: String
        /// How surely, from 0 to 1.
        public let confidence: Double
    }

    /// How the file would be read.
    public let plan: FilePlan
    /// How it is packed.
    public let compression: FileCompression
    /// Why the kind is what it is; its confidence is that of the whole guess.
    public let kind: Reason
    /// Why cells are parted as they are.
    public let form: Reason
    /// Why each column of ``plan`` has its role.
    public let columns: [Reason]
    /// What has to be declared or mended; the first rows' own findings are in ``preview(now:)``.
    public let findings: [Finding]

    private let sample: Sample

    /// How many bytes of a file, unpacked, are looked at.
    public static let sampleSize = Sample.size

    /// Whether the file can be read by the plan as it stands.
    public var isReadable: Bool { plan.problems().isEmpty }

    /// Guesses.
    ///
    /// - Parameters:
    ///   - start: the first bytes of the file as they were sent; 64 KiB are enough, more are not
    ///     looked at once they unpack to so many.
    ///   - isWhole: whether these are all.
    /// - Throws: ``Finding`` if it is of a kind that is not read at all.
    public init(start: RawSpan, isWhole: Bool) throws(Finding) {
        let sample = try Sample(start, isWhole: isWhole)
        let table = try SampleTable(sample)
        let names = table.header.map { HeaderName($0) }
        let guess = KindGuess(table, names)
        var plan = FilePlan(
            kind: guess.kind,
            form: table.form,
            platform: guess.platform,
            columns: zip(table.header, guess.columns).map { header, column in
                FilePlan.Column(header: header, role: column.role, name: column.name)
            }
        )
        var findings = table.findings
        plan.format = Self.format(table, guess, names, &findings)
        if plan.kind == .paths, let column = plan.columns.firstIndex(where: { $0.role == .path }) {
            plan.pathSeparator = Self.pathSeparator(table.cells(of: column))
        }
        findings += plan.problems()
        self.plan = plan
        self.findings = findings
        self.sample = sample
        compression = sample.compression
        kind = Reason(text: guess.reason, confidence: guess.confidence)
        form = Reason(text: table.reason, confidence: table.confidence)
        columns = guess.columns.map { Reason(text: $0.reason, confidence: $0.confidence) }
    }

    /// The first rows as a plan reads them.
    ///
    /// - Parameters:
    ///   - plan: the plan; nil for the guess's own.
    ///   - count: at most so many rows that say something or are wrong.
    ///   - now: the time in microseconds since 1970-01-01T00:00:00Z.
    /// - Returns: the rows with their fates.
    /// - Throws: ``Finding`` if the plan has other columns than the file.
    public func preview(
        _ plan: FilePlan? = nil,
        count: Int = 10,
        now: Int
    ) throws(Finding) -> [FileReader.Row] {
        var reader = FileReader(plan ?? self.plan, now: now)
        reader.append(sample.bytes.rawBytes)
        if sample.isWhole { reader.finish() }
        var rows: [FileReader.Row] = []
        while rows.count < count, case .row(let row) = try reader.next() {
            if case .passed = row.fate { continue }
            rows.append(row)
        }
        return rows
    }

    /// A row of ``preview(_:count:now:)`` as it stands in the file.
    ///
    /// - Parameters:
    ///   - row: which.
    ///   - encoding: what its bytes mean.
    ///   - most: how many bytes of it at most.
    /// - Returns: its text; what the encoding has no character for is U+FFFD.
    public func text(
        of row: FileReader.Row,
        _ encoding: TextEncoding,
        most: Int
    ) -> String {
        let start = min(row.byteOffset, sample.bytes.count)
        let end = min(start + min(row.byteCount, most), sample.bytes.count)
        return encoding.text(of: Array(sample.bytes[start..<end]).rawBytes)
    }

    /// How values are written, by all cells of the columns that are read.
    private static func format(
        _ table: SampleTable,
        _ guess: KindGuess,
        _ names: [HeaderName],
        _ findings: inout [Finding]
    ) -> ValueFormat {
        var format = ValueFormat()
        var (points, commas, undecided) = (0, 0, 0)
        for (column, profile) in zip(guess.columns, table.profiles) {
            if column.role == .date {
                format.dateOrder = dateOrder(profile, column.name, &findings)
            } else if column.role.isNumeric {
                points += profile.points
                commas += profile.commas
                undecided += profile.undecided
            }
        }
        let hasSemicolons = table.form.dialect?.delimiter == UInt8(ascii: ";")
        if commas > points || (commas == points && undecided > 0 && hasSemicolons) {
            format.decimalSeparator = .comma
        }
        if commas == points && undecided > 0 {
            let excerpt = "taken for a decimal \(format.decimalSeparator.rawValue)"
            findings.append(Finding(.undeclaredNumbers, at: 0, excerpt: excerpt))
        }
        for (column, name) in zip(guess.columns, names) where column.role == .spend {
            format.currency = format.currency ?? name.currency
        }
        return format
    }

    private static func dateOrder(
        _ profile: ColumnProfile,
        _ header: String,
        _ findings: inout [Finding]
    ) -> ValueFormat.DateOrder? {
        if profile.daysFirst > profile.monthsFirst { return .dayFirst }
        if profile.monthsFirst > profile.daysFirst { return .monthFirst }
        if profile.ambiguousDates > 0 {
            findings.append(Finding(.undeclaredDates, at: 0, column: header))
        }
        return nil
    }

    /// What stands between steps: the first of the usual separators that most paths have.
    private static func pathSeparator(_ cells: [String]) -> String {
        let known = [" > ", " -> ", " → ", " >> ", "->", "→", ">", " | ", "|", ";", " / ", ","]
        let counts = known.map { separator in
            (separator, cells.count { $0.contains(separator) })
        }
        let most = counts.map(\.1).max() ?? 0
        let best = counts.first { $0.1 == most && most > 0 }
        return best.map { $0.0.filter { $0 != " " } } ?? ">"
    }
}

extension ColumnRole {
    /// Whether its cells are numbers.
    fileprivate var isNumeric: Bool {
        switch self {
        case .value, .conversions, .nulls, .conversionValue, .seriesValue: true
        default: isSeries
        }
    }
}
