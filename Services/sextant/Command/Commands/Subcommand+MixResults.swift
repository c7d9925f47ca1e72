internal import Contracts
internal import Messages
internal import RPC
internal import Wire

// Commands on what mix models say.
extension Subcommand {
    static let mixResults = [mixReport, mixValidate, mixCompare, mixExport]

    /// Results of a large model take a while when they are first asked for.
    private static let limit = Duration.seconds(600)

    private static let mixReport = Subcommand(
        name: "mmm report",
        words: "MODEL",
        wordCount: 1...1,
        summary:
            "Tells what a model says: a verdict, what channels did for what they cost, its fit.",
        details: """
            The verdict comes first, then channels with 90 % intervals, then what else made the
            outcome, how well the model predicts, and what was looked at for the verdict.
            """,
        options: [Option(name: "--curves", meaning: "What more or less of each would have done.")]
            + GatewayCall.options
    ) { context in
        let id = context.word(0) ?? ""
        let gateway = GatewayCall(context)
        let isOfCurves = context.arguments.has("--curves")
        try await gateway.with { connection, _ in
            let client = MixModelV1.Results.Client(connection)
            let options = try gateway.options(within: limit)
            if isOfCurves {
                var request = MixModelV1.GetResponseCurvesRequest()
                request.modelID = id
                let curves = try await client.getResponseCurves(request, options: options)
                    .message.value()
                context.terminal.print(answer: try curves.json(), orElse: curves.text)
                return
            }
            var request = MixModelV1.GetResultsRequest()
            request.modelID = id
            let results = try await client.getResults(request, options: options).message.value()
            var ask = MixModelV1.GetReviewRequest()
            ask.modelID = id
            let review = try await client.getReview(ask, options: options).message.value()
            context.terminal.print(
                answer: try results.json(),
                orElse: MixModelV1.report(results, review)
            )
        }
    }

    private static let mixValidate = Subcommand(
        name: "mmm validate",
        words: "MODEL",
        wordCount: 1...1,
        summary: "Tells how well such a model predicts weeks that it has not seen.",
        details: """
            It is fitted to a part of its data and tried on what comes after, then to a longer part,
            and so on; beside it stands what repeating the year before would have said, or the last
            week where no year was known. Media and controls are those that came, so this judges the
            model, and is no forecast of them.
            """,
        options: [
            Option(name: "--folds", value: "N", meaning: "How many fits, 1 to 12; 4 by default."),
            Option(
                name: "--horizon",
                value: "N",
                meaning: "How many weeks or days each predicts; up to 13 weeks or 28 days."
            ), Option(name: "--last", meaning: "Fits nothing, and tells what was found last."),
        ] + GatewayCall.options
    ) { context in
        let arguments = context.arguments
        var request = MixModelV1.CrossValidateModelRequest()
        request.modelID = context.word(0) ?? ""
        request.folds = Int32(try arguments.number("--folds", in: 1...12) ?? 0)
        request.horizonPeriods = Int32(try arguments.number("--horizon", in: 1...10_000) ?? 0)
        let isLast = arguments.has("--last")
        if isLast, request.folds > 0 || request.horizonPeriods > 0 {
            throw CommandFailure.usage("--last fits nothing: it goes without --folds and --horizon")
        }
        let gateway = GatewayCall(context)
        let found = try await gateway.with { [request] connection, _ in
            let client = MixModelV1.Results.Client(connection)
            if !isLast {
                let operation = try await client.crossValidateModel(
                    request,
                    options: try gateway.options(within: limit)
                )
                .message.value()
                let done = try await gateway.end(of: operation.name, connection)
                if case .response(let response) = done.result {
                    return try MixModelV1.CrossValidation(json: try response.jsonText())
                }
            }
            var ask = MixModelV1.GetCrossValidationRequest()
            ask.modelID = request.modelID
            return try await client.getCrossValidation(ask, options: try gateway.options())
                .message.value()
        }
        context.terminal.print(answer: try found.json(), orElse: found.text)
    }

    private static let mixCompare = Subcommand(
        name: "mmm compare",
        words: "MODEL MODEL...",
        wordCount: 2...10,
        summary: "Lays models beside each other: data, fit, and what each says of channels.",
        options: GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let comparison = try await gateway.with { connection, _ in
            var request = MixModelV1.CompareModelsRequest()
            request.modelIDs = context.arguments.words
            return try await MixModelV1.Results.Client(connection)
                .compareModels(request, options: try gateway.options(within: limit))
                .message.value()
        }
        context.terminal.print(answer: try comparison.json(), orElse: comparison.text)
    }

    private static let mixExport = Subcommand(
        name: "mmm export",
        words: "MODEL",
        wordCount: 1...1,
        summary: "Prints all draws of a model, a row each, with the names that ArviZ gives.",
        options: [
            Option(name: "--csv", meaning: "Comma-separated, with a header; so by default."),
            Option(name: "--ndjson", meaning: "An object of JSON in each line."),
        ] + GatewayCall.options
    ) { context in
        let arguments = context.arguments
        if arguments.has("--csv"), arguments.has("--ndjson") {
            throw CommandFailure.usage("--csv and --ndjson are two forms: give one")
        }
        let gateway = GatewayCall(context)
        try await gateway.with { connection, _ in
            var request = MixModelV1.ExportDrawsRequest()
            request.modelID = context.word(0) ?? ""
            request.format = arguments.has("--ndjson") ? .ndjson : .csv
            let told = try await MixModelV1.Results.Client(connection)
                .exportDraws(request, options: try gateway.options(within: nil))
            while let rows = try await told.next() {
                var text = rows.value().rows
                // What is printed ends with a newline of its own.
                if text.last == "\n" { text.removeLast() }
                context.terminal.print(text)
            }
        }
    }
}
