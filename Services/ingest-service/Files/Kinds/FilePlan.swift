/// How a file is to be read: what a guess proposes and a caller may change.
public struct FilePlan: Hashable, Sendable {
    /// A column, or a path of an object.
    public struct Column: Hashable, Sendable {
        /// What stands above it, or its path.
        public var header: String
        /// What it says.
        public var role: ColumnRole
        /// What its series is called, as the channel that money was spent on.
        public var name: String

        /// Declares a column.
        ///
        /// - Parameters:
        ///   - header: what stands above it.
        ///   - role: what it says.
        ///   - name: what its series is called; nil for the header.
        public init(header: String, role: ColumnRole, name: String? = nil) {
            self.header = header
            self.role = role
            self.name = name ?? header
        }
    }

    /// What the rows are about.
    public var kind: FileKind
    /// What rows are made of.
    public var form: FileForm
    /// What bytes mean.
    public var encoding: TextEncoding
    /// How numbers and dates are written.
    public var format: ValueFormat
    /// The platform that spend is of, where no column says so.
    public var platform: AdPlatform?
    /// What stands between the steps of a path.
    public var pathSeparator: String
    /// The columns in the order of the file.
    ///
    /// If two have the same role and are no series, the first that is not empty counts.
    public var columns: [Column]

    /// Declares how to read a file.
    ///
    /// - Parameters:
    ///   - kind: what rows are about.
    ///   - form: what they are made of.
    ///   - encoding: what bytes mean.
    ///   - format: how values are written.
    ///   - platform: whose spend it is.
    ///   - pathSeparator: between the steps of a path.
    ///   - columns: the columns in order.
    public init(
        kind: FileKind,
        form: FileForm,
        encoding: TextEncoding = .utf8,
        format: ValueFormat = ValueFormat(),
        platform: AdPlatform? = nil,
        pathSeparator: String = ">",
        columns: [Column]
    ) {
        self.kind = kind
        self.form = form
        self.encoding = encoding
        self.format = format
        self.platform = platform
        self.pathSeparator = pathSeparator
        self.columns = columns
    }

    /// Why a file cannot be read like this: roles without which no row of the kind means anything.
    ///
    /// - Returns: a finding for each role that no column has; none if the plan is good.
    public func problems() -> [Finding] {
        let roles = Set(columns.map(\.role))
        var missing: [String] = []
        func require(_ wanted: [ColumnRole]) {
            guard roles.isDisjoint(with: wanted) else { return }
            missing.append(wanted.map(\.rawValue).joined(separator: " or "))
        }
        var findings: [Finding] = []
        if kind == .paths {
            require([.path])
            require([.conversions, .nulls, .value])
        } else if !roles.contains(.date) {
            findings.append(Finding(.noDate, at: 0))
        }
        switch kind {
        case .paths: break
        case .events: require([.visitorID, .userID])
        case .ga4:
            require([.visitorID, .userID])
            require([.eventName])
        case .spend: require([.spend])
        case .kpi: require([.kpi, .seriesValue])
        case .covariates: require([.control, .seriesValue])
        case .mixModel: require([.spend, .impressions, .clicks, .reach, .organic])
        case .holidays: require([.holiday])
        }
        if roles.contains(.seriesValue) { require([.seriesName]) }
        return findings + missing.map { Finding(.missingRole, at: 0, excerpt: $0) }
    }
}
