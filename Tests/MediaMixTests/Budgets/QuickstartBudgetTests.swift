import Foundation
import MediaMix
import TestKit
import Testing

/// The budgets of the published quickstart, by its 400 saved draws.
@Suite(.enabled(if: Reference.folder != nil, "no reference data"))
struct QuickstartBudgetTests {
    /// The response over 8 weeks of spend and 8 without.
    static func response() throws -> CarryOverResponse {
        let folder = try #require(Reference.folder).appendingPathComponent("reference/mmm")
        let file = folder.appendingPathComponent("pymc_mmm_example_draws400.csv")
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .map { $0.split(separator: ",") }
        let draws = try rows.dropFirst().map { row in
            try row.map { try #require(Double($0)) }
        }
        let names = rows[0].map(String.init)
        func column(_ name: String) throws -> [Double] {
            let index = try #require(names.firstIndex(of: name))
            return draws.map { $0[index] }
        }
        let scales = [("x1", 0.9966581290617555), ("x2", 0.994374311652612)]
        let lines = try scales.map { name, scale in
            PlainLine(
                adstock: Adstock(kind: .geometric, lags: 8),
                saturation: .logistic,
                spendScale: scale,
                adstockParameters: try column("adstock_alpha[\(name)]"),
                saturationParameters: try column("saturation_lam[\(name)]"),
                coefficients: try column("saturation_beta[\(name)]")
            )
        }
        return try CarryOverResponse(
            plain: lines,
            periods: 8,
            periodsAfter: 8,
            outcomeScale: 8312.407544391639
        )
    }

    /// The weekly means of the data are spent now.
    static func request(_ limits: [BudgetLimits], budget: Double) -> BudgetRequest {
        BudgetRequest(
            lines: [
                BudgetLine(
                    name: "x1",
                    current: Array(repeating: 0.3090815783028675, count: 8),
                    observed: 0...0.9966581290617555,
                    limits: limits[0]
                ),
                BudgetLine(
                    name: "x2",
                    current: Array(repeating: 0.16184999078719198, count: 8),
                    observed: 0...0.994374311652612,
                    limits: limits[1]
                ),
            ],
            unit: .perPeriod,
            goal: .budget(budget)
        )
    }

    static let free = [BudgetLimits(), BudgetLimits()]
    static let thirtyPercent = [
        BudgetLimits(least: 0.21635710481200718, most: 0.40180605179372764),
        BudgetLimits(least: 0.11329499355103438, most: 0.2104049880233496),
    ]

    @Test(arguments: [
        (free, 0.4709315690900595, [0.4600053621280935, 0.010926206961966], 18622.255215870002),
        (free, 0.941863138180119, [0.5885183405531372, 0.3533447976269818], 29551.791244427557),
        (
            thirtyPercent, 0.4709315690900595, [0.3576365755390383, 0.11329499355103438],
            18257.581823735447
        ),
    ])
    func scenariosAreThePublished(
        limits: [BudgetLimits],
        budget: Double,
        allocation: [Double],
        outcome: Double
    ) throws {
        let request = Self.request(limits, budget: budget)
        let plan = try BudgetOptimizer(try Self.response(), request).optimize()
        let found = plan.lines.map { $0.spend[0] }
        #expect(zip(found, allocation).allSatisfy { abs($0 - $1) < 1e-5 }, "\(found)")
        #expect(abs(plan.outcome.mean - outcome) < 1e-3, "\(plan.outcome.mean)")
        #expect(abs(plan.spend - 8 * budget) < 1e-9)
        #expect(plan.search?.failures == 0)
        #expect(plan.lines.allSatisfy { Set($0.spend).count == 1 })
    }

    @Test func gainAndIntervalsAreThosePublished() throws {
        let response = try Self.response()
        let request = Self.request(Self.free, budget: 0.4709315690900595)
        let plan = try BudgetOptimizer(response, request).optimize()
        // Of the plan, and of the historical means.
        #expect(abs(plan.outcome.interval.lowerBound - 17050.336376476873) < 0.1)
        #expect(abs(plan.outcome.interval.upperBound - 20436.591367585374) < 0.1)
        #expect(abs(plan.currentOutcome.mean - 17795.417036524777) < 1e-3)
        #expect(abs(plan.currentOutcome.interval.lowerBound - 16221.87781339958) < 0.1)
        // Computed from the draws elsewhere.
        #expect(abs(plan.gain.mean - 826.8381793457244) < 1e-3)
        #expect(abs(plan.gain.interval.lowerBound + 407.362207493309) < 0.1)
        #expect(abs(plan.gain.interval.upperBound - 1765.4817032127219) < 0.1)
        #expect(plan.gainProbability == 0.89)
        #expect(plan.warnings.isEmpty)
    }

    /// Each goal leads back to the plan that its number was taken from.
    @Test func goalsAgree() throws {
        let response = try Self.response()
        let plan = try BudgetOptimizer(
            response,
            Self.request(Self.free, budget: 0.7)
        ).optimize()
        let most = [BudgetLimits(most: 2), BudgetLimits(most: 2)]
        var request = Self.request(most, budget: 1)
        let margin = plan.lines[0].marginalReturn
        #expect(abs(plan.lines[1].marginalReturn / margin - 1) < 1e-5)
        let goals: [BudgetRequest.Goal] = [
            .outcome(plan.outcome.mean), .marginalReturn(margin),
            .returnOnSpend(try #require(plan.returnOnSpend)),
        ]
        for goal in goals {
            request.goal = goal
            let found = try BudgetOptimizer(response, request).optimize()
            #expect(abs(found.spend / plan.spend - 1) < 1e-5, "\(goal): \(found.spend)")
            #expect(abs(found.outcome.mean / plan.outcome.mean - 1) < 1e-6)
            let differences = zip(found.lines, plan.lines).map { $0.total - $1.total }
            #expect(differences.allSatisfy { abs($0) < 1e-4 }, "\(goal): \(differences)")
        }
    }

    /// Per period and in all, an amount means what it says.
    @Test func unitsAgree() throws {
        let response = try Self.response()
        let weekly = Self.request(Self.thirtyPercent, budget: 0.5)
        var total = weekly
        total.unit = .total
        total.goal = .budget(4)
        for index in total.lines.indices {
            let limits = weekly.lines[index].limits
            total.lines[index].limits = BudgetLimits(
                least: limits.least * 8,
                most: limits.most.map { $0 * 8 }
            )
        }
        let one = try BudgetOptimizer(response, weekly).optimize()
        let other = try BudgetOptimizer(response, total).optimize()
        #expect(abs(one.spend - 4) < 1e-9 && abs(other.spend - 4) < 1e-9)
        #expect(abs(one.lines[0].total - other.lines[0].total) < 1e-9)
    }

    @Test func frontiersGrowByLessAndLess() throws {
        let budgets = stride(from: 0.1, through: 1.5, by: 0.2).map { $0 }
        let plans = try BudgetOptimizer.frontier(
            try Self.response(),
            Self.request(Self.free, budget: 1),
            budgets: budgets
        )
        let outcomes = plans.map(\.outcome.mean)
        let growths = zip(outcomes.dropFirst(), outcomes).map { $0 - $1 }
        #expect(growths.allSatisfy { $0 > 0 })
        #expect(zip(growths.dropFirst(), growths).allSatisfy { $0 < $1 })
    }
}
