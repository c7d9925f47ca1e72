internal import Files
internal import Messages
internal import Telemetry
internal import Wire

/// What can be said of a file by its first bytes and by what was declared.
struct ImportUnderstanding: Sendable {
    /// How it would be read; nil if it is of no kind that is read.
    private(set) var plan: IngestV1.ImportPlan?
    private(set) var findings: [IngestV1.ImportFinding] = []
    private(set) var guess = ImportRecord.Guess()
    /// Whether it can be read without asking anybody.
    private(set) var isClear = false

    private var filePlan: FilePlan?
    private var fileGuess: FileGuess?

    /// Looks at a file.
    ///
    /// - Parameters:
    ///   - start: its first bytes.
    ///   - isWhole: whether these are all.
    ///   - declared: what is known of it.
    init(of start: RawSpan, isWhole: Bool, _ declared: IngestV1.ImportPlan) {
        let guess: FileGuess
        do throws(Finding) {
            guess = try FileGuess(start: start, isWhole: isWhole)
        } catch {
            findings = [IngestV1.ImportFinding(error)]
            return
        }
        let plan = Self.plan(guess, declared)
        var described = IngestV1.ImportPlan(plan, declared)
        for (index, reason) in guess.columns.enumerated() where plan.columns.indices ~= index {
            guard plan.columns[index] == guess.plan.columns[index] else { continue }
            described.columns[index].reason = reason.text
            described.columns[index].confidence = reason.confidence
        }
        let open = Self.open(guess, plan, declared)
        fileGuess = guess
        filePlan = plan
        self.plan = described
        self.guess = .init(reason: guess.kind.text, confidence: guess.kind.confidence)
        findings = open.map { IngestV1.ImportFinding($0) }
        findings += Self.unstored(plan)
        isClear = open.allSatisfy { $0.rule == .doubledHeader }
    }

    /// The first rows as they would be read.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - now: the time.
    /// - Returns: the rows, and how they stand in the file; none of a file of no kind.
    /// - Throws: `Finding` if the plan has other columns than the file.
    func preview(
        _ count: Int,
        now: UTCTimestamp
    ) throws(Finding) -> [(row: FileReader.Row, text: String)] {
        guard let fileGuess, let filePlan, filePlan.problems().isEmpty else { return [] }
        let now = Int(now.milliseconds) * 1_000
        return try fileGuess.preview(filePlan, count: count, now: now).map { row in
            (row, fileGuess.text(of: row, filePlan.encoding, most: Self.mostShownBytes))
        }
    }

    /// How many bytes of a row a preview shows.
    private static let mostShownBytes = 4_096

    /// The guess, where nothing else was declared.
    private static func plan(_ guess: FileGuess, _ declared: IngestV1.ImportPlan) -> FilePlan {
        var plan = guess.plan
        var isParted = false
        if let dialect = plan.form.parts {
            var other = dialect
            if let delimiter = declared.delimiter.utf8.first { other.delimiter = delimiter }
            if declared.headerRow > 0 { other.headerRecord = Int(declared.headerRow) }
            isParted = other != dialect
            plan.form = .delimited(other)
        }
        if let kind = FileKind(rawValue: declared.kind) { plan.kind = kind }
        if let encoding = TextEncoding(rawValue: declared.encoding) { plan.encoding = encoding }
        let separator = ValueFormat.DecimalSeparator(rawValue: declared.decimalSeparator)
        if let separator { plan.format.decimalSeparator = separator }
        let order = ValueFormat.DateOrder(rawValue: declared.dateOrder)
        if let order { plan.format.dateOrder = order }
        if !declared.currency.isEmpty { plan.format.currency = declared.currency }
        if let platform = AdPlatform(rawValue: declared.platform) { plan.platform = platform }
        if !declared.pathSeparator.isEmpty { plan.pathSeparator = declared.pathSeparator }
        let columns = declared.columns.compactMap { column in
            ColumnRole(rawValue: column.role).map { role in
                FilePlan.Column(
                    header: column.header,
                    role: role,
                    name: column.name.isEmpty ? nil : column.name
                )
            }
        }
        if isParted, !columns.isEmpty {
            // The guess parted rows elsewhere: its columns are none.
            plan.columns = columns
        } else {
            for column in columns {
                for place in plan.columns.indices
                where plan.columns[place].header == column.header {
                    plan.columns[place] = column
                }
            }
        }
        return plan
    }

    /// What must be known or mended before the file is read.
    private static func open(
        _ guess: FileGuess,
        _ plan: FilePlan,
        _ declared: IngestV1.ImportPlan
    ) -> [Finding] {
        let problems = plan.problems()
        let rest = guess.findings.filter { finding in
            switch finding.rule {
            case .missingRole, .noDate: false
            case .unknownKind: declared.kind.isEmpty
            case .undeclaredDates: plan.format.dateOrder == nil
            case .undeclaredNumbers: declared.decimalSeparator.isEmpty
            default: true
            }
        }
        return rest + problems
    }

    /// What is read and has no place yet where it could be kept.
    private static func unstored(_ plan: FilePlan) -> [IngestV1.ImportFinding] {
        guard plan.kind == .spend else { return [] }
        return plan.columns
            .filter { $0.role == .conversions || $0.role == .conversionValue }
            .map { column in
                var finding = IngestV1.ImportFinding()
                finding.rule = "not_stored"
                finding.column = column.header
                finding.remedy = "nothing: what platforms claim for themselves is not kept"
                return finding
            }
    }
}

extension FileForm {
    /// How rows of cells are written; nil for objects.
    fileprivate var parts: Dialect? {
        if case .delimited(let dialect) = self { dialect } else { nil }
    }
}
