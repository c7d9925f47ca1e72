internal import Contracts
internal import Messages
internal import Panels
internal import RPC
internal import Wire

/// Finds out what can be found out from what a tenant has sent: credit of channels, a mix model.
struct Measurement {
    private let context: CommandContext
    private let gateway: GatewayCall
    /// What is to be explained; empty for what is likely meant.
    private let kpi: String
    /// Whether it is all done again.
    private let isAgain: Bool
    /// Whether the mix model is but a first look.
    private let isFirstLook: Bool

    /// What the options of a command say.
    ///
    /// - Parameter context: the command's.
    init(_ context: CommandContext) {
        self.context = context
        gateway = GatewayCall(context, isPatient: true)
        kpi = context.arguments.value("--kpi") ?? ""
        isAgain = context.arguments.has("--again")
        isFirstLook = context.arguments.has("--bootstrap")
    }

    /// The options of commands that measure.
    static let options = [
        Option(name: "--kpi", value: "NAME", meaning: "What the mix model explains."),
        Option(name: "--again", meaning: "Runs and trains models again that are there already."),
        Option(name: "--bootstrap", meaning: "A first look at the mix model, in a second."),
    ]

    // MARK: Credit

    /// Waits until journeys have all events in them.
    func makeJourneys() async throws {
        try await context.terminal.stage("Journeys") {
            try await gateway.with { connection, _ in
                let client = AttributionV1.Timelines.Client(connection)
                let operation = try await gateway.surely {
                    try await client.buildTimelines(.init(), options: gateway.options())
                        .message.value()
                }
                if !operation.done { _ = try await gateway.end(of: operation.name, connection) }
                let made = try await timelines(connection)
                return "\(made.persons) persons, \(made.touches) touches, "
                    + "\(made.conversions) conversions"
            }
        }
    }

    /// Runs all usual models over journeys, or over imported paths if there are no journeys, and
    /// keeps the run.
    func runModels() async throws {
        try await context.terminal.stage("Attribution") {
            try await gateway.with { connection, _ in
                let made = try await timelines(connection)
                let client = AttributionV1.Models.Client(connection)
                let tables = try await gateway.surely {
                    try await client.listPathTables(.init(), options: gateway.options())
                        .message.value().tables
                }
                guard made.conversions > 0 || !tables.isEmpty else {
                    return "left out: there are neither conversions nor paths"
                }
                return try await run(overJourneys: made.conversions > 0, connection)
            }
        }
    }

    /// What journeys there are.
    private func timelines(
        _ connection: RPCClient
    ) async throws -> AttributionV1.TimelinesDescription {
        try await gateway.surely {
            try await AttributionV1.Timelines.Client(connection)
                .describeTimelines(.init(), options: gateway.options()).message.value()
        }
    }

    /// How many replicates say how sure the credit is.
    private static let replicates: Int32 = 50

    private func run(
        overJourneys: Bool,
        _ connection: RPCClient
    ) async throws -> String {
        let client = AttributionV1.Runs.Client(connection)
        var list = AttributionV1.ListRunsRequest()
        (list.pageSize, list.state) = (1, .completed)
        let last = try await gateway.surely { [list] in
            try await client.listRuns(list, options: gateway.options()).message.value()
        }
        if !isAgain, let run = last.runs.first {
            return "run \(run.runID) is there; --again makes another"
        }
        var models = AttributionV1.RunModelsRequest()
        if overJourneys { models.journeys = .init() }
        models.replicates = Self.replicates
        var request = AttributionV1.CreateRunRequest()
        (request.request, request.label) = (models, "sextant measure")
        let attempt = gateway.newAttempt()
        let created = try await gateway.surely {
            try await client.createRun(request, options: gateway.options(attempt: attempt))
                .message.value()
        }
        _ = try await gateway.end(of: created.operation, connection)
        let run = try await gateway.surely {
            try await gateway.run(created.runID, connection)
        }
        guard run.state == .completed, let result = run.result else {
            throw CommandFailure(
                what: "run \(run.runID) has \(run.state.word)",
                cause: run.problem.isEmpty ? nil : run.problem
            )
        }
        return "\(result.models.count) models, \(result.conversions) conversions, "
            + "disagreement \(Figures.percent(result.disagreement))"
    }

