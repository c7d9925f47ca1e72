internal import Contracts
internal import Messages
internal import RPC
internal import Wire

// The command that lays models beside each other.
extension Subcommand {
    static let comparison = [attributionCompare]

    private static let attributionCompare = Subcommand(
        name: "attribution compare",
        words: "[MODEL]...",
        wordCount: 0...20,
        summary: "Says how models share the conversions out, and which of them disagree most.",
        details: "Without names: those of `attribution run`, and with --journeys time_decay too.",
        options: [
            AttributionOptions.ofImport, AttributionOptions.ofJourneys,
            Option(name: "--csv", meaning: "A line for each channel."),
        ] + JourneyOptions.options + [JourneyOptions.grain] + GatewayCall.options
    ) { context in
        var request = AttributionV1.RunModelsRequest()
        request.importID = context.arguments.value("--import") ?? ""
        request.journeys = try AttributionOptions.journeys(context)
        request.replicates = 0
        var names = context.arguments.words
        if names.isEmpty, request.journeys != nil {
            names = [
                "first", "last", "linear", "time_decay", "position", "data_driven", "markov",
                "shapley",
            ]
        }
        request.models = AttributionOptions.choices(names)
        let gateway = GatewayCall(context)
        let run = try await gateway.with { connection, _ in
            try await AttributionV1.Models.Client(connection)
                .runModels(request, options: try gateway.options()).message.value()
        }
        for note in run.report?.notes ?? [] { context.terminal.note(note) }
        let shares = ModelShares(run)
        let text = context.arguments.has("--csv") ? shares.csv : shares.text(run.disagreement)
        context.terminal.print(answer: try run.json(), orElse: text)
    }
}
