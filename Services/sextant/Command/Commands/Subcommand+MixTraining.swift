internal import Contracts
internal import Messages
internal import RPC
internal import Wire

// Commands that have mix models trained.
extension Subcommand {
    static let mixTrainings = [mixTrain, mixWatch, mixList, mixCancel, mixPromote, mixDelete]

    private static let mixTrain = Subcommand(
        name: "mmm train",
        words: "[FILE]",
        wordCount: 0...1,
        summary: "Fits a mix model to a file, or to what was imported, and waits for it.",
        details: """
            A file is as for `mmm check`; without one --kpi says what of the imported data is
            explained. Exits with 1 if the model cannot be trusted.

            With --also there is a model for each outcome, and all tell together how media carry
            over and level off: of little data each is surer for the others. What is printed is of
            the first; the others have ids of their own.
            """,
        options: MixOptions.ofTables + TrainingOptions.ofSelections + [
            Option(name: "--to", value: "DAY", meaning: "The last day."),
            Option(name: "--no-wait", meaning: "Prints the model's id, and leaves it to its job."),
        ] + TrainingOptions.ofModels + GatewayCall.options
    ) { context in
        let options = TrainingOptions(context, file: context.word(0))
        var request = try options.request()
        request.train = true
        let table = try options.table()
        let isAwaited = !context.arguments.has("--no-wait")
        let gateway = GatewayCall(context)
        let model = try await gateway.with { connection, _ in
            if let table {
                func keep(_ table: MixModelV1.PanelTable) async throws -> MixModelV1.Panel {
                    var create = MixModelV1.CreatePanelRequest()
                    (create.label, create.source) = (request.label, .table(table))
                    return try await MixModelV1.Panels.Client(connection)
                        .createPanel(create, options: try gateway.options()).message.value()
                }
                let panel = try await keep(table)
                request.panelID = panel.panelID
                for other in try options.furtherTables(table, panel) {
                    var outcome = MixModelV1.FurtherOutcome()
                    outcome.panelID = try await keep(other).panelID
                    request.furtherOutcomes.append(outcome)
                }
            }
            let model = try await MixModelV1.Models.Client(connection)
                .createModel(request, options: try gateway.options()).message.value()
            guard isAwaited else { return model }
            context.terminal.note(
                "model \(model.modelID) waits for its training, which goes on without this command"
            )
            return try await gateway.trained(model.modelID, connection, context.terminal)
        }
        if isAwaited {
            try context.show(trained: model)
        } else {
            context.terminal.print(answer: try model.json(), orElse: model.modelID)
        }
    }

    private static let mixWatch = Subcommand(
        name: "mmm watch",
        words: "MODEL",
        wordCount: 1...1,
        summary: "Shows how far the training of a model is, until it is over.",
        details: "Exits with 1 if the model cannot be trusted.",
        options: GatewayCall.options
    ) { context in
        let id = context.word(0) ?? ""
        let gateway = GatewayCall(context)
        let model = try await gateway.with { connection, _ in
            try await gateway.trained(id, connection, context.terminal)
        }
        try context.show(trained: model)
    }

