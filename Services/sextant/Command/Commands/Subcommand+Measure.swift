internal import Messages
internal import Wire

// Commands that find out, and tell, all that can be told of a tenant's marketing.
extension Subcommand {
    static let measurements = [measure, report, demo]

    private static let ofPlan = Option(
        name: "--periods",
        value: "COUNT",
        meaning: "How many periods the budget is planned for; 13."
    )

    private static let measure = Subcommand(
        name: "measure",
        summary: "Finds out what can be found out from what was imported, and reports it.",
        details: """
            Journeys are made of events, all usual models of attribution are run over them or over
            imported paths, and a mix model is trained on a KPI, spend and covariates by week. What
            there is nothing for is left out, and what is there already is not done again.
            """,
        options: Measurement.options + [ofPlan] + GatewayCall.options
    ) { context in
        let measurement = Measurement(context)
        let training = try await measurement.beginTraining()
        try await measurement.makeJourneys()
        try await measurement.runModels()
        try await measurement.endTraining(training)
        try await context.report(beside: nil, isPatient: true)
    }

    private static let report = Subcommand(
        name: "report",
        summary: "Tells what is known: data, credit by model, what media caused, and a budget.",
        options: [
            Option(name: "--kpi", value: "NAME", meaning: "Whose mix model is told of."), ofPlan,
        ] + GatewayCall.options
    ) { context in
        try await context.report(beside: nil)
    }

    private static let demo = Subcommand(
        name: "demo",
        summary: "Simulates a shop, imports and measures it, and reports that beside the truth.",
        details: """
            Starts what does not run. The shop has two years of spend and sales in 51 states, and a
            million events; its files stay in the data folder. A second time it says what is there.
            """,
        options: Measurement.options + SimulationOptions.ofWorld + [ofPlan] + GatewayCall.options
    ) { context in
        try await Demonstration(context).run()
    }
}

extension CommandContext {
    /// Reports what is known.
    ///
    /// - Parameters:
    ///   - truth: what is true, where that is known.
    ///   - isPatient: whether services that are away are waited for; else they are gaps.
    /// - Throws: ``CommandFailure`` if even what there is cannot be told.
    func report(beside truth: ReportTruth?, isPatient: Bool = false) async throws {
        let periods = try arguments.number("--periods", in: 1...208) ?? 13
        let gateway = GatewayCall(self, isPatient: isPatient)
        let report = try await gateway.with { connection, _ in
            try await gateway.report(
                ofKpi: arguments.value("--kpi") ?? "",
                periods: Int32(periods),
                connection
            )
        }
        var text = report.text(beside: truth)
        if arguments.value("--at") == nil {
            text += "\n\n" + (try await nextLines(report)).joined(separator: "\n")
        }
        let json = try report.json
        terminal.print(json, orElse: text)
    }

    /// Lines to go on with.
    private func nextLines(_ report: MarketingReport) async throws -> [String] {
        let status = try await InstallationStatus.find(folder)
        var paths = ["/v1/overview"]
        if let run = report.run { paths.append("/v1/attribution/runs/\(run.runID)") }
        if let results = report.results {
            paths.append("/v1/mix/models/\(results.modelID):results")
        }
        // What is printed may be read by others: a key that was given is named, not shown.
        let variable = GatewayCall(self).givenKey == nil ? nil : GatewayCall.keyVariable
        let lines = paths.compactMap { status.line(of: $0, keyIn: variable) }
        let isNamed = variable == nil || Environment.value(GatewayCall.keyVariable) != nil
        if isNamed { return lines }
        return ["With the key that --key gave in \(GatewayCall.keyVariable):"] + lines
    }
}
