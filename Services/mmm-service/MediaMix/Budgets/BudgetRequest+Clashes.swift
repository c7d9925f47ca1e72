extension BudgetRequest {
    /// The unit of amounts in words.
    var unitWords: String { unit == .perPeriod ? "per period" : "in all" }

    /// The limits of a line, those of single periods among them, in the request's unit.
    func limits(of line: BudgetLine, periods: Int) -> (least: Double, most: Double) {
        let count = unit == .perPeriod ? 1 : Double(periods)
        return (
            max(line.limits.least, line.periodLimits.least * count),
            min(line.limits.most ?? .infinity, (line.periodLimits.most ?? .infinity) * count)
        )
    }

    /// Refuses limits that no plan can keep, as far as it shows in sums of them.
    func checkClashes(periods: Int) throws(BudgetRefusal) {
        for line in lines {
            try cross(line.name, line.limits.least, line.limits.most ?? .infinity)
            let (least, most) = (line.periodLimits.least, line.periodLimits.most ?? .infinity)
            guard least <= most else {
                throw .limitsCross(
                    name: line.name,
                    least: least,
                    most: most,
                    unit: "in a single period"
                )
            }
            let both = limits(of: line, periods: periods)
            try cross(line.name, both.least, both.most)
        }
        let byName = Dictionary(
            uniqueKeysWithValues: lines.map { ($0.name, limits(of: $0, periods: periods)) }
        )
        for group in groups {
            try cross(group.name, group.limits.least, group.limits.most ?? .infinity)
            let members = group.lines.compactMap { byName[$0] }
            let needed = members.reduce(0) { $0 + $1.least }
            let possible = members.reduce(0) { $0 + $1.most }
            if let most = group.limits.most, Self.exceeds(needed, most) {
                throw .groupTooSmall(
                    group: group.name,
                    most: most,
                    needed: needed,
                    unit: unitWords
                )
            }
            if Self.exceeds(group.limits.least, possible) {
                throw .groupTooLarge(
                    group: group.name,
                    least: group.limits.least,
                    possible: possible,
                    unit: unitWords
                )
            }
        }
        if case .budget(let budget) = goal { try compare(budget, byName) }
    }

    /// Compares the budget with what lines and groups must and may spend; of groups that share
    /// lines, the first counts.
    private func compare(
        _ budget: Double,
        _ limits: [String: (least: Double, most: Double)]
    ) throws(BudgetRefusal) {
        var left = Set(lines.map(\.name))
        var (needed, possible) = (0.0, 0.0)
        var (needing, bounding): ([String], [String]) = ([], [])
        func count(_ name: String, _ least: Double, _ most: Double) {
            needed += least
            possible += most
            if least > 0 { needing.append(name) }
            bounding.append(name)
        }
        for group in groups where left.isSuperset(of: group.lines) {
            left.subtract(group.lines)
            let members = group.lines.compactMap { limits[$0] }
            count(
                group.name,
                max(group.limits.least, members.reduce(0) { $0 + $1.least }),
                min(group.limits.most ?? .infinity, members.reduce(0) { $0 + $1.most })
            )
        }
        for line in lines where left.contains(line.name) {
            guard let own = limits[line.name] else { continue }
            count(line.name, own.least, own.most)
        }
        if Self.exceeds(needed, budget) {
            throw .budgetTooSmall(budget: budget, needed: needed, of: needing, unit: unitWords)
        }
        if Self.exceeds(budget, possible) {
            throw .budgetTooLarge(budget: budget, possible: possible, of: bounding, unit: unitWords)
        }
    }

    private func cross(
        _ name: String,
        _ least: Double,
        _ most: Double
    ) throws(BudgetRefusal) {
        guard Self.exceeds(least, most) else { return }
        throw .limitsCross(name: name, least: least, most: most, unit: unitWords)
    }

    /// Whether an amount is above another by more than rounding.
    private static func exceeds(_ amount: Double, _ other: Double) -> Bool {
        amount > other * (1 + 1e-12)
    }
}
