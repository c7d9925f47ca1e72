internal import Wire

/// Reads the cells of a row by their roles, and collects what is wrong with them.
struct CellReader {
    private let columns: [FilePlan.Column]
    private let places: [ColumnRole: [Int]]
    private let numbers: NumberReader
    private let dates: DateReader
    private let currency: String?
    private let latest: Int

    /// What is wrong with the row so far; at most ``mostFindings``.
    private(set) var findings: [Finding] = []

    private static let mostFindings = 16
    private static let longestText = 8_192
    /// 1990-01-01.
    private static let earliestDay = 7_305
    /// The digits that money is booked with, and their bound: `numeric(18,6)`.
    private static let moneyDigits = 6
    private static let moneyBound = ExactDecimal.powers[12]

    /// Prepares to read rows.
    ///
    /// - Parameters:
    ///   - plan: what the columns say.
    ///   - now: the time, in microseconds since 1970-01-01T00:00:00Z.
    init(_ plan: FilePlan, now: Int) {
        columns = plan.columns
        places = Dictionary(grouping: plan.columns.indices) { plan.columns[$0].role }
        numbers = NumberReader(plan.format.decimalSeparator)
        dates = DateReader(order: plan.format.dateOrder)
        currency = plan.format.currency
        latest = now + 48 * 3_600 * 1_000_000
    }

    /// Forgets the findings.
    mutating func begin() { findings.removeAll(keepingCapacity: true) }

    func columns(of role: ColumnRole) -> [Int] { places[role] ?? [] }

    /// The first column of a role that has a value; nil if there is none.
    func place(_ role: ColumnRole, in row: borrowing RowReader) -> Int? {
        guard let places = places[role] else { return nil }
        return places.first { !row.cell($0).trimmed.isMissing }
    }

    /// Notes what is wrong with a column's cell.
    mutating func add(_ rule: Finding.Rule, _ column: Int?, in row: borrowing RowReader) {
        guard findings.count < Self.mostFindings else { return }
        let excerpt = column.map { Finding.excerpt(row.cell($0)) } ?? Finding.excerpt(row.rawRow)
        findings.append(
            Finding(
                rule,
                record: row.record,
                at: row.byteOffset,
                column: column.map { columns[$0].header },
                excerpt: excerpt
            )
        )
    }

    /// Notes that a cell must not be empty.
    mutating func require(_ role: ColumnRole, in row: borrowing RowReader) {
        guard findings.count < Self.mostFindings else { return }
        let header = places[role].map { columns[$0[0]].header } ?? role.rawValue
        let excerpt = Finding.excerpt(row.rawRow)
        findings.append(
            Finding(
                .required,
                record: row.record,
                at: row.byteOffset,
                column: header,
                excerpt: excerpt
            )
        )
    }

    mutating func text(_ role: ColumnRole, in row: borrowing RowReader) -> String? {
        guard let column = place(role, in: row) else { return nil }
        let cell = row.cell(column).trimmed
        guard cell.byteCount <= Self.longestText else {
            add(.textTooLong, column, in: row)
            return nil
        }
        return String(repairing: cell)
    }

    /// Reads a number.
    ///
    /// - Parameters:
    ///   - column: the column; its cell may be empty.
    ///   - negative: what to note if it is below zero; nil allows that.
    ///   - row: the row.
    /// - Returns: the number; nil if the cell is empty or something was noted.
    mutating func number(
        at column: Int,
        negative: Finding.Rule? = nil,
        in row: borrowing RowReader
    ) -> ExactDecimal? {
        let cell = row.cell(column).trimmed
        if cell.isMissing { return nil }
        do throws(NumberReader.Fault) {
            let number = try numbers.read(cell)
            if let negative, number.isNegative {
                add(negative, column, in: row)
                return nil
            }
            return number
        } catch {
            switch error {
            case .malformed: add(.number, column, in: row)
            case .notFinite: add(.notFinite, column, in: row)
            case .tooLarge: add(.tooLarge, column, in: row)
            }
            return nil
        }
    }

    /// Reads a number that is not below zero, of the first column of a role that has one.
    mutating func count(_ role: ColumnRole, in row: borrowing RowReader) -> ExactDecimal? {
        guard let column = place(role, in: row) else { return nil }
        return number(at: column, negative: .negative, in: row)
    }

    /// Reads an amount of money, rounded to what is booked.
    mutating func money(
        _ role: ColumnRole,
        negative: Finding.Rule? = nil,
        in row: borrowing RowReader
    ) -> ExactDecimal? {
        guard let column = place(role, in: row),
            let amount = number(at: column, negative: negative, in: row)
        else { return nil }
        let booked = amount.rounded(to: Self.moneyDigits)
        let bound = Self.moneyBound * ExactDecimal.powers[booked.scale]
        guard booked.coefficient.magnitude < bound.magnitude else {
            add(.tooLarge, column, in: row)
            return nil
        }
        return booked
    }

    /// Reads a number or, where there is none, a word.
    mutating func content(at column: Int, in row: borrowing RowReader) -> FileSeries.Content? {
        let cell = row.cell(column).trimmed
        if cell.byteCount == 0 { return nil }
        do throws(NumberReader.Fault) {
            return .number(try numbers.read(cell))
        } catch {
            if error != .malformed {
                add(error == .notFinite ? .notFinite : .tooLarge, column, in: row)
                return nil
            }
        }
        guard cell.byteCount <= Self.longestText else {
            add(.textTooLong, column, in: row)
            return nil
        }
        return .word(String(repairing: cell))
    }

    /// Reads the row's date.
    ///
    /// - Parameters:
    ///   - row: the row.
    ///   - mayLieAhead: whether the future is no mistake.
    /// - Returns: the date; nil if something was noted.
    mutating func date(in row: borrowing RowReader, mayLieAhead: Bool = false) -> FileTime? {
        guard let column = place(.date, in: row) else {
            require(.date, in: row)
            return nil
        }
        do throws(DateReader.Fault) {
            let time = try dates.read(row.cell(column).trimmed)
            if time.day.number < Self.earliestDay {
                add(.dateTooEarly, column, in: row)
                return nil
            }
            if !mayLieAhead && time.microseconds > latest {
                add(.dateInFuture, column, in: row)
                return nil
            }
            return time
        } catch {
            add(error == .ambiguous ? .ambiguousDate : .date, column, in: row)
            return nil
        }
    }

    /// Reads the row's currency, or takes the plan's.
    mutating func currency(in row: borrowing RowReader) -> String? {
        guard let column = place(.currency, in: row) else { return currency }
        let code = String(repairing: row.cell(column).trimmed).uppercased()
        guard code.utf8.count == 3,
            code.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        else {
            add(.currency, column, in: row)
            return nil
        }
        return code
    }
}
