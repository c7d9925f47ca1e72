internal import Contracts
internal import Messages
internal import Postgres
internal import RPC
internal import Wire

extension GatewayCall {
    /// Results of a large model take a while when they are first asked for.
    private static let patience = Duration.seconds(600)

    /// Gathers what is known.
    ///
    /// What cannot be told, because nothing is there or a service is not, is a gap, and the rest is
    /// told.
    ///
    /// - Parameters:
    ///   - kpi: the outcome whose mix model is told of; empty for the only one.
    ///   - periods: how long the plan is.
    ///   - connection: to the gateway.
    /// - Returns: the report.
    /// - Throws: what the gateway says if it cannot tell even what there is.
    func report(
        ofKpi kpi: String,
        periods: Int32,
        _ connection: RPCClient
    ) async throws -> MarketingReport {
        var report = MarketingReport()
        report.overview = try await wholeOverview(connection)
        report.gaps = report.overview.failedParts.map { "\($0.name): \($0.message)" }
        if let id = report.overview.attribution?.runID {
            report.run = try await part("attribution", of: &report) {
                try await run(id, connection)
            }
        } else {
            report.gaps.append("attribution: no run is kept; `sextant measure` makes one")
        }
        let models = report.overview.mixModels.filter { kpi.isEmpty || $0.kpi == kpi }
        guard let model = models.first else {
            report.gaps.append(
                "mix model: none is promoted; `sextant measure` trains one, or says why it cannot"
            )
            return report
        }
        if models.count > 1 {
            report.gaps.append(
                "mix model: \(models.count) are promoted, and this is \(model.modelID) of "
                    + "\(model.kpi); --kpi chooses"
            )
        }
        try await tell(model.modelID, periods, in: &report, connection)
        return report
    }

    /// A part of a report; nil, and a gap, if it is refused.
    private func part<Value>(
        _ name: String,
        of report: inout MarketingReport,
        _ body: () async throws -> Value
    ) async throws -> Value? {
        do {
            return try await surely(body)
        } catch let error as RPCError {
            report.gaps.append("\(name): \(error.message)")
            return nil
        }
    }

    // MARK: What there is

    /// The most days that an overview has.
    private static let mostDays: Int32 = 800

    /// What there is, in some days.
    ///
    /// - Parameters:
    ///   - connection: to the gateway.
    ///   - request: which days; by default the latest.
    /// - Returns: what there is.
    /// - Throws: what the gateway says.
    func overview(
        _ connection: RPCClient,
        _ request: ControlV1.GetOverviewRequest = .init()
    ) async throws -> ControlV1.GetOverviewResponse {
        try await surely {
            try await ControlV1.Overviews.Client(connection)
                .getOverview(request, options: options()).message.value()
        }
    }

    /// What there is, from the first day of any series to the last.
    private func wholeOverview(
        _ connection: RPCClient
    ) async throws -> ControlV1.GetOverviewResponse {
        let latest = try await overview(connection)
        let measured = latest.series.filter { $0.kind == "kpi" || $0.kind == "spend" }
        guard let first = measured.compactMap({ PostgresDate(text: $0.firstDate) }).min(),
            let last = measured.compactMap({ PostgresDate(text: $0.lastDate) }).max()
        else { return latest }
        var request = ControlV1.GetOverviewRequest()
        request.from = max(first, last.adding(1 - Self.mostDays)).text
        request.to = last.text
        return try await overview(connection, request)
    }

    // MARK: The mix model

    private func tell(
        _ model: String,
        _ periods: Int32,
        in report: inout MarketingReport,
        _ connection: RPCClient
    ) async throws {
        let client = MixModelV1.Results.Client(connection)
        let options = try options(within: Self.patience)
        report.model = try await part("mix model", of: &report) {
            var request = MixModelV1.GetModelRequest()
            request.modelID = model
            return try await MixModelV1.Models.Client(connection)
                .getModel(request, options: options).message.value()
        }
        report.results = try await part("mix model", of: &report) {
            var request = MixModelV1.GetResultsRequest()
            request.modelID = model
            return try await client.getResults(request, options: options).message.value()
        }
        report.review = try await part("review", of: &report) {
            var request = MixModelV1.GetReviewRequest()
            request.modelID = model
            return try await client.getReview(request, options: options).message.value()
        }
        report.plan = try await part("budget", of: &report) {
            try await plan(of: model, periods, connection)
        }
    }

    /// The best plan that spends as much as is spent now; what is spent now if that is nothing.
    private func plan(
        of model: String,
        _ periods: Int32,
        _ connection: RPCClient
    ) async throws -> MixModelV1.BudgetPlan {
        let client = MixModelV1.Budgets.Client(connection)
        let options = try options(within: Self.patience)
        var basis = MixModelV1.BudgetBasis()
        (basis.modelID, basis.periods) = (model, periods)
        var now = MixModelV1.SimulateBudgetRequest()
        (now.basis, now.unit) = (basis, .total)
        let current = try await client.simulateBudget(now, options: options).message.value()
        guard current.currentSpend > 0 else { return current }
        var request = MixModelV1.OptimizeBudgetRequest()
        (request.basis, request.unit) = (basis, .total)
        request.goal = .budget(current.currentSpend)
        // Far from what is spent nobody knows how channels respond.
        request.limits = current.lines.map { line in
            var limit = MixModelV1.BudgetLimit()
            limit.channels = [line.channel]
            if line.current > 0 {
                (limit.min, limit.max, limit.relative) = (0.5, 2, true)
            } else {
                limit.lock = 0
            }
            return limit
        }
        return try await client.optimizeBudget(request, options: options).message.value()
    }
}
