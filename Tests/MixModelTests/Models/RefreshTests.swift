import Contracts
import Jobs
import MediaMix
import Messages
import Numerics
import Panels
import Postgres
import RPC
import Schema
import Tenancy
import TestTenants
import Testing
import Wire

@testable import MixModel

@Suite("Refreshes of mix models", .timeLimit(.minutes(5)))
struct RefreshTests {
    /// What is made of the days that there are.
    private static var request: MixModelV1.CreateModelRequest {
        var request = MixModelV1.CreateModelRequest()
        request.selection = MixModelV1.PanelSelection()
        request.selection?.kpi = "revenue"
        request.selection?.period = .day
        request.configuration = SmallModels.configuration
        request.sampling = SmallModels.sampling()
        request.label = "weekly"
        return request
    }

    private static func put(
        _ name: String,
        in mix: ServedMixModel,
        _ change: (inout MixModelV1.ModelRefresh) -> Void = { _ in }
    ) async throws -> MixModelV1.ModelRefresh {
        var refresh = MixModelV1.ModelRefresh()
        (refresh.weekday, refresh.hour, refresh.keep, refresh.promote) = (1, 4, 2, true)
        refresh.request = request
        change(&refresh)
        var put = MixModelV1.PutModelRefreshRequest()
        (put.name, put.refresh) = (name, refresh)
        return try await mix.models.putModelRefresh(put).message.value()
    }

