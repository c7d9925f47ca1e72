import MediaMix
import Messages
import Numerics
import Panels
import RPC
import Testing

@testable import MixModel

/// Requests as callers make them, through the service's own mapping: whatever is asked, what comes
/// of it keeps what was asked.
@Suite("Budgets of random requests")
struct BudgetMappingTests {
    /// A model of three channels in two places, by a few random draws.
    static func fit() throws -> MixFit {
        let (periods, channels) = (60, ["tv", "search", "radio"])
        var random = RandomStream(seed: 7)
        var panel = Panel(
            periods: (0..<periods).map { PanelDay(number: 19_000 + 7 * $0) },
            daysPerPeriod: 7,
            geos: [
                PanelGeo(name: "north", population: 300), PanelGeo(name: "south", population: 500),
            ],
            outcome: PanelColumn(name: "revenue", values: []),
            channels: channels.map { name in
                let spend = (0..<2 * periods).map { _ in 100 * (0.2 + random.uniform()) }
                return PanelChannel(name: name, spend: spend)
            }
        )
        panel.outcome.values = (0..<2 * periods).map { cell in
            5_000 + 300 * random.normal() + panel.channels.reduce(0) { $0 + 3 * $1.spend[cell] }
        }
        var configuration = MixConfiguration()
        configuration.channels["radio"] = ChannelConfiguration()
        configuration.channels["radio"]?.saturation = .hill
        let model = try MediaMixModel(panel, configuration)
        let dimension = MixDensity(model).dimension
        let points = (0..<8 * dimension).map { _ in 0.4 * random.normal() }
        let draws = try #require(MixDraws(chains: [points], dimension: dimension))
        return try #require(MixFit(model, draws))
    }

    /// A request that one plan at least can meet.
    private struct Possible {
        var request = MixModelV1.OptimizeBudgetRequest()
        /// What each channel gets in that plan, in the request's unit, by channel and place.
        var plan: [String: [String: Double]] = [:]
        private var random: RandomStream

        init(seed: UInt64) {
            random = RandomStream(seed: seed)
            var basis = MixModelV1.BudgetBasis()
            basis.periods = Int32(1 + random.integer(below: 3))
            basis.byGeo = seed % 2 == 0
            basis.withoutPast = seed % 7 == 0
            basis.window = Int32(random.integer(below: 30))
            request.basis = basis
            request.unit = seed % 3 == 0 ? .total : .perPeriod
            request.flighted = seed % 5 == 0
            request.seed = seed
            let geos = basis.byGeo ? ["north", "south"] : [""]
            for channel in ["tv", "search", "radio"] {
                for geo in geos { plan[channel, default: [:]][geo] = 10 + 300 * random.uniform() }
            }
            let sum = plan.values.reduce(0) { $0 + $1.values.reduce(0, +) }
            switch seed % 4 {
            case 0: request.goal = .marginalReturn(0.01 + 3 * random.uniform())
            case 1 where seed % 8 == 1: request.caution = .worstShare(0.3)
            default: break
            }
            if request.goal == nil { request.goal = .budget(sum) }
            for channels in [["tv"], ["search", "radio"], [], ["radio"]] {
                addLimit(channels, geos)
            }
            // Without a budget each has a most.
            for channel in plan.keys.sorted() {
                var limit = MixModelV1.BudgetLimit()
                limit.channels = [channel]
                limit.max = 5_000
                request.limits.append(limit)
            }
        }

        private mutating func addLimit(_ channels: [String], _ geos: [String]) {
            var limit = MixModelV1.BudgetLimit()
            limit.channels = channels
            if geos.count > 1 && random.uniform() < 0.5 { limit.geos = [geos[1]] }
            let amount = self.amount(limit)
            switch random.integer(below: 4) {
            case 0: limit.min = amount * random.uniform()
            case 1: limit.max = amount * (1 + random.uniform())
            case 2:
                limit.min = amount * random.uniform()
                limit.max = amount * (1 + random.uniform())
            default: limit.lock = channels.isEmpty ? nil : amount
            }
            if limit.min == nil && limit.max == nil && limit.lock == nil { limit.min = 0 }
            limit.name = "limit \(request.limits.count)"
            request.limits.append(limit)
        }

        /// What the plan gives to what a limit is on.
        func amount(_ limit: MixModelV1.BudgetLimit) -> Double {
            plan.reduce(0) { sum, own in
                guard limit.channels.isEmpty || limit.channels.contains(own.key) else { return sum }
                return own.value.reduce(sum) { sum, place in
                    limit.geos.isEmpty || limit.geos.contains(place.key) ? sum + place.value : sum
                }
            }
        }
    }

