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
            Option(name: "--csv", meaning: "A line for each model and channel."),
        ] + AttributionOptions.ofModels + RunDetails.options + JourneyOptions.options
            + [JourneyOptions.grain]
            + GatewayCall.options
    ) { context in
        var request = try AttributionOptions.models(context.arguments.words, context)
        request.importID = context.arguments.value("--import") ?? ""
        request.journeys = try AttributionOptions.journeys(context)
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
            AttributionOptions.ofPartial,
            Option(name: "--count", value: "COUNT", meaning: "How many; 20."),
        ] + JourneyOptions.options + [JourneyOptions.grain] + GatewayCall.options
    ) { context in
        var request = AttributionV1.SummarizePathsRequest()
        request.importID = context.arguments.value("--import") ?? ""
        request.journeys = try AttributionOptions.journeys(context)
        request.allowPartial = context.arguments.has(AttributionOptions.ofPartial.name)
        request.paths = Int32(try context.arguments.number("--count", in: 1...1_000) ?? 0)
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
