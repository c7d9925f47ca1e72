/// What each column of a table is to a mix model: guessed from names, shown, and overruled.
public struct PanelRoles: Sendable, Equatable {
    /// The role of each column that has one.
    private var roles: [String: PanelRole] = [:]
    /// Whether all geos count as equally large, where there is no column of populations.
    public var hasEqualPopulations = false

    /// No column has a role.
    public init() {}

    /// The role of a column; ``PanelRole/ignored`` for one that has none.
    public subscript(column: String) -> PanelRole {
        get { roles[column] ?? .ignored }
        set { roles[column] = newValue }
    }

    /// The columns that have a role beside ``PanelRole/ignored``, by name.
    public var assigned: [String] { roles.keys.filter { roles[$0] != .ignored }.sorted() }

    /// The roles that columns seem to have by their names.
    ///
    /// - Parameter table: the columns; of those whose name says little, cells are looked at.
    /// - Returns: a role for each column whose name says one.
    public static func guess(_ table: PanelTable) -> PanelRoles {
        RoleGuess(table).roles
    }

    /// The role of each column of a table, a line for each.
    ///
    /// - Parameter table: the columns.
    /// - Returns: names and roles, in the table's order.
    public func shown(for table: PanelTable) -> [(column: String, role: String)] {
        table.columns.map { ($0, self[$0].word) }
    }
}

/// Where the columns of a table go, once their roles are known to fit each other.
struct RolePlan {
    var day = 0
    var geo: Int?
    var population: Int?
    var outcome = 0
    var isMoney = false
    var value: Int?
    var channels: [Channel] = []
    var organic: [Int] = []
    var treatments: [Int] = []
    var controls: [Int] = []
    var events: [Int] = []

    /// The columns of a channel.
    struct Channel {
        let name: String
        var spend: Int?
        var exposure: Int?
        var reach: Int?
        var frequency: Int?
    }

    /// Looks at the roles of a table's columns, in the table's order.
    ///
    /// - Parameters:
    ///   - roles: the roles.
    ///   - table: the columns.
    ///   - findings: what does not fit is added to them, and which columns are not used.
    init(_ roles: PanelRoles, _ table: PanelTable, _ findings: inout PanelFindings) {
        for name in roles.assigned where table.column(name) == nil {
            findings.add(.unknownColumn(name, in: table))
        }
        var single: [String: Int] = [:]
        var unused: [String] = []
        for (place, column) in table.columns.enumerated() {
            let role = roles[column]
            if let word = Self.singleWord(role), let other = single.updateValue(place, forKey: word)
            {
                findings.add(Self.doubled(word, table.columns[other], column))
            }
            switch role {
            case .day: day = place
            case .geo: geo = place
            case .population: population = place
            case .outcome(let isMoney): (outcome, self.isMoney) = (place, isMoney)
            case .valuePerOutcome: value = place
            case .spend(let name): channel(name) { $0.spend = place }
            case .exposure(let name): channel(name) { $0.exposure = place }
            case .reach(let name): channel(name) { $0.reach = place }
            case .frequency(let name): channel(name) { $0.frequency = place }
            case .organic: organic.append(place)
            case .treatment: treatments.append(place)
            case .control: controls.append(place)
            case .events: events.append(place)
            case .ignored: unused.append(column)
            }
        }
        checkPresence(single, table, &findings)
        checkChannels(&findings)
        if !unused.isEmpty { findings.add(Self.unused(unused)) }
    }

    private mutating func channel(_ name: String, _ change: (inout Channel) -> Void) {
        let place = channels.firstIndex { $0.name == name } ?? channels.endIndex
        if place == channels.endIndex { channels.append(Channel(name: name)) }
        change(&channels[place])
    }

    /// What a role is called that one column alone may have.
    private static func singleWord(_ role: PanelRole) -> String? {
        switch role {
        case .organic, .treatment, .control, .events, .ignored: nil
        case .outcome: "outcome"
        default: role.word
        }
    }

    // MARK: Checks

    private func checkPresence(
        _ single: [String: Int],
        _ table: PanelTable,
        _ findings: inout PanelFindings
    ) {
        let needed = [
            ("date", "day on which each period starts"), ("outcome", "outcome to be explained"),
        ]
        for (word, meaning) in needed where single[word] == nil {
            findings.add(
                PanelFinding(
                    .refuses,
                    .missingRole,
                    problem: "no column has the \(meaning)",
                    remedy: "say which of \(Figure.list(table.columns, most: 20)) has the role "
                        + word
                )
            )
        }
        guard channels.isEmpty else { return }
        findings.add(
            PanelFinding(
                .refuses,
                .missingRole,
                problem: "no column has what a channel cost",
                remedy: "say which columns have the role spend, or call them as tv_spend"
            )
        )
    }

    private func checkChannels(_ findings: inout PanelFindings) {
        for channel in channels {
            let problem: String? =
                if channel.spend == nil {
                    "the channel has no column of spend"
                } else if (channel.reach == nil) != (channel.frequency == nil) {
                    "the channel has one of reach and frequency alone"
                } else if channel.reach != nil, channel.exposure != nil {
                    "the channel has exposure, and reach and frequency"
                } else {
                    nil
                }
            guard let problem else { continue }
            findings.add(
                PanelFinding(
                    .refuses,
                    .halfChannel,
                    columns: [channel.name],
                    problem: problem,
                    remedy: "give it a column of spend, and beside it none, one of exposure, or"
                        + " reach and frequency; a medium that costs nothing has the role organic"
                )
            )
        }
    }

    private static func doubled(_ word: String, _ one: String, _ other: String) -> PanelFinding {
        PanelFinding(
            .refuses,
            .doubledRole,
            columns: [one, other],
            problem: "both have the role \(word), which one column may have",
            remedy: "give one of them another role, or ignore"
        )
    }

    private static func unused(_ columns: [String]) -> PanelFinding {
        PanelFinding(
            .notes,
            .unusedColumn,
            columns: columns,
            problem: "\(Figure.count(columns.count, "column")) left out of the model",
            remedy: "give them a role if they matter"
        )
    }
}
