internal import Numerics

/// The search for the best variables of a problem, from several places.
struct BudgetSearch {
    /// What was found.
    struct Found {
        /// The variables; they keep all limits.
        var point: [Double]
        /// How the search went.
        var search: BudgetPlan.Search
    }

    let problem: BudgetProblem
    private let starts: [[Double]]
    /// The size of utilities.
    private let scale: Double
    private let effort: BudgetEffort

    /// A search.
    ///
    /// - Parameters:
    ///   - problem: what is sought.
    ///   - hints: variables of good plans, if some are known.
    ///   - share: the part of the effort that it may take, above 0 and up to 1.
    init(_ problem: BudgetProblem, hints: [[Double]] = [], share: Double = 1) {
        self.problem = problem
        effort = BudgetEffort(problem, share: share)
        starts = problem.starts(hints: hints)
        let largest = starts.reduce(0) { max($0, abs(problem.utility($1))) }
        scale = largest > 0 ? largest : 1
    }

    /// Finds the best variables.
    func find() throws(BudgetRefusal) -> Found {
        let utility = BudgetFunction(problem, utility: -size / scale)
        switch problem.request.goal {
        case .budget: return try best(utility)
        case .marginalReturn(let rate):
            let found = try best(surplus(rate))
            try checkMargins(found.point, rate)
            return found
        case .returnOnSpend(let rate):
            let anchor = try best(surplus(rate))
            let spend = problem.spend(anchor.point.span)
            if surplus(rate).value(anchor.point) > 1e-12 || spend <= 1e-9 * problem.spendPerUnit {
                throw .returnUnreachable(wanted: rate, best: try highestReturn())
            }
            return try best(utility, notPositive: surplus(rate), anchor: anchor.point)
        case .outcome(let wanted):
            let anchor = try best(utility)
            let most = problem.utility(anchor.point)
            guard most >= wanted * (1 - 1e-12) else {
                throw .outcomeUnreachable(wanted: wanted, best: most)
            }
            let spend = BudgetFunction(problem, spend: 1 / problem.spendPerUnit)
            let missing = BudgetFunction(problem, utility: -size / wanted, constant: size)
            return try best(spend, notPositive: missing, anchor: anchor.point)
        }
    }

    /// What functions should come to: their derivatives by each variable are about 1 then, and so
    /// are the second ones, which the search takes them for before it knows better.
    private var size: Double { Double(problem.count) }

    /// What is spent times a rate, less what it is worth.
    private func surplus(_ rate: Double) -> BudgetFunction {
        let value = problem.request.valuePerOutcome
        let factor = size / max(value * scale, rate * size * problem.spendPerUnit)
        return BudgetFunction(problem, utility: -value * factor, spend: rate * factor)
    }

    /// The highest return of any plan (Dinkelbach 1967): the rate at which the best surplus is 0.
    private func highestReturn() throws(BudgetRefusal) -> Double {
        let value = problem.request.valuePerOutcome
        func rate(_ x: [Double]) -> Double {
            let spend = problem.spend(x.span)
            return spend > 1e-9 * problem.spendPerUnit ? value * problem.utility(x) / spend : 0
        }
        var highest = starts.reduce(0) { max($0, rate($1)) }
        for _ in 0..<20 {
            let next = rate(try best(surplus(highest)).point)
            guard next > highest * (1 + 1e-9) else { break }
            highest = next
        }
        return highest
    }

    /// Refuses a rate that no line reaches beyond its least amount.
    private func checkMargins(_ x: [Double], _ rate: Double) throws(BudgetRefusal) {
        let isLeast = x.indices.allSatisfy { x[$0] - problem.region.lower[$0] <= 1e-9 }
        guard isLeast else { return }
        let plan = problem.plan(x.span)
        var weights = [Double](repeating: 0, count: problem.response.draws)
        _ = problem.request.utility.value(of: problem.outcomes(of: plan), weights: &weights)
        let margins = problem.appraisal.margins(plan, weights: weights)
        guard let best = margins.indices.max(by: { margins[$0] < margins[$1] }),
            margins[best] < rate
        else { return }
        throw .marginalReturnUnreachable(
            wanted: rate,
            best: margins[best],
            line: problem.request.lines[best].name
        )
    }

    /// The best of what is found from all places, and of the places themselves.
    private func best(
        _ function: BudgetFunction,
        notPositive constraint: BudgetFunction? = nil,
        anchor: [Double]? = nil
    ) throws(BudgetRefusal) -> Found {
        let places = (anchor.map { [$0] } ?? []) + starts
        var (point, lowest): ([Double]?, Double) = (nil, .infinity)
        var search = BudgetPlan.Search()
        var failure: OptimizationFailure?
        func consider(_ candidate: [Double]) -> Double {
            let inside = problem.region.nearest(to: candidate, effort)
            let x = constraint.map { $0.moved(inside, towards: anchor) } ?? inside
            let value = function.value(x)
            if value < lowest && problem.region.misses(x) <= 1e-8 { (point, lowest) = (x, value) }
            return value
        }
        for place in places {
            var value = consider(place)
            guard problem.hasFreedom && !effort.isUsedUp else { continue }
            search.starts += 1
            do {
                // A fresh start from where a search ended shows whether it gave up too early.
                var start = place
                for _ in 0..<10 where !effort.isUsedUp {
                    let before = value
                    start = try minimum(function, constraint, from: start)
                    value = consider(start)
                    guard abs(value - before) > 1e-12 * abs(before) else { break }
                }
            } catch {
                failure = error
                search.failures += 1
            }
        }
        guard let point, search.failures < search.starts || failure == nil else {
            throw .searchFailed(failure?.description ?? "limits are kept nowhere")
        }
        search.evaluations = effort.evaluations
        search.isCutShort = effort.isUsedUp
        return Found(point: point, search: search)
    }

    private func minimum(
        _ function: BudgetFunction,
        _ constraint: BudgetFunction?,
        from start: [Double]
    ) throws(OptimizationFailure) -> [Double] {
        let effort = effort
        let counted: BudgetDescent.Function = { x, gradient in
            effort.countEvaluation()
            return function.evaluate(x, gradient: &gradient)
        }
        guard problem.isLarge && constraint == nil else {
            var optimizer = optimizer(constraint)
            optimizer.maximumEvaluations = min(2000, effort.evaluationsLeft)
            return try optimizer.minimize(from: start, counted).point
        }
        return try BudgetDescent(region: problem.region, effort: effort).minimize(
            from: start,
            counted
        )
    }

    private func optimizer(_ constraint: BudgetFunction?) -> Optimizer {
        let region = problem.region
        var optimizer = Optimizer()
        optimizer.lower = region.lower
        optimizer.upper = region.upper
        optimizer.relativeTolerance = 1e-8
        if let constraint { optimizer.notPositive.append(constraint.evaluate) }
        if let total = region.total {
            optimizer.zero.append(Self.sum(Array(region.lower.indices), 1, -total))
        }
        for sum in region.sums {
            if sum.lower > 0 {
                optimizer.notPositive.append(Self.sum(sum.members, -1, sum.lower))
            }
            if sum.upper < .infinity {
                optimizer.notPositive.append(Self.sum(sum.members, 1, -sum.upper))
            }
        }
        return optimizer
    }

    /// factor · Σ x + constant.
    private static func sum(
        _ members: [Int],
        _ factor: Double,
        _ constant: Double
    ) -> Optimizer.Function {
        { x, gradient in
            for index in gradient.indices { gradient[index] = 0 }
            var sum = 0.0
            for member in members {
                gradient[member] = factor
                sum += x[member]
            }
            return factor * sum + constant
        }
    }
}