    private static let mixList = Subcommand(
        name: "mmm models",
        summary: "Lists mix models, the newest first.",
        options: [
            Option(
                name: "--state",
                value: "WORD",
                meaning: "draft, queued, training, completed, failed or cancelled."
            ), Option(name: "--kpi", value: "NAME", meaning: "What they explain."),
            Option(name: "--label", value: "TEXT", meaning: "What they are called."),
            Option(name: "--promoted", meaning: "Those alone that count."),
        ] + GatewayCall.options
    ) { context in
        var request = MixModelV1.ListModelsRequest()
        request.pageSize = 1_000
        request.kpi = context.arguments.value("--kpi") ?? ""
        request.label = context.arguments.value("--label") ?? ""
        request.promoted = context.arguments.has("--promoted")
        if let word = context.arguments.value("--state") {
            guard let state = MixModelV1.Model.State.words[word] else {
                let words = MixModelV1.Model.State.words.keys.sorted().joined(separator: ", ")
                throw CommandFailure.usage("--state is \(word): expected one of \(words)")
            }
            request.state = state
        }
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await MixModelV1.Models.Client(connection)
                .listModels(request, options: try gateway.options()).message.value()
        }
        let rows = [MixModelV1.Model.head] + answer.models.map(\.cells)
        context.terminal.print(answer: try answer.json(), orElse: TextTable.text(rows))
    }

    private static let mixCancel = Subcommand(
        name: "mmm cancel",
        words: "MODEL",
        wordCount: 1...1,
        summary: "Ends the training of a model, or its wait.",
        options: GatewayCall.options
    ) { context in
        var request = MixModelV1.CancelTrainingRequest()
        request.modelID = context.word(0) ?? ""
        let gateway = GatewayCall(context)
        let model = try await gateway.with { connection, _ in
            try await MixModelV1.Models.Client(connection)
                .cancelTraining(request, options: try gateway.options()).message.value()
        }
        context.terminal.print(answer: try model.json(), orElse: model.text)
    }

    private static let mixPromote = Subcommand(
        name: "mmm promote",
        words: "MODEL",
        wordCount: 1...1,
        summary: "Makes a model the one that counts, among those of its KPI and label.",
        options: GatewayCall.options
    ) { context in
        var request = MixModelV1.PromoteModelRequest()
        request.modelID = context.word(0) ?? ""
        let gateway = GatewayCall(context)
        let model = try await gateway.with { connection, _ in
            try await MixModelV1.Models.Client(connection)
                .promoteModel(request, options: try gateway.options()).message.value()
        }
        context.terminal.print(answer: try model.json(), orElse: model.text)
    }

    private static let mixDelete = Subcommand(
        name: "mmm delete",
        words: "MODEL",
        wordCount: 1...1,
        summary: "Deletes a model with its draws.",
        options: GatewayCall.options
    ) { context in
        var request = MixModelV1.DeleteModelRequest()
        request.modelID = context.word(0) ?? ""
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await MixModelV1.Models.Client(connection)
                .deleteModel(request, options: try gateway.options()).message.value()
        }
        context.terminal.print(
            answer: try answer.json(),
            orElse: "model \(request.modelID) is gone"
        )
    }
}

extension GatewayCall {
    /// Waits for the end of a training, and tells how far it is.
    ///
    /// - Parameters:
    ///   - id: of the model.
    ///   - connection: to the gateway.
    ///   - terminal: who is told.
    /// - Returns: the model as it is then.
    /// - Throws: what the gateway says.
    func trained(
        _ id: String,
        _ connection: RPCClient,
        _ terminal: Terminal
    ) async throws -> MixModelV1.Model {
        try await surely(isWatch: true) { try await watched(id, connection, terminal) }
    }

    private func watched(
        _ id: String,
        _ connection: RPCClient,
        _ terminal: Terminal
    ) async throws -> MixModelV1.Model {
        var request = MixModelV1.WatchTrainingRequest()
        request.modelID = id
        let told = try await MixModelV1.Models.Client(connection)
            .watchTraining(request, options: try options(within: nil))
        var (last, lines) = (MixModelV1.Model(), 0)
        while let message = try await told.next() {
            let model = message.value()
            defer { last = model }
            // How far it was in the end is shown where it was shown before.
            guard [model.state, last.state].contains(.training), let progress = model.progress
            else { continue }
            if terminal.isLive {
                let bars = TrainingProgressLines.bars(progress)
                terminal.redraw(bars, over: lines)
                lines = bars.count
            } else if progress != last.progress {
                terminal.note(TrainingProgressLines.summary(progress))
            }
        }
        guard ![.queued, .training].contains(last.state) else {
            throw RPCError(.unavailable, "nobody tells how far the training of \(id) is")
        }
        return last
    }
}

extension CommandContext {
    /// Shows a model whose training is over.
    ///
    /// - Parameter model: the model.
    /// - Throws: ``CommandFailure`` if it has failed, or was cancelled.
    fileprivate func show(trained model: MixModelV1.Model) throws {
        terminal.print(answer: try model.json(), orElse: model.text)
        guard model.state != .completed else { return }
        throw CommandFailure(
            what: "the training of \(model.modelID) "
                + (model.state == .cancelled ? "was cancelled" : "has \(model.state.word)"),
            cause: model.problem.isEmpty ? nil : model.problem,
            next: "sextant help mmm train"
        )
    }
}
