internal import Contracts
internal import Messages
internal import RPC
internal import Wire

// Commands on the credit of channels.
extension Subcommand {
    static let attribution = [
        attributionRun, attributionTouches, attributionModels, attributionPaths,
    ]

    private static let attributionRun = Subcommand(
        name: "attribution run",
        words: "[MODEL]...",
        wordCount: 0...20,
        summary: "Runs models over paths, and tells what each channel gets.",
        details: "One model is told with its intervals, several beside each other.",
        options: [
            AttributionOptions.ofImport, AttributionOptions.ofJourneys,
            Option(
                name: "--replicates",
                value: "COUNT",
                meaning: "How often journeys are drawn again for intervals; 200, 0 for none."
            ),
            Option(name: "--seed", value: "NUMBER", meaning: "What draws come from; 0."),
            Option(name: "--csv", meaning: "A line for each model and channel."),
        ] + RunDetails.options + JourneyOptions.options + [JourneyOptions.grain]
            + GatewayCall.options
    ) { context in
        var request = AttributionV1.RunModelsRequest()
        request.importID = context.arguments.value("--import") ?? ""
        request.journeys = try AttributionOptions.journeys(context)
        request.models = context.arguments.words.map { name in
            var choice = AttributionV1.ModelChoice()
            choice.name = name
            return choice
        }
        request.seed = try context.number("--seed") ?? 0
        request.replicates = try context.number("--replicates")
        let details = try RunDetails(context)
        details.ask(in: &request)
        let gateway = GatewayCall(context)
        let run = try await gateway.with { connection, _ in
            try await AttributionV1.Models.Client(connection)
                .runModels(request, options: try gateway.options()).message.value()
        }
        for note in run.notes + (run.report?.notes ?? []) { context.terminal.note(note) }
        let isCSV = context.arguments.has("--csv")
        let rows = details.rows(of: run)
        let text =
            rows.map { isCSV ? TextTable.csv($0) : TextTable.text($0) }
            ?? (isCSV ? run.csv : run.table)
        context.terminal.print(answer: try run.json(), orElse: text)
    }

    private static let attributionModels = Subcommand(
        name: "attribution models",
        summary: "Lists the models, and the numbers that they take.",
        options: GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await AttributionV1.Models.Client(connection)
                .listModels(.init(), options: try gateway.options()).message.value()
        }
        let rows = answer.models.map { model in
            let numbers = model.parameters.map { "\($0.name) \($0.least) to \($0.most)" }
            return [model.name, model.summary, numbers.joined(separator: ", ")]
        }
        context.terminal.print(answer: try answer.json(), orElse: TextTable.text(rows))
    }

    private static let attributionPaths = Subcommand(
        name: "attribution paths",
        summary: "Lists the paths that most conversions came by.",
        options: [
            AttributionOptions.ofImport, AttributionOptions.ofJourneys,
            Option(name: "--count", value: "COUNT", meaning: "How many; 20."),
        ] + JourneyOptions.options + [JourneyOptions.grain] + GatewayCall.options
    ) { context in
        var request = AttributionV1.SummarizePathsRequest()
        request.importID = context.arguments.value("--import") ?? ""
        request.journeys = try AttributionOptions.journeys(context)
        request.paths = try context.number("--count") ?? 0
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await AttributionV1.Models.Client(connection)
                .summarizePaths(request, options: try gateway.options()).message.value()
        }
        for note in answer.report?.notes ?? [] { context.terminal.note(note) }
        let rows = answer.paths.map { path in
            [
                "\(path.conversions)", "of \(path.conversions + path.nulls)",
                path.steps.joined(separator: " > "),
            ]
        }
        context.terminal.print(
            answer: try answer.json(),
            orElse: TextTable.text([["conversions", "journeys", "path"]] + rows)
        )
    }
}

extension CommandContext {
    /// The number that an option has; nil without it.
    func number<Number: FixedWidthInteger>(
        _ option: String
    ) throws(CommandFailure) -> Number? {
        guard let text = arguments.value(option) else { return nil }
        guard let number = Number(text) else {
            throw .usage("\(option) is \(text): expected a whole number")
        }
        return number
    }
}

extension AttributionV1.ChannelCredit {
    /// What it costs, and what comes of that.
    fileprivate var costs: [Double?] { [cost, returnOnSpend, costPerConversion] }
}

extension AttributionV1.ModelRun {
    /// What people look at: one model with intervals, or what several say of each channel.
    fileprivate var table: String {
        let first = models.first?.channels ?? []
        if models.count == 1 {
            let hasCosts = first.contains { $0.cost != nil }
            let rows = first.map { channel in
                [
                    channel.channel, Self.text(channel.conversions),
                    channel.conversionsEstimate.map { Self.interval($0) } ?? "",
                    Self.text(channel.value), channel.valueEstimate.map { Self.interval($0) } ?? "",
                ] + (hasCosts ? channel.costs.map { $0.map { Self.text($0) } ?? "" } : [])
            }
            let head = ["channel", "conversions", "", "value", ""]
            return TextTable.text(
                [head + (hasCosts ? ["cost", "value/cost", "cost/conversion"] : [])] + rows
            )
        }
        let credits = models.map { model in
            Dictionary(model.channels.map { ($0.channel, $0.conversions) }) { $1 }
        }
        let rows = first.map { channel in
            [channel.channel] + credits.map { Self.text($0[channel.channel] ?? 0) }
        }
        return TextTable.text([["channel"] + models.map(\.model)] + rows)
            + "\n\ndisagreement \(Self.text(disagreement))"
    }

    /// A line for each model and channel.
    fileprivate var csv: String {
        let head = [
            "model", "channel", "conversions", "conversions_lower", "conversions_upper", "value",
            "value_lower", "value_upper", "cost", "return_on_spend", "cost_per_conversion",
        ]
        let rows = models.flatMap { model in
            model.channels.map { channel in
                let (conversions, value) = (channel.conversionsEstimate, channel.valueEstimate)
                let numbers: [Double?] =
                    [
                        channel.conversions, conversions?.lower, conversions?.upper, channel.value,
                        value?.lower, value?.upper,
                    ] + channel.costs
                return [model.model, channel.channel] + numbers.map { $0.map { "\($0)" } ?? "" }
            }
        }
        return TextTable.csv([head] + rows)
    }

    private static func interval(_ estimate: AttributionV1.Estimate) -> String {
        "\(text(estimate.lower)) to \(text(estimate.upper))"
    }

    /// Two digits behind the point.
    static func text(_ number: Double) -> String {
        let hundredths = Int64((number * 100).rounded())
        let rest = hundredths.magnitude % 100
        return (hundredths < 0 ? "-" : "") + "\(hundredths.magnitude / 100)."
            + (rest < 10 ? "0" : "") + "\(rest)"
    }
}
