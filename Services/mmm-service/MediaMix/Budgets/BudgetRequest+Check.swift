extension BudgetRequest {
    /// The most variables that a search takes.
    static let mostVariables = 1200
    /// The most where limits or goals tie variables together.
    static let mostTiedVariables = 400

    /// The most groups of lines.
    static let mostGroups = 200

    /// Refuses what breaks a rule by itself, before any limits are compared.
    func check(lines count: Int, periods: Int) throws(BudgetRefusal) {
        func require(_ field: String, _ isMet: Bool, _ rule: String) throws(BudgetRefusal) {
            guard isMet else { throw .badRequest(field: field, rule: rule) }
        }
        try require(
            "lines",
            lines.count == count,
            "there must be one for each of the model's \(count)"
        )
        let names = Set(lines.map(\.name))
        try require("lines", names.count == count, "two have the same name; rename one")
        let variables = pattern == .constant ? count : count * periods
        let most = tiesVariables ? Self.mostTiedVariables : Self.mostVariables
        try require(
            "pattern",
            variables <= most,
            "\(variables) amounts are more than \(most); "
                + "take fewer periods or constant spend"
        )
        for line in lines {
            let isSpend = line.current.count == periods && line.current.allSatisfy(Self.isAmount)
            let rule = "current must have an amount from 0 for each of \(periods) periods"
            try require(line.name, isSpend, rule)
            try require(line.name, line.limits.isSound, "limits must be amounts from 0")
            try require(line.name, line.periodLimits.isSound, "periodLimits must be amounts from 0")
        }
        try require(
            "groups",
            groups.count <= Self.mostGroups,
            "are more than \(Self.mostGroups); join some"
        )
        let groupNames = Set(groups.map(\.name))
        try require(
            "groups",
            groupNames.count == groups.count,
            "two have the same name; rename one"
        )
        for group in groups {
            try require(group.name, group.limits.isSound, "limits must be amounts from 0")
            let members = Set(group.lines)
            let isSound = !members.isEmpty && members.count == group.lines.count
            try require(group.name, isSound, "lines must name at least one, and none twice")
            if let unknown = group.lines.first(where: { !names.contains($0) }) {
                try require(group.name, false, "there is no '\(unknown)'; name one of the lines")
            }
        }
        try require("valuePerOutcome", valuePerOutcome.isPositive, "must be a positive number")
        let probability = intervalProbability
        try require(
            "intervalProbability",
            probability > 0 && probability < 1,
            "must be between 0 and 1"
        )
        try require("starts", (2...100).contains(starts), "must be 2 to 100")
        try checkGoal()
    }

    /// Whether there is more to keep than a budget and the limits of single variables.
    private var tiesVariables: Bool {
        switch goal {
        case .returnOnSpend, .outcome: return true
        case .budget, .marginalReturn: break
        }
        let hasLimits = lines.contains { $0.limits.least > 0 || $0.limits.most != nil }
        return !groups.isEmpty || pattern == .flighted && hasLimits
    }

    private func checkGoal() throws(BudgetRefusal) {
        let wanted: (name: String, value: Double) =
            switch goal {
            case .budget(let amount): ("budget", amount)
            case .returnOnSpend(let rate), .marginalReturn(let rate): ("goal", rate)
            case .outcome(let outcome): ("goal", outcome)
            }
        guard wanted.value.isPositive else {
            throw .badRequest(field: wanted.name, rule: "must be a positive number")
        }
        let isSound =
            switch utility {
            case .mean: true
            case .meanLessDeviations(let count): count >= 0 && count.isFinite
            case .meanOfWorst(let share): share > 0 && share <= 1
            }
        guard isSound else {
            throw .badRequest(
                field: "utility",
                rule: "takes a number of deviations from 0, or a share above 0 and up to 1"
            )
        }
    }

    private static func isAmount(_ amount: Double) -> Bool { amount >= 0 && amount.isFinite }
}

extension BudgetLimits {
    /// Whether the amounts are amounts; they may still cross.
    var isSound: Bool {
        let most = most ?? 0
        return least >= 0 && least.isFinite && most >= 0 && most.isFinite
    }
}

extension Double {
    /// Whether it is above 0 and finite.
    var isPositive: Bool { self > 0 && isFinite }
}
