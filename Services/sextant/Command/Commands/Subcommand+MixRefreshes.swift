internal import Contracts
internal import Messages
internal import RPC
internal import Wire

// Commands on mix models that are made anew again and again.
extension Subcommand {
    static let mixRefreshes = [refreshesCreate, refreshesList, refreshesDelete]

    private static let refreshesCreate = Subcommand(
        name: "mmm refreshes create",
        words: "NAME",
        wordCount: 1...1,
        summary: "Has a mix model made anew each day or week, of what was imported by then.",
        details: """
            Chains start where those of the model before were. A refresh of the name is changed.
            """,
        options: [
            Option(name: "--on", value: "DAY", meaning: "The day of the week, as monday; each."),
            Option(name: "--hour", value: "HOUR", meaning: "When, by the tenant's clocks; 4."),
            Option(name: "--keep", value: "COUNT", meaning: "How many models are kept; 8."),
            Option(name: "--promote", meaning: "Promotes each that completes."),
            Option(name: "--cold", meaning: "Chains start as those of a first model do."),
        ] + TrainingOptions.ofSelections + TrainingOptions.ofModels + GatewayCall.options
    ) { context in
        let arguments = context.arguments
        guard arguments.value("--kpi") != nil else {
            throw CommandFailure.usage(
                "expected --kpi: a file is always the same",
                next: "sextant help mmm refreshes create"
            )
        }
        var refresh = MixModelV1.ModelRefresh()
        refresh.request = try TrainingOptions(context, file: nil).request()
        refresh.weekday = try MixModelV1.ModelRefresh.weekday(arguments.value("--on"))
        refresh.hour = Int32(try arguments.number("--hour", in: 0...23) ?? 4)
        refresh.keep = Int32(try arguments.number("--keep", in: 1...50) ?? 0)
        (refresh.promote, refresh.cold) = (arguments.has("--promote"), arguments.has("--cold"))
        var request = MixModelV1.PutModelRefreshRequest()
        (request.name, request.refresh) = (context.word(0) ?? "", refresh)
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await MixModelV1.Models.Client(connection)
                .putModelRefresh(request, options: try gateway.options()).message.value()
        }
        context.terminal.print(
            answer: try answer.json(),
            orElse: TextTable.text([MixModelV1.ModelRefresh.head, answer.cells])
        )
    }

    private static let refreshesList = Subcommand(
        name: "mmm refreshes list",
        summary: "Lists the refreshes of mix models.",
        options: GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await MixModelV1.Models.Client(connection)
                .listModelRefreshes(.init(), options: try gateway.options()).message.value()
        }
        let rows = [MixModelV1.ModelRefresh.head] + answer.refreshes.map(\.cells)
        context.terminal.print(answer: try answer.json(), orElse: TextTable.text(rows))
    }

    private static let refreshesDelete = Subcommand(
        name: "mmm refreshes delete",
        words: "NAME",
        wordCount: 1...1,
        summary: "Ends a refresh; the models that it made stay.",
        options: GatewayCall.options
    ) { context in
        var request = MixModelV1.DeleteModelRefreshRequest()
        request.name = context.word(0) ?? ""
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await MixModelV1.Models.Client(connection)
                .deleteModelRefresh(request, options: try gateway.options()).message.value()
        }
        context.terminal.print(answer: try answer.json(), orElse: "\(request.name) is ended")
    }
}
