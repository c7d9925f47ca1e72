/// Something that is to be known of a file or a panel before a model is fitted to it: where, what
/// is wrong in numbers, and what to do.
public struct PanelFinding: Error, Hashable, Sendable {
    /// What it means for training.
    public var severity: Severity
    /// Which rule it is about.
    public var rule: PanelRule
    /// The columns, channels or roles it is about, in the order of the data.
    public var columns: [String]
    /// The place it is about; nil if it is about none alone.
    public var geo: String?
    /// The periods it is about, at most ``mostPeriods`` of them.
    public var periods: [PanelDay]
    /// The row of the file, counted as a spreadsheet counts: from 1, with the header.
    public var row: Int?
    /// What stands in the cell, at most ``longestText`` characters of it.
    public var text: String?
    /// What is wrong, in a sentence with the numbers.
    public var problem: String
    /// What to do about it, in a sentence.
    public var remedy: String

    /// The most periods that a finding names.
    public static let mostPeriods = 5
    /// The most characters of a cell that a finding shows.
    public static let longestText = 60

    /// How much a finding weighs.
    public enum Severity: String, CaseIterable, Comparable, Sendable {
        /// Nothing is trained until it is put right.
        case refuses
        /// Training goes on; some results will be worth less.
        case warns
        /// What was done with the data, or is good to know.
        case notes

        /// Whether a severity weighs more than another.
        ///
        /// - Parameters:
        ///   - one: a severity.
        ///   - other: another.
        /// - Returns: whether the first weighs more.
        public static func < (one: Self, other: Self) -> Bool {
            Self.allCases.firstIndex(of: one) ?? 0 < Self.allCases.firstIndex(of: other) ?? 0
        }
    }

    /// Describes something.
    ///
    /// - Parameters:
    ///   - severity: what it means for training.
    ///   - rule: which rule it is about.
    ///   - columns: what it is about.
    ///   - geo: the place; nil for none alone.
    ///   - periods: the periods; those beyond ``mostPeriods`` are left out.
    ///   - row: the row of the file.
    ///   - text: what stands in the cell; it is cut.
    ///   - problem: what is wrong.
    ///   - remedy: what to do.
    public init(
        _ severity: Severity,
        _ rule: PanelRule,
        columns: [String] = [],
        geo: String? = nil,
        periods: [PanelDay] = [],
        row: Int? = nil,
        text: String? = nil,
        problem: String,
        remedy: String
    ) {
        self.severity = severity
        self.rule = rule
        self.columns = columns
        self.geo = geo
        self.periods = Array(periods.prefix(Self.mostPeriods))
        self.row = row
        self.text = text.map(Self.cut)
        self.problem = problem
        self.remedy = remedy
    }

    /// A text as a finding shows it: short, and without characters that move the cursor.
    private static func cut(_ text: String) -> String {
        let isLong = text.count > longestText
        let shown = isLong ? text.prefix(longestText - 1) + "…" : text[...]
        return String(
            String.UnicodeScalarView(
                shown.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }
            )
        )
    }
}

extension PanelFinding: CustomStringConvertible {
    /// The finding in a line: where, what is wrong, what to do.
    public var description: String {
        var place: [String] = []
        if let row { place.append("row \(row)") }
        if !columns.isEmpty { place.append(Figure.list(columns)) }
        if let geo { place.append(geo) }
        let cell = text.map { " “\($0)”" } ?? ""
        let start = place.isEmpty && cell.isEmpty ? "" : place.joined(separator: ", ") + cell + ": "
        return "\(severity.rawValue) [\(rule.rawValue)] \(start)\(problem); \(remedy)"
    }
}

/// What has been found, the weightiest first, with a bound on how much.
public struct PanelFindings: Error, Equatable, Sendable {
    /// What has been found, at most ``most`` of them.
    public private(set) var all: [PanelFinding] = []
    /// How many were found beside these.
    public private(set) var omitted = 0
    /// Whether anything refuses training, among those left out too.
    public private(set) var isRefusal = false

    /// The most findings that are kept.
    public static let most = 100

    /// Nothing yet.
    public init() {}

    /// Adds a finding, behind those of its severity; of too many the lightest is left out.
    ///
    /// - Parameter finding: what has been found.
    public mutating func add(_ finding: PanelFinding) {
        if finding.severity == .refuses { isRefusal = true }
        if all.count == Self.most {
            omitted += 1
            guard let last = all.last, finding.severity < last.severity else { return }
            all.removeLast()
        }
        let place = all.firstIndex { finding.severity < $0.severity } ?? all.endIndex
        all.insert(finding, at: place)
    }

    /// Adds what has been found elsewhere.
    ///
    /// - Parameter other: the findings.
    public mutating func add(_ other: PanelFindings) {
        for finding in other.all { add(finding) }
        omitted += other.omitted
        isRefusal = isRefusal || other.isRefusal
    }
}

extension PanelFindings: CustomStringConvertible {
    /// A line for each finding, and one for those that are left out.
    public var description: String {
        let rest = omitted == 0 ? [] : ["and \(omitted) more like these"]
        return (all.map(\.description) + rest).joined(separator: "\n")
    }
}
