import Contracts
import Messages
import Numerics
import Panels
import RPC
import TestTenants
import Testing
import Wire

@testable import MixModel

@Suite("Imported holidays in mix models", .timeLimit(.minutes(5)))
struct HolidayControlTests {
    // MARK: What days they have

    private static func rows(
        _ days: [(geo: String, period: Int, sum: Double)]
    ) -> [PanelRows.Covariate] {
        days.map { day in
            PanelRows.Covariate(
                period: day.period,
                name: "holiday: h",
                geo: day.geo,
                sum: day.sum,
                count: Int64(day.sum)
            )
        }
    }

    private static let weeks = Panel(
        periods: (0..<3).map { PanelDay(number: 20_000 + 7 * $0) },
        daysPerPeriod: 7,
        geos: [],
        outcome: PanelColumn(name: "revenue", values: []),
        channels: []
    )

    @Test("are shares of each week's days, and 0 in weeks that have no row")
    func shares() {
        func of(_ days: [(String, Int, Double)]) -> PanelHolidays {
            PanelHolidays(Self.rows(days), in: Self.weeks)
        }
        let (one, two) = (1.0 / 7, 2.0 / 7)
        #expect(of([("", 1, 2)]).ofAll == [0, two, 0])
        #expect(of([("US", 0, 1), ("US", 2, 2)]).ofAll == [one, 0, two])
        // Both places have the first week's day, and one of them the last week's.
        #expect(of([("US", 0, 1), ("DE", 0, 1), ("DE", 2, 1)]).ofAll == [one, 0, one / 2])
        let places = ["US-CA", "DE-BY"]
        #expect(of([("", 1, 2)]).byPlace(places) == [0, two, 0, 0, two, 0])
        #expect(of([("US", 0, 1)]).byPlace(places) == [one, 0, 0, 0, 0, 0])
        #expect(
            of([("US", 0, 1), ("DE-BY", 2, 1), ("", 1, 1)]).byPlace(places)
                == [one, one, 0, 0, one, one]
        )
        // Nothing says that a state is of this country, so all are.
        #expect(of([("US", 0, 1)]).byPlace(["Texas", "Ohio"]) == [one, 0, 0, one, 0, 0])
    }

    @Test("are one control where they are on the same periods, but for rounding and by how much")
    func joined() {
        func column(_ name: String, _ values: [Double]) -> PanelColumn {
            PanelColumn(name: name, values: values)
        }
        let week = 1.0 / 7
        let ninth = (0..<9).reduce(0) { sum, _ in sum + week } / 9
        let joined = PanelMaker.joined([
            column("heat", [0, week, 0]), column("holiday: a", [0, week, 0]),
            column("holiday: b", [0, ninth, 0]), column("holiday: c", [0, 2 * week, 0]),
            column("holiday: d", [0, week, week]), column("cold", [0, week, 0]),
        ])
        #expect(joined.map(\.name) == ["heat", "holiday: a + b + c", "holiday: d", "cold"])
        #expect(joined[1].values == [0, week, 0])
        // A name that somebody else has is not taken.
        let named = [
            column("holiday: a", [1, 0]), column("holiday: b", [1, 0]),
            column("holiday: a + b", [0, 1]),
        ]
        #expect(PanelMaker.joined(named) == named)
    }

    // MARK: From the file to the model

    /// The days on which more is sold, of 140, by their number from the first of February 2026.
    private static let markets: Set<Int> = [17, 48, 79, 110]
    private static let planted = 400.0

    private static func day(_ number: Int) -> String {
        PanelDay(number: 20_485 + number).description
    }

    /// Sends files as anybody does.
    private static func importFiles(to mix: ServedMixModel) async throws {
        var random = RandomStream(seed: 12)
        var (spend, kpi) = ("date,channel,spend,currency\n", "date,revenue,currency\n")
        for number in 0..<140 {
            let cost = Int(40 + 60 * random.uniform())
            let more = markets.contains(number) ? planted : 0
            let revenue = Int(500 + 3 * Double(cost) + more + 20 * random.normal())
            spend += "\(day(number)),email,\(cost),EUR\n"
            kpi += "\(day(number)),\(revenue),EUR\n"
        }
        // The day of another year is not among those of the outcome.
        let holidays = ["Market Day", "Fair"].flatMap { name in
            markets.sorted().map { "\(day($0)),\(name),DE\n" }
        }.joined()
        let other = "2031-06-01,Another Day,DE\n"
        let files = [
            ("spend.csv", spend, 140), ("kpi.csv", kpi, 140),
            ("holidays.csv", "date,holiday,country\n" + holidays + other, 9),
        ]
        for (name, text, count) in files {
            let done = try await mix.importText(text, named: name)
            #expect(done.state == .completed && done.accepted == count, "\(done.findings)")
        }
    }

    private static func selection(_ controls: [String]) -> MixModelV1.PanelSelection {
        var selection = MixModelV1.PanelSelection()
        (selection.kpi, selection.period, selection.controls) = ("revenue", .day, controls)
        return selection
    }

    @Test("come from a file into the fitted model, which finds what they do")
    func planted() async throws {
        let mix = try await ServedMixModel()
        try await Self.importFiles(to: mix)
        // A holiday of no day is a word that was misspelt, or what a model has joined.
        for name in ["holiday: Markt Day", "holiday: Market Day + Fair"] {
            var preview = MixModelV1.PreviewPanelRequest()
            preview.selection = Self.selection(["holiday: Fair", name])
            let error = await #expect(throws: RPCError.self) {
                try await mix.panels.previewPanel(preview)
            }
            #expect(error?.code == .failedPrecondition && error?.message.contains(name) == true)
        }
        var create = MixModelV1.CreateModelRequest()
        create.selection = Self.selection(
            ["holiday: Market Day", "holiday: Another Day", "holiday: Fair"]
        )
        (create.configuration, create.train) = (SmallModels.configuration, true)
        create.sampling = SmallModels.sampling()
        let model = try await mix.models.createModel(create).message.value()
        let last = try #require(try await mix.watch(model).last)
        #expect(last.state == .completed, "\(last.problem)")
        var ask = MixModelV1.GetContributionsRequest()
        ask.modelID = model.modelID
        let told = try await mix.results.getContributions(ask).message.value()
        let controls = told.parts.filter { $0.part?.kind == .control }
        // One that has no day in the panel is left out of it; two that have the same are one.
        #expect(controls.map { $0.part?.name } == ["holiday: Market Day + Fair"])
        let days = try #require(controls.first).periods
        let usual = days[0].mean
        for (number, day) in days.enumerated() {
            let expected = Self.markets.contains(number) ? Self.planted : 0
            #expect(abs(day.mean - usual - expected) < 0.1 * Self.planted)
        }
        await mix.stop()
    }

    @Test("are the only covariates whose missing days are 0")
    func gaps() async throws {
        let mix = try await ServedMixModel()
        try await Self.importFiles(to: mix)
        var facts = IngestV1.WriteCovariatesRequest()
        facts.rows = [0, 70].map { number in
            var row = IngestV1.CovariateRow()
            (row.date, row.name, row.value) = (Self.day(number), "holidays", 1)
            return row
        }
        _ = try await mix.series.writeCovariates(facts)
        var request = MixModelV1.CreatePanelRequest()
        request.source = .selection(Self.selection(["holidays"]))
        let refused = request
        await mix.refused(.failedPrecondition, "there is no number") {
            _ = try await mix.panels.createPanel(refused)
        }
        request.source = .selection(Self.selection(["holiday: Market Day"]))
        #expect(try await mix.panels.createPanel(request).message.value().controls.count == 1)
        await mix.stop()
    }
}