    @Test("keep all limits to 1e-6, and spend the budget", arguments: 1...24)
    func limitsHold(seed: Int) throws {
        let possible = Possible(seed: UInt64(seed))
        let request = possible.request
        let basis = try #require(request.basis)
        var violations = FieldViolations()
        violations.check(request)
        try violations.finish("the test asks for nonsense")
        let budget = try MixBudget(try Self.fit(), MixBudgetFrame(basis))
        var mapping = BudgetMapping(budget, basis, request.unit)
        let wanted = try mapping.request(request, try #require(request.goal?.mapped))
        let plan = try BudgetOptimizer(budget.response, wanted).optimize()
        let amounts = zip(budget.lines, plan.lines).map { ($0, mapping.amount($1.spend)) }
        #expect(plan.lines.flatMap(\.spend).allSatisfy { $0 >= 0 })
        for limit in request.limits {
            let sum = amounts.reduce(0) { sum, own in
                let isMeant =
                    (limit.channels.isEmpty || limit.channels.contains(own.0.channel))
                    && (limit.geos.isEmpty || limit.geos.contains(own.0.geo ?? ""))
                return isMeant ? sum + own.1 : sum
            }
            #expect(sum >= (limit.min ?? limit.lock ?? 0) - 1e-6, "\(limit)")
            #expect(sum <= (limit.max ?? limit.lock ?? .infinity) + 1e-6, "\(limit)")
        }
        if case .budget(let money) = request.goal {
            let sum = amounts.reduce(0) { $0 + $1.1 }
            #expect(abs(sum - money) <= 1e-6)
        }
        let told = MixModelV1.BudgetPlan(
            plan,
            mapping,
            of: .init(),
            after: try Self.fit().model.panel
        )
        #expect(told.firstDate == "\(PanelDay(number: 19_000 + 7 * 60))")
        #expect(told.lines.map(\.recommended) == amounts.map(\.1))
        #expect((told.search?.evaluations ?? 0) > 0)
    }

    @Test("mean what is spent now where they are relative, in both units")
    func relative() throws {
        for unit in [MixModelV1.BudgetUnit.total, .perPeriod] {
            var request = MixModelV1.OptimizeBudgetRequest()
            request.basis = .init()
            request.basis?.periods = 4
            request.unit = unit
            for (channel, share) in [("tv", 0.5), ("search", 1.25)] {
                var limit = MixModelV1.BudgetLimit()
                (limit.channels, limit.lock, limit.relative) = ([channel], share, true)
                request.limits.append(limit)
            }
            let basis = try #require(request.basis)
            let budget = try MixBudget(try Self.fit(), MixBudgetFrame(basis))
            var mapping = BudgetMapping(budget, basis, unit)
            let current = budget.lines.map { mapping.amount($0.budget.current) }
            let wanted = try mapping.request(request, .budget(current.reduce(0, +)))
            let plan = try BudgetOptimizer(budget.response, wanted).optimize()
            let found = plan.lines.map { mapping.amount($0.spend) }
            #expect(abs(found[0] - 0.5 * current[0]) < 1e-6)
            #expect(abs(found[1] - 1.25 * current[1]) < 1e-6)
            #expect(plan.bindings.filter { $0.side == .locked }.map(\.name) == ["tv", "search"])
        }
    }

    @Test("are refused with what they name, if the model knows none of it")
    func unknown() throws {
        var basis = MixModelV1.BudgetBasis()
        basis.periods = 2
        let budget = try MixBudget(try Self.fit(), MixBudgetFrame(basis))
        func refusal(_ change: (inout MixModelV1.BudgetLimit) -> Void) -> String? {
            var limit = MixModelV1.BudgetLimit()
            (limit.channels, limit.min) = (["tv"], 1)
            change(&limit)
            var request = MixModelV1.OptimizeBudgetRequest()
            request.limits = [limit]
            var mapping = BudgetMapping(budget, basis, .total)
            do {
                _ = try mapping.request(request, .budget(10))
                return nil
            } catch {
                return error.message
            }
        }
        #expect(refusal { _ in } == nil)
        #expect(
            refusal { $0.channels = ["tele"] }?.hasSuffix(
                "limits[0].channels: expected channels of the model, as radio, search, tv; there "
                    + "is no 'tele'"
            ) == true
        )
        #expect(refusal { $0.geos = ["north"] }?.contains("ask for by_geo") == true)
    }

