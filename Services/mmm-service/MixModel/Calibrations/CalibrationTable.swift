internal import Messages
internal import Panels
internal import RPC
internal import Wire

/// Calibrations of a table of text, a row for each.
struct CalibrationTable {
    /// Checked, in the order of the rows.
    private(set) var calibrations: [MixModelV1.Calibration] = []
    private var violations = FieldViolations()

    /// How many bytes a table has at most.
    static let mostBytes = 1_000_000
    /// How many rows it has at most.
    static let mostRows = 1_000
    /// How many faults are told.
    private static let mostFaults = 100

    /// Reads a table.
    ///
    /// - Parameter csv: all of it.
    /// - Throws: INVALID_ARGUMENT with the row and column of each fault.
    init(csv: String) throws(RPCError) {
        violations.check(
            csv.utf8.count <= Self.mostBytes,
            "csv",
            "expected at most \(Self.mostBytes) bytes"
        )
        try violations.finish("the table cannot be read")
        let table = try Self.table(csv)
        violations.check(
            (1...Self.mostRows).contains(table.rowCount),
            "csv",
            "expected 1 to \(Self.mostRows) rows beneath the header"
        )
        for name in table.columns {
            violations.check(
                Self.columns[name] != nil,
                "csv, column \(name)",
                "expected one of \(Self.columns.keys.sorted().joined(separator: ", "))"
            )
        }
        for name in Self.required {
            violations.check(table.column(name) != nil, "csv", "expected a column \(name)")
        }
        try violations.finish("the table cannot be read")
        var rows: [String: Int] = [:]
        for row in 0..<table.rowCount where violations.violations.count < Self.mostFaults {
            read(row, of: table, &rows)
        }
        try violations.finish("no calibration was put")
    }

    private static func table(_ csv: String) throws(RPCError) -> PanelTable {
        do throws(PanelFindings) {
            return try PanelTable(csv: Array(csv.utf8).rawBytes)
        } catch {
            var violations = FieldViolations()
            for finding in error.all.prefix(mostFaults) {
                violations.check(false, "csv", "\(finding.problem): \(finding.remedy)")
            }
            try violations.finish("the table cannot be read")
            throw RPCError(.invalidArgument, "csv: expected a table of text with a header")
        }
    }

    private mutating func read(_ row: Int, of table: PanelTable, _ rows: inout [String: Int]) {
        let number = table.fileRow(row)
        var calibration = MixModelV1.Calibration()
        var own = FieldViolations()
        for (place, name) in table.columns.enumerated() {
            let text = table[row, place]
            guard !text.isEmpty, let set = Self.columns[name] else { continue }
            own.check(set(&calibration, text), name, "'\(text.prefix(40))' cannot be read")
        }
        if own.violations.isEmpty { own.check(calibration) }
        let earlier = rows.updateValue(number, forKey: calibration.name)
        own.check(earlier == nil, "name", "is that of row \(earlier ?? 0), too")
        for violation in own.violations {
            let field = violation.field.split(separator: ".").last.map(String.init)
            violations.check(
                false,
                "csv, row \(number), \(field ?? violation.field)",
                violation.description
            )
        }
        calibrations.append(calibration)
    }

    private static let required = [
        "name", "channel", "kpi", "first_date", "last_date", "measure", "value",
    ]

    /// How a cell that is not empty is read; false if it cannot be.
    private typealias Reading =
        @Sendable (inout MixModelV1.Calibration, _ text: String) -> Bool

    private static let columns: [String: Reading] = [
        "name": text(\.name), "channel": text(\.channel), "kpi": text(\.kpi),
        "first_date": text(\.firstDate), "last_date": text(\.lastDate),
        "measured_until": text(\.measuredUntil), "currency": text(\.currency),
        "method": text(\.method), "source": text(\.source), "experiment": text(\.experiment),
        "value": number(\.value), "standard_error": number(\.standardError),
        "spend_delta": number(\.spendDelta), "weight": number(\.weight),
        "portion": number(\.portion),
        "lower": end(\.lower), "upper": end(\.upper), "level": end(\.level),
        "measure": word(
            \.measure,
            ["lift": .lift, "return_on_spend": .returnOnSpend]
        ),
        "likelihood": word(\.likelihood, ["normal": .normal, "student_t": .studentT]),
        "geos": { calibration, text in
            calibration.geos = text.split(separator: ";").map { String($0.trimmedOfSpaces) }
            return true
        },
    ]

    private static func text(
        _ field: any WritableKeyPath<MixModelV1.Calibration, String> & Sendable
    ) -> Reading {
        { calibration, text in
            calibration[keyPath: field] = text
            return true
        }
    }

    private static func number(
        _ field: any WritableKeyPath<MixModelV1.Calibration, Double> & Sendable
    ) -> Reading {
        { calibration, text in
            guard let number = Double(text), number.isFinite else { return false }
            calibration[keyPath: field] = number
            return true
        }
    }

    private static func end(
        _ field: any WritableKeyPath<MixModelV1.Calibration.Interval, Double> & Sendable
    ) -> Reading {
        { calibration, text in
            guard let number = Double(text), number.isFinite else { return false }
            var interval = calibration.interval ?? .init()
            interval[keyPath: field] = number
            calibration.interval = interval
            return true
        }
    }

    private static func word<Choice: Sendable>(
        _ field: any WritableKeyPath<MixModelV1.Calibration, Choice> & Sendable,
        _ words: [String: Choice]
    ) -> Reading {
        { calibration, text in
            guard let choice = words[text] else { return false }
            calibration[keyPath: field] = choice
            return true
        }
    }
}

extension Substring {
    fileprivate var trimmedOfSpaces: Substring {
        var rest = self
        while rest.first == " " { rest = rest.dropFirst() }
        while rest.last == " " { rest = rest.dropLast() }
        return rest
    }
}