    /// Sends the revenue and the spend of days, from so many after the first of February.
    private static func write(
        _ days: Range<Int>,
        hasOrders: Bool = true,
        to mix: ServedMixModel
    ) async throws {
        var random = RandomStream(seed: 6, stream: UInt64(days.lowerBound))
        var others = RandomStream(seed: 7, stream: UInt64(days.lowerBound))
        var (kpis, costs) = (IngestV1.WriteKpiRequest(), IngestV1.WriteSpendRequest())
        for day in days {
            let date = PanelDay(number: 20_485 + day).description
            let spend = Int(40 + 60 * random.uniform())
            var kpi = IngestV1.KpiRow()
            (kpi.date, kpi.name, kpi.currency) = (date, "revenue", "EUR")
            kpi.value = "\(Int(500 + 3 * Double(spend) + 20 * random.normal()))"
            kpis.rows.append(kpi)
            (kpi.name, kpi.currency) = ("orders", "")
            kpi.value = "\(Int(100 + Double(spend) + 10 * others.normal()))"
            // They begin a day later, and their days come in a day later.
            kpi.date = PanelDay(number: 20_485 + day - 1).description
            if hasOrders, day > 1 { kpis.rows.append(kpi) }
            var cost = IngestV1.SpendRow()
            (cost.date, cost.channel, cost.currency) = (date, "email", "EUR")
            cost.spend = "\(spend)"
            costs.rows.append(cost)
        }
        let count = Int64(days.count)
        #expect(
            try await mix.series.writeKpi(kpis).message.value().accepted == Int64(kpis.rows.count)
        )
        #expect(try await mix.series.writeSpend(costs).message.value().accepted == count)
    }

    /// Has the refresh do at once what it does when its time has come.
    private static func run(_ name: String, in mix: ServedMixModel) async throws {
        _ = try await mix.served.jobs.runNow(name, in: try mix.scope)
        try await mix.served.finishJobs(of: mix.served.members[0])
    }

    private static func models(
        _ mix: ServedMixModel
    ) async throws -> [MixModelV1.Model] {
        try await mix.models.listModels(.init()).message.value().models
    }

    @Test("make a model when there are new data, from where the last one was, and keep the newest")
    func life() async throws {
        let mix = try await ServedMixModel()
        let refresh = try await Self.put("mondays", in: mix)
        #expect(refresh.name == "mondays" && refresh.nextTime != nil && !refresh.paused)
        // There is nothing yet, which the job tells.
        try await Self.run("mondays", in: mix)
        #expect(try await Self.models(mix).isEmpty)
        let told = try await mix.rows("select state from jobs where kind = 'refresh_model'")
        #expect(told == ["dead"])
        try await Self.write(0..<112, to: mix)
        try await Self.run("mondays", in: mix)
        let problems = try await mix.rows(
            "select state, progress_text, problem from jobs"
        )
        let first = try #require(try await Self.models(mix).first, "\(problems)")
        #expect(first.state == .completed && first.promoted, "\(first.problem)")
        #expect(first.refresh == "mondays" && first.label == "weekly" && first.periods == 112)
        // Nothing has changed.
        try await Self.run("mondays", in: mix)
        #expect(try await Self.models(mix) == [first])
        try await Self.write(112..<119, to: mix)
        try await Self.run("mondays", in: mix)
        let second = try #require(try await Self.models(mix).first)
        #expect(second.promoted && second.periods == 119, "\(second.problem)")
        #expect(try await !mix.model(first.modelID).promoted)
        let fits = FittedModels(offload: nil)
        let before = try await fits.fit(
            of: try #require(PostgresUUID(first.modelID)),
            in: try mix.scope
        )
        let after = try await fits.fit(
            of: try #require(PostgresUUID(second.modelID)),
            in: try mix.scope
        )
        #expect(before.record.definition.starts.isEmpty)
        let draws = before.fit.draws
        #expect(
            after.record.definition.starts.map(\.position)
                == (0..<2).map { Array(draws.point(draws.count - 1, chain: $0)) }
        )
        try await Self.write(119..<126, to: mix)
        _ = try await Self.put("mondays", in: mix) { ($0.cold, $0.promote) = (true, false) }
        try await Self.run("mondays", in: mix)
        let left = try await Self.models(mix)
        // The first is gone with its panel; that which counts stays, as long as it does.
        #expect(left.map(\.periods) == [126, 119] && left.map(\.promoted) == [false, true])
        let panels = try await mix.panels.listPanels(.init()).message.value().panels
        #expect(Set(panels.map(\.panelID)) == Set(left.map(\.panelID)))
        await mix.stop()
    }

    @Test("leave the panels that somebody else has kept, though they are the same")
    func keptPanels() async throws {
        let mix = try await ServedMixModel()
        var request = MixModelV1.CreatePanelRequest()
        var selection = MixModelV1.PanelSelection()
        (selection.kpi, selection.period) = ("revenue", .day)
        request.source = .selection(selection)
        func keep() async throws -> String {
            try await mix.panels.createPanel(request).message.value().panelID
        }
        try await Self.write(0..<112, to: mix)
        // Kept before the refresh has a model of it.
        let first = try await keep()
        _ = try await Self.put("mondays", in: mix) { refresh in
            refresh.keep = 1
            refresh.request?.sampling = SmallModels.sampling(warmup: 100, draws: 50)
        }
        try await Self.run("mondays", in: mix)
        try await Self.write(112..<113, to: mix)
        try await Self.run("mondays", in: mix)
        // Kept after that.
        let second = try await keep()
        var sizes: [Int32] = []
        for days in 113..<116 {
            try await Self.write(days..<days + 1, to: mix)
            try await Self.run("mondays", in: mix)
            sizes.append(try #require(try await Self.models(mix).first).periods)
        }
        #expect(sizes == [114, 115, 116])
        let models = try await Self.models(mix)
        let left = try await mix.panels.listPanels(.init()).message.value().panels
        // Those of the refresh alone went with their models.
        #expect(models.count < 3)
        #expect(Set(left.map(\.panelID)) == Set([first, second] + models.map(\.panelID)))
        let kept = try await mix.rows("select count(*) from mix_panels where is_kept")
        #expect(kept == ["2"])
        await mix.stop()
    }

    @Test("may go on with the panel of a model that they delete")
    func samePanel() async throws {
        let mix = try await ServedMixModel()
        try await Self.write(0..<112, to: mix)
        _ = try await Self.put("mondays", in: mix) { refresh in
            (refresh.keep, refresh.promote) = (1, false)
            refresh.request?.sampling = SmallModels.sampling(warmup: 20, draws: 4)
        }
        try await Self.run("mondays", in: mix)
        _ = try await mix.rows(
            "update mix_models set state = 'failed', problem = 'lost' where true"
        )
        // Another model of the same days takes its place.
        _ = try await Self.put("mondays", in: mix) { refresh in
            (refresh.keep, refresh.promote) = (1, false)
            refresh.request?.sampling = SmallModels.sampling(warmup: 30, draws: 4)
        }
        try await Self.run("mondays", in: mix)
        let models = try await Self.models(mix)
        let panels = try await mix.panels.listPanels(.init()).message.value().panels
        #expect(models.count == 1 && panels.map(\.panelID) == models.map(\.panelID))
        await mix.stop()
    }

    @Test("are changed and ended by their names, and are no schedules of anything else")
    func names() async throws {
        let mix = try await ServedMixModel()
        let service = try #require(ServiceName("mmm"))
        let type = JobType<MixModelV1.StoredTrainingOrder>("train_model", of: service)
        let other = Schedule("other", of: service, .every(seconds: 86_400), [.init(type, .init())])
        try await mix.served.jobs.put(other, in: try mix.scope)
        await mix.refused(.alreadyExists, "another name") {
            _ = try await Self.put("other", in: mix)
        }
        for number in 0..<20 { _ = try await Self.put("s\(number)", in: mix) }
        await mix.refused(.resourceExhausted, "delete one") {
            _ = try await Self.put("more", in: mix)
        }
        let changed = try await Self.put("s7", in: mix) { ($0.weekday, $0.keep) = (0, 0) }
        #expect(changed.weekday == 0 && changed.keep == 8)
        try await mix.served.jobs.pause("s7", in: try mix.scope)
        var delete = MixModelV1.DeleteModelRefreshRequest()
        delete.name = "s8"
        _ = try await mix.models.deleteModelRefresh(delete)
        let all = try await mix.models.listModelRefreshes(.init()).message.value().refreshes
        #expect(all.count == 19 && all.map(\.name) == all.map(\.name).sorted())
        #expect(all.filter(\.paused).map(\.name) == ["s7"])
        for name in ["s8", "other", "a\0"] {
            delete.name = name
            let request = delete
            await mix.refused(.notFound, "there is no refresh") {
                _ = try await mix.models.deleteModelRefresh(request)
            }
        }
        await mix.stop()
    }

    @Test("are refused with what cannot be made again and again")
    func refusals() async throws {
        let mix = try await ServedMixModel()
        let cases: [(String, (inout MixModelV1.ModelRefresh) -> Void)] = [
            ("refresh.weekday", { $0.weekday = 8 }), ("refresh.hour", { $0.hour = 24 }),
            ("refresh.keep", { $0.keep = 51 }),
            ("refresh.request.selection", { $0.request?.selection = nil }),
            ("refresh.request.selection", { $0.request?.panelID = "x" }),
            ("selection.last_date", { $0.request?.selection?.lastDate = "2026-01-31" }),
            ("selection.kpi", { $0.request?.selection?.kpi = "" }),
            ("neither validate_only", { $0.request?.train = true }),
            ("sampling.chains", { $0.request?.sampling?.chains = 17 }),
            (
                "at most 200 models",
                { refresh in
                    refresh.keep = 50
                    refresh.request?.furtherOutcomes = ["b", "c", "d"].map { kpi in
                        var outcome = MixModelV1.FurtherOutcome()
                        outcome.kpi = kpi
                        return outcome
                    }
                }
            ),
            ("64 KiB", { $0.request?.label = String(repeating: "x", count: 70_000) }),
        ]
        for (part, change) in cases {
            await mix.refused(.invalidArgument, part) {
                _ = try await Self.put("weekly", in: mix, change)
            }
        }
        await mix.refused(.invalidArgument, "name") { _ = try await Self.put("A b", in: mix) }
        await mix.stop()
    }

    @Test("make models of several outcomes together, and forget them together")
    func joint() async throws {
        let mix = try await ServedMixModel()
        _ = try await Self.put("both", in: mix) { refresh in
            refresh.keep = 1
            var orders = MixModelV1.FurtherOutcome()
            orders.kpi = "orders"
            refresh.request?.furtherOutcomes = [orders]
        }
        try await Self.write(0..<119, to: mix)
        try await Self.run("both", in: mix)
        let first = try await Self.models(mix)
        let told = try await mix.rows("select kind, state, problem from jobs")
        try #require(first.count == 2, "\(told)")
        #expect(Set(first.map(\.kpi)) == ["revenue", "orders"])
        #expect(
            first.allSatisfy { $0.state == .completed && $0.promoted },
            "\(first.map(\.problem))"
        )
        try await Self.run("both", in: mix)
        #expect(Set(try await Self.models(mix).map(\.modelID)) == Set(first.map(\.modelID)))
        try await Self.write(119..<126, to: mix)
        try await Self.run("both", in: mix)
        let second = try await Self.models(mix).filter { $0.periods == 124 }
        #expect(second.count == 2 && second.allSatisfy(\.promoted))
        try await Self.expectStarts(of: second, afterThose: first, mix)
        // The first two, which count no longer, go with the next.
        try await Self.write(126..<133, to: mix)
        try await Self.run("both", in: mix)
        let left = try await Self.models(mix)
        #expect(left.map(\.periods).sorted() == [124, 124, 131, 131])
        #expect(try await mix.panels.listPanels(.init()).message.value().panels.count == 4)
        #expect(left.allSatisfy { $0.dataFindings.isEmpty })
        // Where one outcome has no more days nothing more is made, and the job says why.
        try await Self.write(133..<145, hasOrders: false, to: mix)
        try await Self.run("both", in: mix)
        #expect(try await Self.models(mix).map(\.modelID) == left.map(\.modelID))
        let last = try await mix.rows(
            "select problem from jobs where state = 'dead' and kind = 'refresh_model'"
        )
        #expect(last.first?.hasPrefix("revenue has rows of 2026-") == true, "\(last)")
        var request = MixModelV1.CreateModelRequest()
        request.selection = MixModelV1.PanelSelection()
        request.selection?.kpi = "revenue"
        request.selection?.period = .day
        request.configuration = SmallModels.configuration
        var orders = MixModelV1.FurtherOutcome()
        orders.kpi = "orders"
        (request.furtherOutcomes, request.validateOnly) = ([orders], true)
        let tried = try await mix.models.createModel(request).message.value()
        #expect(tried.dataFindings.map(\.rule) == ["other_days"])
        await mix.stop()
    }

    @Test("leave no panels behind where there is no room for models")
    func full() async throws {
        let mix = try await ServedMixModel()
        _ = try await Self.put("both", in: mix)
        try await Self.write(0..<112, to: mix)
        try await Self.run("both", in: mix)
        #expect(try await Self.models(mix).count == 1)
        _ = try await mix.rows(
            """
            insert into mix_models (model_id, state, label, kpi, panel_id, configuration_digest,
                actor, definition, created_at)
            select gen_random_uuid(), 'draft', label, kpi, panel_id, configuration_digest, actor,
                '', created_at
            from mix_models, generate_series(1, \(ModelStore.most.kept - 1))
            """
        )
        try await Self.write(112..<119, to: mix)
        try await Self.run("both", in: mix)
        let problems = try await mix.rows("select problem from jobs where state = 'dead'")
        #expect(problems.first?.contains("\(ModelStore.most.kept) models") == true, "\(problems)")
        #expect(try await mix.rows("select count(*) from mix_panels") == ["1"])
        var request = Self.request
        await mix.refused(.resourceExhausted, "delete some") {
            _ = try await mix.models.createModel(request)
        }
        // Room for another model, and none for another training.
        _ = try await mix.rows(
            """
            delete from mix_models where model_id in (
                select model_id from mix_models where state = 'draft' limit 100
            );
            update mix_models set state = 'queued', job_id = gen_random_uuid()
            where model_id in (
                select model_id from mix_models where state = 'draft'
                limit \(ModelStore.most.open)
            )
            """
        )
        request.train = true
        await mix.refused(.resourceExhausted, "when one is done") {
            _ = try await mix.models.createModel(request)
        }
        #expect(try await mix.rows("select count(*) from mix_panels") == ["1"])
        request.train = false
        _ = try await mix.models.createModel(request)
        #expect(try await mix.rows("select count(*) from mix_panels") == ["2"])
        await mix.stop()
    }

    /// Expects chains to start where those before were in the end, each number at its place.
    private static func expectStarts(
        of models: [MixModelV1.Model],
        afterThose before: [MixModelV1.Model],
        _ mix: ServedMixModel
    ) async throws {
        func fit(_ model: MixModelV1.Model?) async throws -> StoredFit {
            let id = try #require(model.flatMap { PostgresUUID($0.modelID) })
            return try await FittedModels(offload: nil).fit(of: id, in: try mix.scope)
        }
        let leader = try await fit(models.first { $0.kpi == "revenue" })
        let starts = leader.record.definition.starts
        #expect(starts.count == 2)
        for kpi in ["revenue", "orders"] {
            let places = try await fit(models.first { $0.kpi == kpi }).record.definition.places
            let draws = try await fit(before.first { $0.kpi == kpi }).fit.draws
            for (chain, start) in starts.enumerated() {
                let own = places.map { start.position[Int($0)] }
                #expect(own == Array(draws.point(draws.count - 1, chain: chain)), "\(kpi)")
            }
        }
    }

    @Test("start more chains than there were at other draws, and none of other parameters")
    func starts() throws {
        func panel(_ channels: Int) -> Panel {
            var random = RandomStream(seed: 2)
            return Panel(
                periods: (0..<60).map { PanelDay(number: 19_000 + 7 * $0) },
                daysPerPeriod: 7,
                geos: [PanelGeo(name: "all", population: 1)],
                outcome: PanelColumn(
                    name: "revenue",
                    values: (0..<60).map { _ in 50 + random.normal() }
                ),
                channels: (0..<channels).map { number in
                    PanelChannel(name: "c\(number)", spend: (0..<60).map { _ in random.uniform() })
                }
            )
        }
        let model = try MediaMixModel(panel(2), MixConfiguration())
        let dimension = MixDensity(model).dimension
        let chains = (0..<2).map { chain in
            (0..<20 * dimension).map { 0.001 * Double($0 + 10_000 * chain) / Double(dimension) }
        }
        let draws = try #require(MixDraws(chains: chains, dimension: dimension))
        let renewal = ModelRenewal(
            name: "r",
            promotes: false,
            previous: [try #require(MixFit(model, draws))]
        )
        let starts = renewal.starts(of: try JointMixModel([model]), chains: 5)
        let places = [(19, 0), (19, 1), (18, 0), (18, 1), (17, 0)]
        #expect(starts == places.map { Array(draws.point($0.0, chain: $0.1)) })
        let other = try MediaMixModel(panel(3), MixConfiguration())
        #expect(renewal.starts(of: try JointMixModel([other]), chains: 2) == [])
        // A point that is none of the model starts no chain.
        let far = try #require(
            MixDraws(chains: [Array(repeating: .infinity, count: dimension)], dimension: dimension)
        )
        let lost = ModelRenewal(
            name: "r",
            promotes: false,
            previous: [try #require(MixFit(model, far))]
        )
        #expect(lost.starts(of: try JointMixModel([model]), chains: 2) == [])
    }
}
