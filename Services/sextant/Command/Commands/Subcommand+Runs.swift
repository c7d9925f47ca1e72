internal import Contracts
internal import Messages
internal import RPC
internal import Wire

// Commands on runs of models that are kept, and on the schedules that make them.
extension Subcommand {
    static let runs = [
        runsList, runsShow, runsCreate, runsCompare, runsDelete, schedulesList, schedulesCreate,
        schedulesDelete,
    ]

    private static let asCSV = Option(name: "--csv", meaning: "The table as CSV.")
    private static let label = Option(
        name: "--label",
        value: "TEXT",
        meaning: "What runs are called; up to 200 characters."
    )

    // MARK: Runs

    private static let runsList = Subcommand(
        name: "attribution runs list",
        summary: "Lists the runs that are kept, the newest first.",
        options: [
            Option(
                name: "--state",
                value: "running|completed|failed|cancelled",
                meaning: "Where they stand; anywhere by default."
            ), Option(name: "--schedule", value: "NAME", meaning: "Which schedule made them."),
            Option(name: "--count", value: "COUNT", meaning: "How many are listed; 50."), asCSV,
        ] + GatewayCall.options
    ) { context in
        var request = AttributionV1.ListRunsRequest()
        request.schedule = context.arguments.value("--schedule") ?? ""
        if let word = context.arguments.value("--state") {
            guard let state = AttributionV1.Run.State.words[word] else {
                throw CommandFailure.usage(
                    "--state is \(word): expected running, completed, failed or cancelled"
                )
            }
            request.state = state
        }
        let count = try context.arguments.number("--count", in: 1...100_000) ?? 50
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            var all = AttributionV1.ListRunsResponse()
            repeat {
                request.pageSize = Int32(min(1_000, count - all.runs.count))
                request.pageToken = all.nextPageToken
                let page = try await AttributionV1.Runs.Client(connection)
                    .listRuns(request, options: try gateway.options()).message.value()
                all.runs += page.runs
                all.nextPageToken = page.nextPageToken
            } while all.runs.count < count && !all.nextPageToken.isEmpty
            return all
        }
        let rows = [AttributionV1.Run.head] + answer.runs.map(\.cells)
        context.print(try answer.json(), rows: rows, orElse: TextTable.text(rows))
    }

    private static let runsShow = Subcommand(
        name: "attribution runs show",
        words: "RUN",
        wordCount: 1...1,
        summary: "Shows a run, and what came of it.",
        options: [Option(name: "--csv", meaning: "A line for each model and channel.")]
            + GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let id = context.word(0) ?? ""
        let run = try await gateway.with { connection, _ in
            try await gateway.run(id, connection)
        }
        try context.show(run)
    }

    private static let runsCreate = Subcommand(
        name: "attribution runs create",
        words: "[MODEL]...",
        wordCount: 0...20,
        summary: "Has models run by a job whose result is kept, and waits for it.",
        details: "Without names: the seven of `attribution run`.",
        options: [
            label, AttributionOptions.ofImport, AttributionOptions.ofJourneys,
            Option(
                name: "--no-wait",
                meaning: "Prints the id of the run, and leaves it to its job."
            ),
            Option(name: "--csv", meaning: "A line for each model and channel."),
        ] + AttributionOptions.ofModels + JourneyOptions.options + [JourneyOptions.grain]
            + GatewayCall.options
    ) { context in
        var models = try AttributionOptions.models(context.arguments.words, context)
        models.importID = context.arguments.value("--import") ?? ""
        models.journeys = try AttributionOptions.journeys(context)
        var request = AttributionV1.CreateRunRequest()
        (request.request, request.label) = (models, context.arguments.value("--label") ?? "")
        let isAwaited = !context.arguments.has("--no-wait")
        let gateway = GatewayCall(context)
        let run = try await gateway.with { connection, _ in
            let created = try await AttributionV1.Runs.Client(connection)
                .createRun(request, options: try gateway.options()).message.value()
            guard isAwaited else { return created }
            context.terminal.note("run \(created.runID) has begun")
            _ = try await gateway.end(of: created.operation, connection)
            return try await gateway.run(created.runID, connection)
        }
        if isAwaited {
            try context.show(run)
        } else {
            context.terminal.print(answer: try run.json(), orElse: run.runID)
        }
    }

    private static let runsCompare = Subcommand(
        name: "attribution runs compare",
        words: "LEFT RIGHT",
        wordCount: 2...2,
        summary: "Lays two runs beside each other: who gets more in the right one.",
        options: [
            Option(
                name: "--shared-only",
                meaning: "Leaves out models and channels that are in one of them only."
            ), asCSV,
        ] + GatewayCall.options
    ) { context in
        var request = AttributionV1.CompareRunsRequest()
        (request.left, request.right) = (context.word(0) ?? "", context.word(1) ?? "")
        request.sharedOnly = context.arguments.has("--shared-only")
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await AttributionV1.Runs.Client(connection)
                .compareRuns(request, options: try gateway.options()).message.value()
        }
        for note in answer.notes { context.terminal.note(note) }
        context.print(try answer.json(), rows: answer.rows, orElse: answer.text)
    }

    private static let runsDelete = Subcommand(
        name: "attribution runs delete",
        words: "RUN",
        wordCount: 1...1,
        summary: "Deletes a run; one that is not over is not done to its end.",
        options: GatewayCall.options
    ) { context in
        var request = AttributionV1.DeleteRunRequest()
        request.runID = context.word(0) ?? ""
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await AttributionV1.Runs.Client(connection)
                .deleteRun(request, options: try gateway.options()).message.value()
        }
        context.terminal.print(answer: try answer.json(), orElse: "run \(request.runID) is gone")
    }
}

