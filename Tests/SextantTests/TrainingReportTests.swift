import Messages
import Testing
import Wire

@testable import Command

@Suite("What people are told of the training of a mix model")
struct TrainingReportTests {
    private static func progress() -> MixModelV1.TrainingProgress {
        var progress = MixModelV1.TrainingProgress()
        let chains: [(Int32, Bool, Int64)] = [(400, true, 0), (1_500, false, 3)]
        progress.chains = chains.enumerated().map { number, told in
            var chain = MixModelV1.TrainingProgress.Chain()
            (chain.chain, chain.draw, chain.draws) = (Int32(number), told.0, 2_000)
            (chain.isWarmup, chain.divergences) = (told.1, told.2)
            return chain
        }
        (progress.fraction, progress.largestRHat) = (0.475, 1.0124)
        (progress.attempt, progress.remainingSeconds) = (1, 12.2)
        return progress
    }

    @Test("is a bar for each chain, and all of them in a line")
    func bars() {
        #expect(
            TrainingProgressLines.bars(Self.progress()) == [
                "chain 1  █████░░░░░░░░░░░░░░░░░░░  20.0 %  warm-up",
                "chain 2  ██████████████████░░░░░░  75.0 %  draws  3 diverged",
                "47.5 %, R-hat 1.012, 3 diverged, 13 s to go",
            ]
        )
        var early = MixModelV1.TrainingProgress()
        early.attempt = 2
        #expect(
            TrainingProgressLines.bars(early) == ["0.0 %, 0 diverged, again with smaller steps"]
        )
    }

    @Test("is what it came to, with what speaks against it")
    func model() {
        var model = MixModelV1.Model()
        (model.modelID, model.state, model.kpi) = ("m1", .completed, "revenue")
        (model.promoted, model.channels) = (true, ["tv", "search"])
        (model.firstDate, model.lastDate, model.panelID) = ("2024-01-01", "2025-06-30", "p1")
        var left = MixModelV1.Model.LeftOutCalibration()
        (left.name, left.reason) = ("spring", "it ended before the panel begins")
        model.leftOutCalibrations = [left]
        var finding = MixModelV1.TrainingSummary.Finding()
        finding.problem = "the chains disagree about y_sigma"
        var summary = MixModelV1.TrainingSummary()
        (summary.largestRHat, summary.seconds) = (1.0349, 2.5)
        (summary.findings, summary.verdict) = ([finding], "the model can be used with care")
        model.summary = summary
        #expect(
            model.text == """
                model        m1
                state        completed, promoted
                explains     revenue
                channels     tv, search
                days         2024-01-01 to 2025-06-30
                panel        p1
                not held to  spring: it ended before the panel begins
                took         2.50 s
                verdict      the model can be used with care
                warning      the chains disagree about y_sigma
                """,
            "\(model.text)"
        )
        #expect(model.cells[..<4] == ["m1", "completed", "promoted", "revenue"])
        #expect(model.cells[6] == "1.035")
        model.summary?.largestRHat = .nan
        #expect(model.cells[6] == "")
    }

    private static func request(_ arguments: String...) throws -> MixModelV1.CreateModelRequest {
        let command = try #require(Subcommand.mixTrainings.first { $0.name == "mmm train" })
        let parsed = try ParsedArguments(arguments[...], command.options, of: command.name)
        let context = CommandContext(
            arguments: parsed,
            terminal: Terminal(json: false, isPlain: true, isQuiet: true),
            folder: try DataFolder(option: "/tmp/none")
        )
        return try TrainingOptions(context, file: context.word(0)).request()
    }

    @Test("is of what options ask for")
    func options() throws {
        let request = try Self.request(
            "--kpi",
            "revenue",
            "--daily",
            "--by-geo",
            "--from",
            "2025-01-01",
            "--channel",
            "tv",
            "--control",
            "price",
            "--treatment",
            "promotion",
            "--counted-by",
            "shop",
            "--label",
            "l",
            "--chains",
            "3",
            "--draws",
            "50",
            "--seed",
            "9",
            "--holdout",
            "4",
            "--also",
            "orders",
            "--also",
            "profit",
            "--no-calibrations"
        )
        let selection = try #require(request.selection)
        #expect(selection.kpi == "revenue" && selection.countedBy == "shop")
        #expect(selection.period == .day && selection.geography == .byGeo)
        #expect(selection.firstDate == "2025-01-01" && selection.lastDate == "")
        #expect(selection.channels == ["tv"] && selection.controls == ["price"])
        #expect(selection.treatments == ["promotion"] && request.label == "l")
        #expect(request.calibrating == .none && request.holdoutPeriods == 4)
        #expect(request.furtherOutcomes.map(\.kpi) == ["orders", "profit"])
        #expect(request.furtherOutcomes.map(\.countedBy) == ["shop", "shop"])
        let sampling = try #require(request.sampling)
        #expect(sampling.chains == 3 && sampling.draws == 50 && sampling.warmup == 0)
        #expect(sampling.seed == 9 && sampling.method == .unspecified)
        let file = try Self.request("some.csv", "--bootstrap", "--calibration", "spring")
        #expect(file.selection == nil && file.sampling?.method == .bayesianBootstrap)
        #expect(file.calibrations == ["spring"] && file.calibrating == .unspecified)
    }

    @Test(
        "asks for options that mean something",
        arguments: [
            [], ["a.csv", "--kpi", "revenue"], ["a.csv", "--chains", "1"],
            ["a.csv", "--draws", "3"], ["a.csv", "--seed", "-1"],
            ["a.csv", "--configuration", "/tmp/none/such.json"],
        ]
    )
    func refusals(_ arguments: [String]) throws {
        let command = try #require(Subcommand.mixTrainings.first { $0.name == "mmm train" })
        let parsed = try ParsedArguments(arguments[...], command.options, of: command.name)
        let context = CommandContext(
            arguments: parsed,
            terminal: Terminal(json: false, isPlain: true, isQuiet: true),
            folder: try DataFolder(option: "/tmp/none")
        )
        let options = TrainingOptions(context, file: context.word(0))
        #expect(throws: CommandFailure.self) { _ = try options.request() }
    }
}
