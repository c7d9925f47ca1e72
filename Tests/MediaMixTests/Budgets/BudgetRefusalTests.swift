import MediaMix
import Testing

/// Requests that no plan can meet, and what they are told.
@Suite struct BudgetRefusalTests {
    private func refusal(_ change: (inout BudgetRequest) -> Void) -> BudgetRefusal? {
        var chance = RandomBudgets(seed: 71)
        do {
            let response = try chance.response([.logistic, .logistic, .tanh])
            var request = RandomBudgets.request(response, budget: 100)
            for (index, name) in ["Search", "TV", "Social"].enumerated() {
                request.lines[index].name = name
            }
            change(&request)
            _ = try BudgetOptimizer(response, request).optimize()
            return nil
        } catch {
            return error
        }
    }

    @Test func minimaAboveTheBudgetAreNamed() {
        let found = refusal {
            $0.lines[0].limits.least = 40
            $0.lines[1].limits.least = 75
        }
        #expect(
            found
                == .budgetTooSmall(
                    budget: 100,
                    needed: 115,
                    of: ["Search", "TV"],
                    unit: "per period"
                )
        )
        #expect(
            found?.description == "budget: 100 per period is less than the 115 that Search, TV "
                + "must spend at least; raise the budget by 15 or lower the least amounts"
        )
    }

    @Test func maximaBelowTheBudgetAreNamed() {
        let found = refusal { request in
            for index in 0..<3 { request.lines[index].limits.most = 30 }
            request.unit = .total
        }
        let names = ["Search", "TV", "Social"]
        #expect(
            found == .budgetTooLarge(budget: 100, possible: 90, of: names, unit: "in all")
        )
        // Limits of single periods count as well: six of them at 4 are 24.
        let periods = refusal { request in
            for index in 0..<3 { request.lines[index].periodLimits.most = 4 }
            request.unit = .total
        }
        #expect(
            periods == .budgetTooLarge(budget: 100, possible: 72, of: names, unit: "in all")
        )
    }

    @Test func limitsThatCrossAreNamed() {
        #expect(
            refusal { $0.lines[1].limits = BudgetLimits(least: 50, most: 20) }
                == .limitsCross(name: "TV", least: 50, most: 20, unit: "per period")
        )
        #expect(
            refusal { $0.lines[1].periodLimits = BudgetLimits(least: 50, most: 20) }
                == .limitsCross(name: "TV", least: 50, most: 20, unit: "in a single period")
        )
        #expect(
            refusal {
                $0.lines[1].limits = BudgetLimits(least: 50)
                $0.lines[1].periodLimits = BudgetLimits(most: 20)
            } == .limitsCross(name: "TV", least: 50, most: 20, unit: "per period")
        )
    }

    @Test func groupsThatContradictAreNamed() {
        func group(
            _ name: String,
            _ lines: [String],
            _ least: Double,
            _ most: Double?
        )
            -> BudgetGroup
        {
            BudgetGroup(name: name, lines: lines, limits: BudgetLimits(least: least, most: most))
        }
        #expect(
            refusal {
                $0.lines[0].limits.least = 30
                $0.groups = [group("online", ["Search", "Social"], 0, 20)]
            } == .groupTooSmall(group: "online", most: 20, needed: 30, unit: "per period")
        )
        #expect(
            refusal {
                $0.lines[0].limits.most = 10
                $0.lines[2].limits.most = 15
                $0.groups = [group("online", ["Search", "Social"], 40, nil)]
            } == .groupTooLarge(group: "online", least: 40, possible: 25, unit: "per period")
        )
        #expect(
            refusal {
                $0.groups = [group("online", ["Search", "Social"], 60, nil)]
                $0.lines[1].limits.least = 50
            }
                == .budgetTooSmall(
                    budget: 100,
                    needed: 110,
                    of: ["online", "TV"],
                    unit: "per period"
                )
        )
        // Each pair may be had, but not all three: 60 + 60 + 60 is twice more than 89.
        let pairs = [["Search", "TV"], ["TV", "Social"], ["Search", "Social"]]
        let names = ["first", "second", "third"]
        let found = refusal { request in
            request.groups = zip(names, pairs).map { group($0, $1, 0, 60) }
        }
        #expect(found == .limitsContradict(groups: names))
        #expect(
            found?.description == "groups: no plan keeps the limits of first, second, third at "
                + "once; loosen one of them"
        )
    }

    @Test func targetsOutOfReachNameTheBest() throws {
        func most(_ request: inout BudgetRequest) {
            for index in 0..<3 { request.lines[index].limits.most = 100 }
        }
        let noMost = refusal { $0.goal = .outcome(10) }
        #expect(noMost == .noMost(line: "Search"))
        let outcome = refusal {
            most(&$0)
            $0.goal = .outcome(1e9)
        }
        guard case .outcomeUnreachable(1e9, let best) = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        // What is said to be the best can be had.
        #expect(
            refusal {
                most(&$0)
                $0.goal = .outcome(best * 0.999999)
            } == nil
        )
        let rate = refusal {
            most(&$0)
            $0.lines[0].limits.least = 20
            $0.goal = .returnOnSpend(1e6)
        }
        guard case .returnUnreachable(1e6, let highest) = rate else {
            Issue.record("\(String(describing: rate))")
            return
        }
        #expect(
            refusal {
                most(&$0)
                $0.lines[0].limits.least = 20
                $0.goal = .returnOnSpend(highest * 0.9999)
            } == nil
        )
        let margin = refusal {
            most(&$0)
            $0.goal = .marginalReturn(1e6)
        }
        guard case .marginalReturnUnreachable(1e6, let first, let line) = margin else {
            Issue.record("\(String(describing: margin))")
            return
        }
        #expect(first > 0 && ["Search", "TV", "Social"].contains(line))
    }

    @Test func badFieldsAreNamed() {
        func field(_ change: (inout BudgetRequest) -> Void) -> String? {
            guard case .badRequest(let field, let rule)? = refusal(change) else { return nil }
            #expect(!rule.isEmpty)
            return field
        }
        #expect(field { $0.lines.removeLast() } == "lines")
        #expect(field { $0.lines[1].name = "Search" } == "lines")
        #expect(field { $0.lines[1].current = [1] } == "TV")
        #expect(field { $0.lines[1].current[0] = -1 } == "TV")
        #expect(field { $0.lines[1].limits.least = .nan } == "TV")
        #expect(field { $0.lines[1].periodLimits.most = .infinity } == "TV")
        #expect(field { $0.goal = .budget(0) } == "budget")
        #expect(field { $0.goal = .outcome(.infinity) } == "goal")
        #expect(field { $0.valuePerOutcome = 0 } == "valuePerOutcome")
        #expect(field { $0.intervalProbability = 1 } == "intervalProbability")
        #expect(field { $0.starts = 1 } == "starts")
        #expect(field { $0.utility = .meanOfWorst(0) } == "utility")
        #expect(field { $0.utility = .meanLessDeviations(-1) } == "utility")
        let group = { (lines: [String]) in
            BudgetGroup(name: "group", lines: lines, limits: BudgetLimits(most: 10))
        }
        #expect(field { $0.groups = [group(["TV"]), group(["TV"])] } == "groups")
        #expect(field { $0.groups = Array(repeating: group(["TV"]), count: 201) } == "groups")
        #expect(field { $0.groups = [group([])] } == "group")
        #expect(field { $0.groups = [group(["TV", "TV"])] } == "group")
        #expect(field { $0.groups = [group(["Radio"])] } == "group")
    }

    /// More variables than a search takes are refused before any work.
    @Test func plansThatAreTooLargeAreRefused() throws {
        var chance = RandomBudgets(seed: 72)
        let response = try chance.response([.logistic, .tanh], draws: 1, periods: 201)
        var request = RandomBudgets.request(response, budget: 100)
        request.pattern = .flighted
        request.goal = .outcome(1)
        #expect(throws: BudgetRefusal.self) { try BudgetOptimizer(response, request) }
        // Programs of many variables take long, but a budget needs none.
        request.goal = .budget(100)
        _ = try BudgetOptimizer(response, request)
    }

    /// A model whose draws are numbers up to some amount only.
    private struct BrokenResponse: BudgetResponse {
        let lines = 2
        let periods = 3
        let draws = 4
        let isConcave = true
        let work = 24
        let most: Double

        func outcomes(of plan: Span<Double>, into outcomes: inout MutableSpan<Double>) {
            for draw in outcomes.indices { outcomes[draw] = plan[0] > most ? .nan : plan[0] }
        }

        func evaluate(
            _ plan: Span<Double>,
            weights: Span<Double>,
            outcomes: inout MutableSpan<Double>,
            gradient: inout MutableSpan<Double>
        ) {
            self.outcomes(of: plan, into: &outcomes)
            for cell in gradient.indices { gradient[cell] = cell < 3 ? 1 : 0 }
        }
    }

    /// Draws that are no numbers are refused where they show, and nothing traps.
    @Test func drawsThatAreNoNumbersAreRefused() throws {
        let names = RandomBudgets.names(2)
        let request = BudgetRequest(
            lines: names.map { BudgetLine(name: $0, current: [1, 1, 1]) },
            unit: .total,
            goal: .budget(9)
        )
        #expect(throws: BudgetRefusal.draws(of: "model")) {
            try BudgetOptimizer(BrokenResponse(most: 0.5), request).optimize()
        }
        #expect(
            throws: BudgetRefusal.searchFailed(
                "the function or a derivative was not a finite number"
            )
        ) { try BudgetOptimizer(BrokenResponse(most: 1.2), request).optimize() }
        let appraisal = BudgetAppraisal(BrokenResponse(most: 1.2), lines: request.lines)
        #expect(throws: BudgetRefusal.draws(of: "model")) {
            try appraisal.plan([[2, 2, 2], [1, 1, 1]])
        }
        #expect(throws: BudgetRefusal.draws(of: "TV")) {
            try PlainLine(
                adstock: Adstock(kind: .none, lags: 1),
                saturation: .michaelisMenten,
                spendScale: 1,
                adstockParameters: [],
                saturationParameters: [1, .nan],
                coefficients: [1, 1]
            ).part("TV", outcomeScale: 1)
        }
    }

    @Test func frontiersTakeSomeBudgets() throws {
        var chance = RandomBudgets(seed: 74)
        let response = try chance.response([.logistic, .tanh], draws: 2)
        let request = RandomBudgets.request(response, budget: 100)
        for count in [0, 201] {
            let budgets = [Double](repeating: 100, count: count)
            #expect(throws: BudgetRefusal.self) {
                try BudgetOptimizer.frontier(response, request, budgets: budgets)
            }
        }
    }

    @Test func spendBeyondWhatWasObservedIsShown() throws {
        var chance = RandomBudgets(seed: 73)
        let response = try chance.response([.none, .logistic], draws: 5)
        var request = RandomBudgets.request(response, budget: 100)
        request.lines[0].observed = 5...30
        request.lines[0].limits = .locked(45)
        request.lines[1].observed = 60...90
        let plan = try BudgetOptimizer(response, request).optimize()
        #expect(plan.warnings.map(\.name) == ["channel 0", "channel 1"])
        let (over, under) = (plan.lines[0].beyond, plan.lines[1].beyond)
        #expect(abs((over?.excess ?? 0) - 15) < 1e-9 && over?.observed == 5...30)
        #expect(abs((under?.excess ?? 0) + 5) < 1e-9 && abs((under?.spend ?? 0) - 55) < 1e-9)
    }
}