    // MARK: The mix model

    /// What became of the wish for a mix model.
    enum Training {
        /// There is none, for this reason.
        case leftOut(String)
        /// It is promoted already.
        case there(String)
        /// It is trained by a job.
        case begun(String)
    }

    /// Has a mix model trained, unless there is one.
    ///
    /// - Returns: what became of it.
    /// - Throws: ``CommandFailure`` if the service refuses.
    func beginTraining() async throws -> Training {
        try await gateway.with { connection, _ in
            let sources = try await gateway.surely {
                try await MixModelV1.Panels.Client(connection)
                    .listSources(.init(), options: gateway.options()).message.value()
            }
            guard !sources.channels.isEmpty else {
                return .leftOut(try await whyNoChannel(connection))
            }
            guard let outcome = outcome(of: sources.outcomes) else {
                let names = sources.outcomes.map(\.name).joined(separator: ", ")
                return .leftOut(
                    names.isEmpty
                        ? "there is no KPI" : "--kpi chooses what it explains: \(names)"
                )
            }
            let client = MixModelV1.Models.Client(connection)
            if !isAgain, let model = try await enough(of: outcome, client) {
                return .there(model.modelID)
            }
            let wanted = Self.model(of: outcome, sources, isFirstLook: isFirstLook)
            do {
                let request = try await gateway.surely { try await possible(wanted, client) }
                let attempt = gateway.newAttempt()
                let model = try await gateway.surely {
                    try await client.createModel(
                        request,
                        options: gateway.options(attempt: attempt)
                    )
                    .message.value()
                }
                return .begun(model.modelID)
            } catch let error as RPCError where error.code == .failedPrecondition {
                // What attribution says does not depend on it.
                return .leftOut("\(error.message). \(Self.asItIs)")
            }
        }
    }

    /// The promoted model of an outcome, unless it was but a first look and more is wanted.
    private func enough(
        of outcome: MixModelV1.ListSourcesResponse.Source,
        _ client: MixModelV1.Models.Client
    ) async throws -> MixModelV1.Model? {
        var list = MixModelV1.ListModelsRequest()
        (list.promoted, list.kpi) = (true, outcome.name)
        let promoted = try await gateway.surely { [list] in
            try await client.listModels(list, options: gateway.options()).message.value()
        }
        guard let model = promoted.models.first else { return nil }
        let sampling = model.sampling ?? .init()
        return isFirstLook || sampling.method != .bayesianBootstrap ? model : nil
    }

    /// What can be done where series are none that a model of weeks takes.
    private static let asItIs =
        "A table with a row for each week or day can be trained as it is: sextant mmm train FILE"

    /// Why no channel has costs: nothing was spent, or on what is of no channel.
    private func whyNoChannel(_ connection: RPCClient) async throws -> String {
        let overview = try await gateway.overview(connection)
        let spent = overview.series.filter { $0.kind == "spend" }.map(\.name)
        if spent.isEmpty { return "nothing was spent" }
        let more = spent.count > 5 ? " and \(spent.count - 5) more" : ""
        return "what was spent on \(spent.prefix(5).joined(separator: ", "))\(more) is of no "
            + "channel: PUT /v1/spend/mapping says of which. \(Self.asItIs)"
    }

    /// A model without holidays, if there are too few weeks for them or they are refused otherwise.
    private func possible(
        _ wanted: MixModelV1.CreateModelRequest,
        _ client: MixModelV1.Models.Client
    ) async throws -> MixModelV1.CreateModelRequest {
        var (attempt, plain) = (wanted, wanted)
        plain.selection?.controls.removeAll(where: ImportedHoliday.isOne)
        if plain == wanted { return wanted }
        attempt.validateOnly = true
        do {
            _ = try await client.createModel(attempt, options: gateway.options())
            return wanted
        } catch let error as RPCError where error.code == .failedPrecondition {
            context.terminal.note("the mix model goes without holidays: \(error.message)")
            return plain
        }
    }