    /// What is said of limits that no plan of four periods can keep, in money of all periods.
    private func clash(
        of budget: Double,
        _ limits: [(channels: [String], min: Double?, max: Double?)],
        named name: String = ""
    ) throws -> RPCError? {
        var basis = MixModelV1.BudgetBasis()
        basis.periods = 4
        var request = MixModelV1.OptimizeBudgetRequest()
        request.limits = limits.map { own in
            var limit = MixModelV1.BudgetLimit()
            (limit.name, limit.channels, limit.min, limit.max) =
                (name, own.channels, own.min, own.max)
            return limit
        }
        let response = try MixBudget(try Self.fit(), MixBudgetFrame(basis))
        var mapping = BudgetMapping(response, basis, .total)
        do {
            let wanted = try mapping.request(request, .budget(budget))
            _ = try BudgetOptimizer(response.response, wanted).optimize()
            return nil
        } catch let refusal as BudgetRefusal {
            return RPCError(refusal)
        } catch {
            return error as? RPCError
        }
    }

    @Test("are refused with the numbers that clash")
    func clashes() throws {
        let (all, two) = (["tv", "search", "radio"], ["tv", "search"])
        let cases: [([(channels: [String], min: Double?, max: Double?)], String)] = [
            (
                [(["tv"], 700, nil), (["tv"], nil, 600)],
                "tv: its least, 700 in all, is above its most, 600"
            ),
            ([(all, 1_200, nil)], "budget: 1000 in all is less than the 1200 that"),
            ([(all, nil, 900)], "budget: 1000 in all is more than the 900 that"),
            // Limits of the same channels count together.
            (
                [(two, 500, nil), (two, nil, 400)],
                "tv + search: its least, 500 in all, is above its most, 400"
            ),
            (
                [(two, nil, 500), (["tv"], 300, nil), (["search"], 250, nil)],
                "tv + search: may spend at most 500 in all, but the least amounts of its channels "
                    + "are 550 together"
            ),
            (
                [(two, 500, nil), (["tv"], nil, 200), (["search"], nil, 250)],
                "tv + search: must spend at least 500 in all, but its channels may spend only 450"
            ),
            (
                [
                    (two, 800, nil), (["search", "radio"], 800, nil), (["tv", "radio"], 800, nil),
                ],
                "groups: no plan keeps the limits of"
            ),
        ]
        for (limits, words) in cases {
            let refusal = try clash(of: 1_000, limits)
            #expect(refusal?.code == .invalidArgument, "\(words)")
            #expect(refusal?.message.hasPrefix(words) == true, "\(refusal?.message ?? "")")
        }
        #expect(try clash(of: 1_000, [(two, 500, nil), (two, nil, 600)]) == nil)
        let taken = try clash(of: 1_000, [(two, 5, nil), (all, nil, 2_000)], named: "one")
        #expect(taken?.message.contains("limits[1].name: is that of a limit on") == true)
    }

    @Test("are spend as it is given, in both units, for all places or single ones")
    func simulated() throws {
        var request = MixModelV1.SimulateBudgetRequest()
        var basis = MixModelV1.BudgetBasis()
        (basis.periods, basis.byGeo) = (4, true)
        let budget = try MixBudget(try Self.fit(), MixBudgetFrame(basis))
        func add(
            _ channel: String,
            _ change: (inout MixModelV1.SimulateBudgetRequest.Spend) -> Void
        ) {
            var spend = MixModelV1.SimulateBudgetRequest.Spend()
            spend.channel = channel
            change(&spend)
            request.spend.append(spend)
        }
        add("tv") { $0.amount = 800 }
        add("search") { ($0.geo, $0.amounts) = ("south", [1, 2, 3, 4]) }
        add("radio") { ($0.amount, $0.relative) = (2, true) }
        var mapping = BudgetMapping(budget, basis, .total)
        let spend = try mapping.spend(request)
        let current = budget.lines.map(\.budget.current)
        let sums = spend.map { $0.reduce(0, +) }
        #expect(abs(sums[0] + sums[1] - 800) < 1e-9)
        #expect(abs(spend[0][2] / spend[1][2] - current[0][0] / current[1][0]) < 1e-12)
        #expect(spend[2] == current[2] && spend[3] == [1, 2, 3, 4])
        #expect(spend[4] == current[4].map { 2 * $0 } && spend[5] == current[5].map { 2 * $0 })
        var weekly = BudgetMapping(budget, basis, .perPeriod)
        let ofWeeks = try weekly.spend(request)[0].reduce(0, +)
        #expect(abs(ofWeeks / sums[0] - 4) < 1e-12)
        add("tv") { $0.geo = "north" }
        #expect(throws: RPCError.self) { try mapping.spend(request) }
    }
}

extension MixModelV1.OptimizeBudgetRequest.Goal {
    fileprivate var mapped: BudgetRequest.Goal {
        switch self {
        case .budget(let amount): .budget(amount)
        case .returnOnSpend(let rate): .returnOnSpend(rate)
        case .marginalReturn(let rate): .marginalReturn(rate)
        case .outcome(let outcome): .outcome(outcome)
        }
    }
}
