internal import Messages
internal import Net
internal import PathModels
internal import Telemetry
internal import Tenancy
internal import Wire

/// Runs models over the paths that requests ask for.
struct ModelRunner: Sendable {
    let source: PathSource
    let offload: WorkerPool?
    /// That of the program, which results name.
    let version: String

    /// What models say of paths.
    ///
    /// - Parameters:
    ///   - request: which paths.
    ///   - plan: which models, and how: those of the request.
    ///   - now: the time until which things are known if the request does not say.
    ///   - scope: the tenant's.
    /// - Returns: the result.
    /// - Throws: as `PathSource` does; `AttributionFailure`.
    func run(
        _ request: AttributionV1.RunModelsRequest,
        _ plan: ModelPlan,
        at now: UTCTimestamp,
        in scope: TenantScope
    ) async throws -> AttributionV1.ModelRun {
        try await source.use(
            importID: request.importID,
            journeys: request.journeys,
            isTimed: request.journeys != nil && plan.needsTimes,
            isPartial: request.allowPartial,
            at: now,
            in: scope
        ) { found in
            var run = try await run(plan, on: found.table)
            run.importID = request.importID
            run.fingerprint = found.fingerprint
            run.version = version
            run.report = found.report
            run.add(found.costs)
            return run
        }
    }

    /// What models say of journeys, without what those were made of.
    private func run(
        _ plan: ModelPlan,
        on table: PathTable
    ) async throws -> AttributionV1.ModelRun {
        let timed = try await offload.runBeside {
            try plan.transforms.apply(to: table)
        }
        // Times keep equal paths apart: only models that need them have them.
        let table = try await offload.runBeside { timed.isTimed ? try timed.withoutTimes() : timed }
        var run = AttributionV1.ModelRun()
        run.seed = plan.seed
        run.distinctPaths = Int64(table.count)
        run.conversions = Int64(table.totalConversions)
        run.nulls = Int64(table.totalNulls)
        run.value = table.totalValue.double
        var bootstrap = plan.bootstrap
        if bootstrap != nil, table.totalConversions < Bootstrap.leastConversions {
            bootstrap = nil
            run.notes.append(
                "there are no intervals: of fewer than \(Bootstrap.leastConversions) conversions "
                    + "hardly any can be drawn again"
            )
        }
        var shares: [[Double]] = []
        for choice in plan.choices {
            try Task.checkCancellation()
            let own = choice.needsTimes ? timed : table
            let (credit, effects) = try await offload.runBeside { try choice.credit(own) }
            let estimates = try await bootstrap?.estimates(of: choice.model, on: own)
            run.models.append(
                AttributionV1.ModelResult(choice, credit, effects, estimates, table)
            )
            shares.append(credit.conversionShares)
        }
        run.disagreement = Disagreement.score(shares)
        return run
    }
}

extension ModelPlan.Choice {
    /// What each channel gets, and of a Markov chain the effects that it comes from.
    fileprivate func credit(
        _ table: PathTable
    ) throws(AttributionFailure) -> (Credit, RemovalEffects?) {
        guard let markov = model as? Markov else { return (try model.credit(table), nil) }
        let effects = try markov.removalEffects(table)
        return (markov.credit(by: effects, of: table), effects)
    }
}

extension AttributionV1.ModelResult {
    fileprivate init(
        _ choice: ModelPlan.Choice,
        _ credit: Credit,
        _ effects: RemovalEffects?,
        _ estimates: Bootstrap.Estimates?,
        _ table: PathTable
    ) {
        self.init()
        model = choice.name
        parameters = MapField(choice.parameters.map { ($0.name, $0.value) })
        emptyReplicates = Int32(estimates?.emptyReplicates ?? 0)
        let (conversionShares, valueShares) = (credit.conversionShares, credit.valueShares)
        channels = table.channels.names.indices.map { place in
            var channel = AttributionV1.ChannelCredit()
            channel.channel = table.channels.names[place]
            channel.conversions = credit.conversions[place]
            channel.value = credit.value[place]
            channel.conversionShare = conversionShares[place]
            channel.valueShare = valueShares[place]
            channel.removalEffect = effects?.conversions[place]
            channel.conversionsSamplingError = credit.errors?.conversions[place]
            channel.valueSamplingError = credit.errors?.value[place]
            if let estimates {
                channel.conversionsEstimate = .init(
                    estimates.conversionShares[place],
                    times: Double(table.totalConversions)
                )
                channel.valueEstimate = .init(
                    estimates.valueShares[place],
                    times: table.totalValue.double
                )
            }
            return channel
        }
        .sorted { left, right in
            left.conversions != right.conversions
                ? left.conversions > right.conversions : left.channel < right.channel
        }
    }
}

extension AttributionV1.Estimate {
    fileprivate init(_ share: Bootstrap.Estimate, times total: Double) {
        self.init()
        mean = share.mean * total
        median = share.median * total
        lower = share.lower * total
        upper = share.upper * total
        level = share.level
        kind = .confidence
    }
}
