/// The limits of a request as limits of a search's variables, in money.
struct BudgetAmounts {
    let request: BudgetRequest
    /// What an amount of the request is, as a sum of spends that are variables.
    let perAmount: Double
    let periods: Int

    init(_ request: BudgetRequest, perAmount: Double, periods: Int) {
        self.request = request
        self.perAmount = perAmount
        self.periods = periods
    }

    private var isConstant: Bool { request.pattern == .constant }

    /// The variables of a line.
    func members(_ line: Int) -> [Int] {
        isConstant ? [line] : Array(line * periods..<(line + 1) * periods)
    }

    /// The bounds of single variables; all of them are finite.
    func bounds() throws(BudgetRefusal) -> (lower: [Double], upper: [Double]) {
        var (lower, upper): ([Double], [Double]) = ([], [])
        for line in request.lines {
            var least = line.periodLimits.least
            var most = line.periodLimits.most ?? .infinity
            if isConstant { least = max(least, line.limits.least * perAmount) }
            // No period can have more than the line may have in all, nor its groups, nor anyone.
            most = min(most, (line.limits.most ?? .infinity) * perAmount)
            for group in request.groups where group.lines.contains(line.name) {
                most = min(most, (group.limits.most ?? .infinity) * perAmount)
            }
            if case .budget(let budget) = request.goal { most = min(most, budget * perAmount) }
            guard most < .infinity else { throw .noMost(line: line.name) }
            let count = isConstant ? 1 : periods
            lower += [Double](repeating: least, count: count)
            // Rounding may put an amount that is locked below itself.
            upper += [Double](repeating: max(least, most), count: count)
        }
        return (lower, upper)
    }

    /// The limits of sums of variables.
    func sums() -> [BudgetRegion.Sum] {
        var sums: [BudgetRegion.Sum] = []
        func add(_ name: String, _ members: [Int], _ limits: BudgetLimits) {
            guard limits.least > 0 || limits.most != nil else { return }
            sums.append(
                BudgetRegion.Sum(
                    name: name,
                    members: members,
                    lower: limits.least * perAmount,
                    upper: (limits.most ?? .infinity) * perAmount
                )
            )
        }
        if !isConstant {
            for (index, line) in request.lines.enumerated() {
                add(line.name, members(index), line.limits)
            }
        }
        for group in request.groups {
            let lines = request.lines.indices.filter {
                group.lines.contains(request.lines[$0].name)
            }
            add(group.name, lines.flatMap(members), group.limits)
        }
        return sums
    }
}