    /// What is likely meant: the only outcome, `revenue`, or the only one that is money.
    private func outcome(
        of outcomes: [MixModelV1.ListSourcesResponse.Source]
    ) -> MixModelV1.ListSourcesResponse.Source? {
        let own = outcomes.filter(\.countedBy.isEmpty)
        if !kpi.isEmpty {
            // Of several that count it the business itself is meant.
            return (own + outcomes).first { $0.name == kpi }
        }
        if own.count == 1 { return own[0] }
        if let revenue = own.first(where: { $0.name == "revenue" && $0.isMoney }) { return revenue }
        let money = own.filter(\.isMoney)
        return money.count == 1 ? money[0] : nil
    }

    /// All covariates that reach as far as an outcome, and holidays that come again in its days.
    ///
    /// A holiday that comes but once is one week's own effect: it would explain anything else that
    /// happened then.
    private static func controls(
        of outcome: MixModelV1.ListSourcesResponse.Source,
        _ covariates: [MixModelV1.ListSourcesResponse.Source]
    ) -> [String] {
        let usual = covariates.filter {
            !ImportedHoliday.isOne($0.name) && $0.firstDate <= outcome.firstDate
                && $0.lastDate >= outcome.lastDate
        }
        let holidays = covariates.filter {
            ImportedHoliday.isOne($0.name) && $0.days > 1 && $0.firstDate <= outcome.lastDate
                && $0.lastDate >= outcome.firstDate
        }
        return (usual + holidays).prefix(mostControls).map(\.name)
    }

    /// As many controls as a panel takes.
    private static let mostControls = 100

    /// A model by week of all places together, with covariates and holidays.
    ///
    /// - Parameters:
    ///   - outcome: what it explains.
    ///   - sources: what there is.
    ///   - isFirstLook: whether fits are enough.
    /// - Returns: what is asked of the service.
    static func model(
        of outcome: MixModelV1.ListSourcesResponse.Source,
        _ sources: MixModelV1.ListSourcesResponse,
        isFirstLook: Bool
    ) -> MixModelV1.CreateModelRequest {
        var selection = MixModelV1.PanelSelection()
        (selection.kpi, selection.countedBy) = (outcome.name, outcome.countedBy)
        selection.controls = controls(of: outcome, sources.covariates)
        var request = MixModelV1.CreateModelRequest()
        (request.label, request.selection, request.train) = ("sextant measure", selection, true)
        var configuration = MixModelV1.MixConfiguration()
        configuration.trend = true
        // A day on which the shop could not be reached makes a week that no medium explains.
        configuration.noise = .studentT
        // Where a channel levels off is believed to be near its usual amounts; by the largest, one
        // week of much spend would decide on that.
        configuration.mediaScale = .perCapitaMedian
        if !outcome.isMoney {
            // Nobody has said what one of it earns, so nothing is believed of returns.
            var channel = MixModelV1.MediumConfiguration()
            channel.effect = .coefficient
            configuration.channel = channel
        }
        request.configuration = configuration
        if isFirstLook {
            var sampling = MixModelV1.Sampling()
            sampling.method = .bayesianBootstrap
            request.sampling = sampling
        }
        return request
    }

    /// Waits for a training, and promotes the model.
    ///
    /// - Parameter training: what was begun.
    /// - Throws: ``CommandFailure`` if the service refuses.
    func endTraining(_ training: Training) async throws {
        try await context.terminal.stage("Mix model") {
            switch training {
            case .leftOut(let reason): return "left out: \(reason)"
            case .there(let id): return "model \(id) is there; --again trains another"
            case .begun(let id):
                return try await gateway.with { connection, _ in
                    let model = try await gateway.trained(id, connection, context.terminal)
                    guard model.state == .completed else {
                        return "model \(id) has \(model.state.word): \(model.problem)"
                    }
                    var request = MixModelV1.PromoteModelRequest()
                    request.modelID = id
                    _ = try await gateway.surely { [request] in
                        try await MixModelV1.Models.Client(connection)
                            .promoteModel(request, options: gateway.options())
                    }
                    return "model \(id) explains \(model.kpi): \(model.summary?.verdict ?? "")"
                }
            }
        }
    }
}