// MARK: Schedules

extension Subcommand {
    private static let schedulesList = Subcommand(
        name: "attribution schedules list",
        summary: "Lists the schedules that have models run each day.",
        options: [asCSV] + GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await AttributionV1.Runs.Client(connection)
                .listRunSchedules(.init(), options: try gateway.options()).message.value()
        }
        let rows = [AttributionV1.RunSchedule.head] + answer.schedules.map(\.cells)
        context.print(try answer.json(), rows: rows, orElse: TextTable.text(rows))
    }

    private static let schedulesCreate = Subcommand(
        name: "attribution schedules create",
        words: "NAME [MODEL]...",
        wordCount: 1...21,
        summary: "Has models run each day over the journeys of the days before it.",
        details: "Without names of models: the seven of `attribution run`. A schedule of the name "
            + "is changed.",
        options: [
            Option(name: "--days", value: "COUNT", meaning: "How many days are looked at; 30."),
            Option(name: "--hour", value: "HOUR", meaning: "When, by the tenant's clocks; 3."),
            Option(name: "--keep", value: "DAYS", meaning: "How long runs are kept; 400."), label,
        ] + AttributionOptions.ofModels
            + JourneyOptions.options.filter { !["--from", "--to"].contains($0.name) }
            + [JourneyOptions.grain] + GatewayCall.options
    ) { context in
        let arguments = context.arguments
        var models = try AttributionOptions.models(Array(arguments.words.dropFirst()), context)
        models.journeys = try JourneyOptions(context).selection()
        var schedule = AttributionV1.RunSchedule()
        schedule.request = models
        schedule.label = arguments.value("--label") ?? ""
        schedule.days = Int32(try arguments.number("--days", in: 1...730) ?? 30)
        schedule.hour = Int32(try arguments.number("--hour", in: 0...23) ?? 3)
        schedule.keepDays = Int32(try arguments.number("--keep", in: 1...1_000) ?? 0)
        var request = AttributionV1.PutRunScheduleRequest()
        (request.name, request.schedule) = (context.word(0) ?? "", schedule)
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await AttributionV1.Runs.Client(connection)
                .putRunSchedule(request, options: try gateway.options()).message.value()
        }
        context.terminal.print(
            answer: try answer.json(),
            orElse: TextTable.text([AttributionV1.RunSchedule.head, answer.cells])
        )
    }

    private static let schedulesDelete = Subcommand(
        name: "attribution schedules delete",
        words: "NAME",
        wordCount: 1...1,
        summary: "Ends a schedule; the runs that it made stay for as long as they would have.",
        options: GatewayCall.options
    ) { context in
        var request = AttributionV1.DeleteRunScheduleRequest()
        request.name = context.word(0) ?? ""
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await AttributionV1.Runs.Client(connection)
                .deleteRunSchedule(request, options: try gateway.options()).message.value()
        }
        context.terminal.print(answer: try answer.json(), orElse: "\(request.name) is ended")
    }
}

extension GatewayCall {
    /// Finds a run.
    ///
    /// - Parameters:
    ///   - id: which.
    ///   - connection: to the gateway.
    /// - Returns: the run, with its result if there is one.
    /// - Throws: what the gateway says.
    func run(
        _ id: String,
        _ connection: RPCClient
    ) async throws -> AttributionV1.Run {
        var request = AttributionV1.GetRunRequest()
        request.runID = id
        return try await AttributionV1.Runs.Client(connection)
            .getRun(request, options: try options()).message.value()
    }
}

extension CommandContext {
    /// Prints a run, with what is to be known of its result.
    fileprivate func show(_ run: AttributionV1.Run) throws {
        let result = run.result
        for note in (result?.notes ?? []) + (result?.report?.notes ?? []) { terminal.note(note) }
        if arguments.has("--csv"), result == nil {
            throw CommandFailure(
                what: "run \(run.runID) has no result: it is \(run.state.word)",
                cause: run.problem.isEmpty ? nil : run.problem
            )
        }
        let csv = arguments.has("--csv") ? result?.csv : nil
        terminal.print(answer: try run.json(), orElse: csv ?? run.text)
    }
}
