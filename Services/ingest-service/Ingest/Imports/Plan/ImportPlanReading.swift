internal import Files
internal import Messages
internal import RPC

// How a file is read, as callers declare it and as readers of files take it.
extension IngestV1.ImportPlan {
    /// The most columns that a plan may name.
    static let mostColumns = 4_096
    private static let longestName = 200

    /// What was declared before, where nothing is declared now.
    ///
    /// - Parameter later: what is declared now.
    /// - Returns: both, the later first.
    func overlaid(by later: IngestV1.ImportPlan) -> IngestV1.ImportPlan {
        var plan = self
        func take(_ path: WritableKeyPath<IngestV1.ImportPlan, String>) {
            if !later[keyPath: path].isEmpty { plan[keyPath: path] = later[keyPath: path] }
        }
        for path in [
            \IngestV1.ImportPlan.kind, \.form, \.delimiter, \.encoding, \.decimalSeparator,
            \.dateOrder, \.currency, \.platform, \.pathSeparator, \.timeZone,
        ] { take(path) }
        if later.headerRow != 0 { plan.headerRow = later.headerRow }
        if later.unknownChannels != .unspecified { plan.unknownChannels = later.unknownChannels }
        for column in later.columns {
            if let place = plan.columns.firstIndex(where: { $0.header == column.header }) {
                plan.columns[place] = column
            } else {
                plan.columns.append(column)
            }
        }
        return plan
    }

    /// Checks what a caller declares.
    ///
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    func check() throws(RPCError) {
        var violations = FieldViolations()
        func check<Word: RawRepresentable<String> & CaseIterable>(
            _ text: String,
            _ field: String,
            _ type: Word.Type
        ) {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            let isRight = text.isEmpty || Word(rawValue: text) != nil
            violations.check(isRight, "plan.\(field)", "expected one of \(words)")
        }
        check(kind, "kind", FileKind.self)
        check(encoding, "encoding", TextEncoding.self)
        check(decimalSeparator, "decimal_separator", ValueFormat.DecimalSeparator.self)
        check(dateOrder, "date_order", ValueFormat.DateOrder.self)
        check(platform, "platform", AdPlatform.self)
        violations.check(
            ["", ",", ";", "\t", "|"].contains(delimiter),
            "plan.delimiter",
            "expected ',', ';', a tab or '|'"
        )
        violations.check(
            (0...1_000).contains(headerRow),
            "plan.header_row",
            "expected 1 to 1,000"
        )
        violations.check(
            currency.isEmpty || Currency.codes.contains(currency),
            "plan.currency",
            "expected a currency of ISO 4217, as EUR"
        )
        violations.check(
            pathSeparator.utf8.count <= 16,
            "plan.path_separator",
            "expected up to 16 bytes"
        )
        violations.check(
            unknownChannels == .unspecified || unknownChannels == .reject,
            "plan.unknown_channels",
            "expected nothing, or that they are rejected"
        )
        violations.check(
            columns.count <= Self.mostColumns,
            "plan.columns",
            "expected up to 4,096"
        )
        for (index, column) in columns.prefix(Self.mostColumns).enumerated() {
            check(column.role, "columns[\(index)].role", ColumnRole.self)
            violations.check(!column.role.isEmpty, "plan.columns[\(index)].role", "expected one")
            violations.check(
                column.header.count <= Self.longestName && column.name.count <= Self.longestName,
                "plan.columns[\(index)]",
                "expected up to 200 characters"
            )
        }
        try violations.finish("the file cannot be read like this")
    }
}

extension FilePlan {
    /// A plan that has been made before; nil for one that is not whole.
    ///
    /// - Parameter plan: as ``IngestV1/ImportPlan/init(_:_:)`` writes it.
    init?(_ plan: IngestV1.ImportPlan) {
        guard let kind = FileKind(rawValue: plan.kind),
            let encoding = TextEncoding(rawValue: plan.encoding),
            let separator = ValueFormat.DecimalSeparator(rawValue: plan.decimalSeparator)
        else { return nil }
        var columns: [Column] = []
        for column in plan.columns {
            guard let role = ColumnRole(rawValue: column.role) else { return nil }
            let name = column.name.isEmpty ? nil : column.name
            columns.append(Column(header: column.header, role: role, name: name))
        }
        let form: FileForm
        if plan.form == "objects" {
            form = .objects(paths: columns.map(\.header))
        } else {
            guard let delimiter = plan.delimiter.utf8.first else { return nil }
            form = .delimited(Dialect(delimiter: delimiter, headerRecord: Int(plan.headerRow)))
        }
        self.init(
            kind: kind,
            form: form,
            encoding: encoding,
            format: ValueFormat(
                decimalSeparator: separator,
                dateOrder: ValueFormat.DateOrder(rawValue: plan.dateOrder),
                currency: plan.currency.isEmpty ? nil : plan.currency
            ),
            platform: AdPlatform(rawValue: plan.platform),
            pathSeparator: plan.pathSeparator,
            columns: columns
        )
    }
}

extension IngestV1.ImportPlan {
    /// A plan as callers see it, and as it is kept.
    ///
    /// - Parameters:
    ///   - plan: how the file is read.
    ///   - declared: what was declared; readers of files do not know all of it.
    init(_ plan: FilePlan, _ declared: IngestV1.ImportPlan) {
        self.init()
        kind = plan.kind.rawValue
        switch plan.form {
        case .delimited(let dialect):
            form = "delimited"
            delimiter = String(UnicodeScalar(dialect.delimiter))
            headerRow = Int32(dialect.headerRecord)
        case .objects: form = "objects"
        }
        encoding = plan.encoding.rawValue
        decimalSeparator = plan.format.decimalSeparator.rawValue
        dateOrder = plan.format.dateOrder?.rawValue ?? ""
        currency = plan.format.currency ?? ""
        platform = plan.platform?.rawValue ?? ""
        pathSeparator = plan.pathSeparator
        timeZone = declared.timeZone
        unknownChannels = declared.unknownChannels
        columns = plan.columns.map { column in
            var described = IngestV1.ImportColumn()
            described.header = column.header
            described.role = column.role.rawValue
            described.name = column.name
            return described
        }
    }
}

extension IngestV1.ImportFinding {
    /// A finding as callers see it.
    init(_ finding: Finding) {
        self.init()
        rule = finding.rule.rawValue
        row = Int64(finding.record ?? 0)
        byteOffset = Int64(finding.byteOffset)
        column = finding.column ?? ""
        excerpt = finding.excerpt
        remedy = finding.remedy
    }
}
