import Messages
import Testing
import Wire

@testable import Command

@Suite("What people are told of runs of models")
struct RunReportTests {
    private static func time(_ seconds: Int64) -> GoogleProtobuf.Timestamp {
        var time = GoogleProtobuf.Timestamp()
        time.seconds = seconds
        return time
    }

    private static func run(_ id: String, _ state: AttributionV1.Run.State) -> AttributionV1.Run {
        var run = AttributionV1.Run()
        (run.runID, run.state, run.label) = (id, state, "daily")
        (run.schedule, run.actor) = ("mornings", "key:k1")
        run.createTime = time(1_770_000_000)
        return run
    }

    @Test("are runs in a table, with why they failed")
    func list() {
        var failed = Self.run("r2", .failed)
        failed.problem = "no conversions"
        let rows = [AttributionV1.Run.head] + [Self.run("r1", .running), failed].map(\.cells)
        #expect(
            TextTable.text(rows) == """
                run  state    created           label  schedule  problem
                r1   running  2026-02-02 02:40  daily  mornings
                r2   failed   2026-02-02 02:40  daily  mornings  no conversions
                """
        )
        #expect(Self.run("r3", .init(rawValue: 9)).cells[1] == "unknown")
    }

    @Test("are what a run is, and what its models say")
    func show() {
        var run = Self.run("r1", .completed)
        (run.endTime, run.seed, run.version) = (Self.time(1_770_000_060), 7, "1.2.3")
        var channel = AttributionV1.ChannelCredit()
        (channel.channel, channel.conversions, channel.value) = ("email", 1.5, 15)
        var model = AttributionV1.ModelResult()
        (model.model, model.channels) = ("linear", [channel])
        run.result = AttributionV1.ModelRun()
        run.result?.models = [model]
        #expect(
            run.text == """
                run       r1
                state     completed
                created   2026-02-02 02:40
                ended     2026-02-02 02:41
                label     daily
                schedule  mornings
                by        key:k1
                seed      7
                version   1.2.3

                channel  conversions    value
                email    1.50           15.00
                """,
            "\(run.text)"
        )
    }

    @Test("are two runs beside each other, and what else is not the same")
    func compare() {
        var pair = AttributionV1.RunComparison.Pair()
        (pair.left, pair.right, pair.difference) = (2, 1.25, -0.75)
        pair.intervalsOverlap = true
        var channel = AttributionV1.RunComparison.Channel()
        (channel.channel, channel.conversions) = ("email", pair)
        var model = AttributionV1.RunComparison.Model()
        (model.model, model.channels, model.disagreement) = ("linear", [channel], 0.125)
        var comparison = AttributionV1.RunComparison()
        comparison.models = [model]
        let table = """
            model   channel  left  right  difference  intervals
            linear  email    2.00  1.25   -0.75       overlap

            linear  disagreement 12.5 %
            """
        #expect(comparison.text == table + "\n\nnothing else differs", "\(comparison.text)")
        comparison.models[0].parametersDiffer = true
        comparison.models[0].channels[0].conversions?.intervalsOverlap = false
        (comparison.dataDiffers, comparison.seedDiffers) = (true, true)
        #expect(comparison.rows[1].last == "apart")
        #expect(
            comparison.text.hasSuffix(
                "linear  disagreement 12.5 %  its numbers differ\n\nnot the same: data, seed"
            ),
            "\(comparison.text)"
        )
    }

    @Test("are schedules with their models, and when they make the next run")
    func schedules() {
        var schedule = AttributionV1.RunSchedule()
        (schedule.name, schedule.days, schedule.hour, schedule.keepDays) = ("daily", 30, 3, 400)
        schedule.nextTime = Self.time(1_770_000_000)
        var paused = schedule
        paused.request = AttributionV1.RunModelsRequest()
        paused.request?.models = AttributionOptions.choices(["first", "last"])
        (paused.paused, paused.nextTime) = (true, nil)
        let rows = [AttributionV1.RunSchedule.head, schedule.cells, paused.cells]
        #expect(
            TextTable.text(rows) == """
                schedule  models      days  hour  kept      next              label
                daily     the usual   30    3     400 days  2026-02-02 02:40
                daily     first last  30    3     400 days  paused
                """
        )
    }

    @Test("are what models do not see of journeys: refunds of nothing, ids that are no orders'")
    func notes() {
        var refunds = AttributionV1.JourneyReport.UnmatchedRefunds()
        refunds.refunds = 2
        var priced = refunds
        (priced.currency, priced.value) = ("EUR", "9.25")
        var report = AttributionV1.JourneyReport()
        (report.currentTime, report.unmatchedRefunds) = (Self.time(1), [refunds, priced])
        report.overusedOrders = ["undefined"]
        #expect(
            report.notes == [
                "2 refunds without a value meet no conversion",
                "2 refunds of 9.25 EUR meet no conversion",
                "'undefined' is no order id: more than 1,000 events have it",
            ]
        )
    }

    @Test("of seeds and draws are whole numbers", arguments: ["--seed=-1", "--replicates=x"])
    func numbers(_ argument: String) throws {
        let context = CommandContext(
            arguments: try ParsedArguments(
                [argument][...],
                AttributionOptions.ofModels,
                of: "try"
            ),
            terminal: Terminal(json: false, isPlain: true, isQuiet: true),
            folder: try DataFolder(option: "/tmp/none")
        )
        let failure = #expect(throws: CommandFailure.self) {
            try AttributionOptions.models(["first"], context)
        }
        #expect(failure?.what.contains("expected a whole number") == true)
    }
}
