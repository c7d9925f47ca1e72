import Messages
import Testing

@testable import Command

@Suite("Budgets on the command line")
struct BudgetReportTests {
    private static func context(_ arguments: String...) throws -> CommandContext {
        let command = try #require(Subcommand.mixBudgets.first)
        return CommandContext(
            arguments: try ParsedArguments(arguments[...], command.options, of: command.name),
            terminal: Terminal(json: false, isPlain: true, isQuiet: true),
            folder: try DataFolder(option: "/tmp/none")
        )
    }

    @Test("are asked for with limits in money, and in shares of what is spent now")
    func request() throws {
        let context = try Self.context(
            "model",
            "--budget=120000",
            "--unit=total",
            "--min=tv=500",
            "--max=tv+search@north=80%",
            "--lock=radio",
            "--period-max=tv=90.5",
            "--flighted",
            "--worst-share=0.2",
            "--geo=north"
        )
        let request = try BudgetOptions.search(context)
        #expect(request.basis?.modelID == "model" && request.basis?.periods == 4)
        #expect(request.basis?.geos == ["north"] && request.unit == .total)
        #expect(request.caution == .worstShare(0.2) && request.flighted)
        #expect(try BudgetOptions.goal(context) == .budget(120_000))
        let limits = request.limits
        #expect(limits.count == 4 && limits[0].min == 500 && !limits[0].relative)
        #expect(limits[1].channels == ["tv", "search"] && limits[1].geos == ["north"])
        #expect(limits[1].max == 0.8 && limits[1].relative)
        #expect(limits[2].lock == 1 && limits[2].relative && limits[2].channels == ["radio"])
        #expect(limits[3].max == 90.5 && limits[3].eachPeriod)
    }

    @Test("are refused with what is expected")
    func refused() throws {
        func problem(_ arguments: String...) throws -> String {
            let command = try #require(Subcommand.mixBudgets.first)
            let context = CommandContext(
                arguments: try ParsedArguments(arguments[...], command.options, of: command.name),
                terminal: Terminal(json: false, isPlain: true, isQuiet: true),
                folder: try DataFolder(option: "/tmp/none")
            )
            do throws(CommandFailure) {
                _ = try BudgetOptions.search(context)
                try BudgetOptions.checkTogether(context)
                _ = try BudgetOptions.goal(context)
                return ""
            } catch {
                return error.what
            }
        }
        #expect(try problem("--budget=1").contains("--unit is missing: expected total or per-per"))
        #expect(try problem("--unit=weekly", "--budget=1").contains("--unit is weekly"))
        #expect(try problem("--unit=total").contains("--target-kpi; 0 are given"))
        #expect(
            try problem("--unit=total", "--budget=1", "--target-roi=2").contains("2 are given")
        )
        #expect(try problem("--unit=total", "--budget=much").contains("expected a number from 0"))
        #expect(
            try problem("--unit=total", "--frontier=1,2", "--budget=1")
                == "--frontier and --budget are given; expected one"
        )
        #expect(
            try problem("--unit=total", "--frontier=1,2", "--save=spring").contains("and --save")
        )
        #expect(try problem("--unit=total", "--budget=1", "--note=x").contains("--save NAME too"))
        // One that is the least of none cannot be read, nor one without an amount.
        for text in ["tv", "=5", "tv=-5", "tv=%", "tv=inf"] {
            let found = try problem("--unit=total", "--budget=1", "--min=\(text)")
            #expect(found.contains("--min is \(text): expected CHANNEL=AMOUNT"))
        }
    }

    private static var plan: MixModelV1.BudgetPlan {
        var plan = MixModelV1.BudgetPlan()
        (plan.kpi, plan.currency, plan.unit) = ("revenue", "EUR", .total)
        (plan.periods, plan.daysPerPeriod, plan.firstDate) = (4, 7, "2026-01-05")
        func line(
            _ channel: String,
            _ current: Double,
            _ next: Double,
            _ margin: Double
        )
            -> MixModelV1.BudgetPlan.Line
        {
            var line = MixModelV1.BudgetPlan.Line()
            (line.channel, line.current) = (channel, current)
            (line.recommended, line.marginalReturn) = (next, margin)
            return line
        }
        plan.lines = [line("tv", 100, 150, 1.5), line("search", 80, 40, 1.5), line("new", 0, 5, 2)]
        plan.lines[0].beyondObserved = true
        var gain = MixModelV1.BudgetPlan.Estimate()
        (gain.mean, gain.lower, gain.upper) = (12, -3, 20)
        (plan.gain, plan.outcome, plan.currentOutcome) = (gain, gain, gain)
        (plan.gainProbability, plan.intervalProbability, plan.draws) = (0.89, 0.9, 400)
        (plan.returnOnSpend, plan.currentReturnOnSpend) = (1.25, 1.1)
        var binding = MixModelV1.BudgetPlan.Binding()
        (binding.name, binding.side) = ("tv", .most)
        plan.bindings = [binding]
        plan.warnings = ["tv: much"]
        return plan
    }

    @Test("are told as a table, with what they bring and what to beware of")
    func text() {
        #expect(
            Self.plan.text == """
                revenue: 4 weeks from 2026-01-05, amounts in EUR in all

                channel  current  recommended  change   next unit brings
                tv       100.00   150.00       +50.0 %  1.50  beyond what was observed
                search   80.00    40.00        -50.0 %  1.50
                new      0.00     5.00         new      2.00
                all      180.00   195.00       +8.3 %

                outcome now   12.00 (90.0 %: -3.00 to 20.00)
                outcome then  12.00 (90.0 %: -3.00 to 20.00)
                gain          12.00 (90.0 %: -3.00 to 20.00), above 0 in 89.0 % of 400 draws
                return        1.10 now, 1.25 then
                held by       tv at its most

                ! tv: much
                """
        )
        var locked = Self.plan
        locked.lines[0].recommended = 100 - 1e-12
        #expect(locked.rows[1][3] == "0.0 %")
        var frontier = MixModelV1.BudgetFrontier()
        frontier.plans = [Self.plan]
        #expect(
            frontier.rows == [
                ["budget", "outcome", "gain", "return", "tv", "search", "new"],
                ["195.00", "12.00", "12.00", "1.25", "150.00", "40.00", "5.00"],
            ]
        )
    }
}
