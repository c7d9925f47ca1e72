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

/// How models share conversions out among channels.
private struct ModelShares {
    private let models: [String]
    private let channels: [String]
    /// By model and channel.
    private let shares: [[Double]]

    init(_ run: AttributionV1.ModelRun) {
        models = run.models.map(\.model)
        let channels = run.models.first?.channels.map(\.channel) ?? []
        self.channels = channels
        shares = run.models.map { model in
            let own = Dictionary(model.channels.map { ($0.channel, $0.conversionShare) }) { $1 }
            return channels.map { own[$0] ?? 0 }
        }
    }

    var csv: String {
        let rows = channels.indices.map { channel in
            [channels[channel]] + shares.map { "\($0[channel])" }
        }
        return TextTable.csv([["channel"] + models] + rows)
    }

    /// Shares in percent, how much models disagree, and which two of them most.
    func text(_ disagreement: Double) -> String {
        let rows = channels.indices.map { channel in
            [channels[channel]] + shares.map { Figures.percent($0[channel]) }
        }
        var text = TextTable.text([["channel"] + models] + rows)
        text += "\n\ndisagreement \(Figures.percent(disagreement))"
        var most: (distance: Double, pair: String)?
        for (index, one) in shares.enumerated() {
            for (other, numbers) in shares[..<index].enumerated() {
                let distance = zip(one, numbers).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
                guard distance > most?.distance ?? 0 else { continue }
                most = (distance, "\(models[other]) and \(models[index])")
            }
        }
        guard let most else { return text }
        return text + "; most between \(most.pair): \(Figures.percent(most.distance))"
    }
}
