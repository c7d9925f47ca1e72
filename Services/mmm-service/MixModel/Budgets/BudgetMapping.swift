internal import MediaMix
internal import Messages
internal import RPC

/// Checked requests in the terms of a model: which lines their limits and amounts are of.
struct BudgetMapping {
    let budget: MixBudget
    let unit: BudgetRequest.Unit
    let intervalProbability: Double
    private var violations = FieldViolations()

    init(
        _ budget: MixBudget,
        _ basis: MixModelV1.BudgetBasis,
        _ unit: MixModelV1.BudgetUnit
    ) {
        self.budget = budget
        self.unit = unit == .total ? .total : .perPeriod
        intervalProbability = basis.probability
    }

    private var periods: Double { Double(budget.response.periods) }

    /// What is spent now on a line, in the request's unit.
    private func current(_ line: Int) -> Double { amount(budget.lines[line].budget.current) }

    /// Spend of single periods in the request's unit.
    func amount(_ spend: [Double]) -> Double {
        let sum = spend.reduce(0, +)
        return unit == .total ? sum : sum / periods
    }

    // MARK: Best plans

    /// What is asked of the library.
    ///
    /// - Parameters:
    ///   - value: checked.
    ///   - goal: what is sought.
    /// - Returns: the request.
    /// - Throws: INVALID_ARGUMENT for names that the model does not know.
    mutating func request(
        _ value: MixModelV1.OptimizeBudgetRequest,
        _ goal: BudgetRequest.Goal
    ) throws(RPCError) -> BudgetRequest {
        var request = BudgetRequest(lines: budget.lines.map(\.budget), unit: unit, goal: goal)
        request.utility =
            switch value.caution {
            case .lessDeviations(let count): .meanLessDeviations(count)
            case .worstShare(let share): .meanOfWorst(share)
            case nil: .mean
            }
        request.pattern = value.flighted ? .flighted : .constant
        request.valuePerOutcome = budget.valuePerOutcome
        request.intervalProbability = intervalProbability
        if value.starts > 0 { request.starts = Int(value.starts) }
        request.seed = value.seed
        for (index, limit) in value.limits.enumerated() {
            add(limit, "limits[\(index)]", to: &request)
        }
        try violations.finish("the budget cannot be found")
        return request
    }

    private mutating func add(
        _ limit: MixModelV1.BudgetLimit,
        _ field: String,
        to request: inout BudgetRequest
    ) {
        let fields = ("\(field).channels", "\(field).geos")
        let lines = lines(limit.channels, limit.geos, fields)
        guard !lines.isEmpty else { return }
        if limit.eachPeriod {
            for line in lines {
                let now = limit.relative ? budget.lines[line].budget.current.first ?? 0 : 1
                request.lines[line].periodLimits.narrow(to: limit.limits(times: now))
            }
            return
        }
        let now = limit.relative ? lines.reduce(0) { $0 + current($1) } : 1
        let limits = limit.limits(times: now)
        if lines.count == 1 {
            request.lines[lines[0]].limits.narrow(to: limits)
        } else {
            let names = lines.map { request.lines[$0].name }
            let name = limit.name.isEmpty ? names.joined(separator: " + ") : limit.name
            add(BudgetGroup(name: name, lines: names, limits: limits), field, to: &request)
        }
    }

    /// Adds a group, or narrows the one of its name.
    private mutating func add(
        _ group: BudgetGroup,
        _ field: String,
        to request: inout BudgetRequest
    ) {
        guard let place = request.groups.firstIndex(where: { $0.name == group.name }) else {
            request.groups.append(group)
            return
        }
        violations.check(
            request.groups[place].lines == group.lines,
            "\(field).name",
            "is that of a limit on something else, '\(group.name)'; choose another"
        )
        request.groups[place].limits.narrow(to: group.limits)
    }

    /// The lines of channels and places; of several that are unknown, the first is named.
    private mutating func lines(
        _ channels: [String],
        _ geos: [String],
        _ fields: (channels: String, geos: String)
    ) -> [Int] {
        let known = Set(budget.lines.map(\.channel))
        if let name = channels.first(where: { !known.contains($0) }) {
            violations.check(
                false,
                fields.channels,
                "expected channels of the model, as "
                    + "\(known.sorted().prefix(20).joined(separator: ", ")); there is no '\(name)'"
            )
        }
        let places = Set(budget.lines.compactMap(\.geo))
        violations.check(
            geos.isEmpty || !places.isEmpty,
            fields.geos,
            "expected none: the plan is not by place; ask for by_geo"
        )
        if let name = geos.first(where: { !places.isEmpty && !places.contains($0) }) {
            violations.check(
                false,
                fields.geos,
                "expected places that are planned for, as "
                    + "\(places.sorted().prefix(20).joined(separator: ", ")); there is no '\(name)'"
            )
        }
        return budget.lines.indices.filter { index in
            let line = budget.lines[index]
            return (channels.isEmpty || channels.contains(line.channel))
                && (geos.isEmpty || geos.contains(line.geo ?? ""))
        }
    }

    // MARK: Given plans

    /// What is spent in each period on each line.
    ///
    /// - Parameter value: with a checked basis.
    /// - Returns: `[lines][periods]`; what is not named is as it is now.
    /// - Throws: INVALID_ARGUMENT for what the model does not know, and amounts that are none.
    mutating func spend(_ value: MixModelV1.SimulateBudgetRequest) throws(RPCError) -> [[Double]] {
        var spend = budget.lines.map(\.budget.current)
        var taken: Set<Int> = []
        violations.check(value.spend.count <= 1_200, "spend", "expected at most 1200")
        for (index, own) in value.spend.prefix(1_200).enumerated() {
            let field = "spend[\(index)]"
            let fields = ("\(field).channel", "\(field).geo")
            let lines = lines([own.channel], own.geo.isEmpty ? [] : [own.geo], fields)
            let amounts = own.amounts
            violations.check(
                amounts.isEmpty || (amounts.count == Int(periods) && own.amount == 0),
                "\(field).amounts",
                "expected one for each of \(Int(periods)) periods, without amount, or nothing"
            )
            violations.check(
                ([own.amount] + amounts).allSatisfy { $0 >= 0 && $0.isFinite },
                "\(field).amount",
                "expected numbers from 0"
            )
            violations.check(taken.isDisjoint(with: lines), field, "is named twice; name it once")
            taken.formUnion(lines)
            // Money in all is spread over periods evenly, and relative to what each has now.
            let even = own.relative || unit == .perPeriod ? own.amount : own.amount / periods
            let whole = lines.reduce(0) { $0 + current($1) }
            for line in lines {
                let share =
                    lines.count == 1
                    ? 1 : whole > 0 ? current(line) / whole : 1 / Double(lines.count)
                let factor = own.relative ? budget.lines[line].budget.current.first ?? 0 : share
                spend[line] = spend[line].indices.map { period in
                    factor * (period < amounts.count ? amounts[period] : even)
                }
            }
        }
        try violations.finish("the budget cannot be simulated")
        return spend
    }
}

extension MixModelV1.BudgetLimit {
    /// The limits in money.
    fileprivate func limits(times factor: Double) -> BudgetLimits {
        if let lock { return .locked(lock * factor) }
        return BudgetLimits(least: (min ?? 0) * factor, most: max.map { $0 * factor })
    }
}

extension BudgetLimits {
    /// Keeps other limits too.
    fileprivate mutating func narrow(to other: Self) {
        least = Swift.max(least, other.least)
        most = [most, other.most].compactMap(\.self).min()
    }
}
