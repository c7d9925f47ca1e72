extension PanelRole {
    /// The role of a column that is known to be an outcome: whether it is money, its name says.
    ///
    /// - Parameter header: its name, as `net_sales`.
    /// - Returns: an outcome.
    public static func outcome(named header: String) -> PanelRole {
        .outcome(isMoney: ColumnName(header).words.contains(where: Vocabulary.money.contains))
    }
}

/// Guesses what columns are from what they are called.
struct RoleGuess {
    private(set) var roles = PanelRoles()
    private let table: PanelTable
    private let names: [ColumnName]

    init(_ table: PanelTable) {
        self.table = table
        names = table.columns.map(ColumnName.init)
        assign(.day, to: first(of: Vocabulary.days) { RoleGuess.looksLikeDays(table, $0) })
        // Numbers may be codes of markets in a column called `dma`, and none in `market_index`.
        assign(
            .geo,
            to: first(of: Vocabulary.geos) {
                names[$0].words.count == 1 || !RoleGuess.looksNumeric(table, $0)
            }
        )
        for place in names.indices where isFree(place) {
            roles[table.columns[place]] = role(of: place)
        }
        spellAlike()
        keepChannelsWhole()
        let outcome = first(of: Vocabulary.outcomes) { _ in true }
        if let outcome {
            assign(.outcome(named: table.columns[outcome]), to: outcome)
        }
    }

    private func isFree(_ place: Int) -> Bool { roles[table.columns[place]] == .ignored }

    private mutating func assign(_ role: PanelRole, to place: Int?) {
        if let place { roles[table.columns[place]] = role }
    }

    /// The column that the earliest of some words names: alone before beside others.
    private func first(of words: [String], where fits: (Int) -> Bool) -> Int? {
        let free = names.indices.filter { isFree($0) && !names[$0].words.contains("per") }
        let alone = { (word: String, place: Int) in names[place].words == [word] }
        let beside = { (word: String, place: Int) in
            names[place].words.last == word || names[place].words.first == word
        }
        for isNamed in [alone, beside] {
            for word in words {
                if let place = free.first(where: { isNamed(word, $0) && fits($0) }) { return place }
            }
        }
        return nil
    }

    /// What a column seems to be that is no day, geo or outcome.
    private func role(of place: Int) -> PanelRole {
        let name = names[place]
        let words = name.words
        guard let last = words.last, let first = words.first else { return .ignored }
        let has = { (known: Set<String>) in words.contains(where: known.contains) }
        if words.contains("per") || words == ["aov"] {
            let earns = Vocabulary.money.union(["value", "margin", "aov"]).contains(first)
            return earns ? .valuePerOutcome : .ignored
        }
        if has(Vocabulary.populations) { return .population }
        if words == ["events"], !Self.looksNumeric(table, place) { return .events }
        if has(Vocabulary.controls) || words == ["t"] || name.ends(inCapital: "B") {
            return .control
        }
        if has(Vocabulary.treatments) { return .treatment }
        if has(Vocabulary.organic) { return .organic }
        let ends = [last, first] + words.suffix(2)
        if ends.contains(where: Vocabulary.spend.contains) || name.ends(inCapital: "S") {
            return .spend(channel: name.channel)
        }
        if ends.contains(where: Vocabulary.reach.contains) { return .reach(channel: name.channel) }
        if ends.contains(where: Vocabulary.frequency.contains) {
            return .frequency(channel: name.channel)
        }
        if ends.contains(where: Vocabulary.exposure.contains) || name.ends(inCapital: "I")
            || name.ends(inCapital: "P")
        {
            return .exposure(channel: name.channel)
        }
        let isNumbered = words.count == 1 && first.first == "x" && Int(first.dropFirst()) != nil
        return isNumbered ? .spend(channel: table.columns[place]) : .ignored
    }

    /// Gives channels whose names differ in capitals alone the one that stands by their spend.
    private mutating func spellAlike() {
        var spelling: [String: String] = [:]
        for column in table.columns {
            guard case .spend(let channel) = roles[column] else { continue }
            if spelling[channel.lowercased()] == nil { spelling[channel.lowercased()] = channel }
        }
        for column in table.columns {
            let spelled = { (channel: String) in spelling[channel.lowercased()] ?? channel }
            switch roles[column] {
            case .exposure(let channel): roles[column] = .exposure(channel: spelled(channel))
            case .reach(let channel): roles[column] = .reach(channel: spelled(channel))
            case .frequency(let channel): roles[column] = .frequency(channel: spelled(channel))
            default: break
            }
        }
    }

    /// What people saw of a medium that has no spend is of one that costs nothing; reach without
    /// frequency is exposure; of several exposures the first counts.
    private mutating func keepChannelsWhole() {
        let taken = Set(table.columns.map { roles[$0] })
        var exposed: Set<String> = []
        for column in table.columns {
            switch roles[column] {
            case .exposure(let channel):
                let isPaid = taken.contains(.spend(channel: channel))
                let hasReach =
                    taken.contains(.reach(channel: channel))
                    && taken.contains(.frequency(channel: channel))
                let isFirst = exposed.insert(channel).inserted
                if !isPaid {
                    roles[column] = .organic
                } else if !isFirst || hasReach {
                    roles[column] = .ignored
                }
            case .reach(let channel) where !taken.contains(.frequency(channel: channel)):
                let isPaid = taken.contains(.spend(channel: channel))
                let isFirst = exposed.insert(channel).inserted
                roles[column] =
                    isPaid ? (isFirst ? .exposure(channel: channel) : .ignored) : .organic
            case .frequency(let channel) where !taken.contains(.reach(channel: channel)):
                roles[column] = .ignored
            default: break
            }
        }
    }

    // MARK: Cells

    /// Whether a column has numbers, and nothing else.
    private static func looksNumeric(_ table: PanelTable, _ column: Int) -> Bool {
        var hasNumber = false
        for row in 0..<table.rowCount {
            let text = table.bytes(row, column)
            if NumberText.isMissing(text) { continue }
            if case .refused = NumberText(text, decimal: .point),
                case .refused = NumberText(text, decimal: .comma)
            {
                return false
            }
            hasNumber = true
        }
        return hasNumber
    }

    /// Whether a column has any day.
    private static func looksLikeDays(_ table: PanelTable, _ column: Int) -> Bool {
        (0..<table.rowCount).contains { row in
            switch DayText(table.bytes(row, column)) {
            case .day, .eitherOrder: true
            case .empty, .unreadable: false
            }
        }
    }
}
