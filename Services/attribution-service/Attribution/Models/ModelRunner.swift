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
        let booked = plan.booking.map { booking in
            PathDetail.Touches(
                hasCampaigns: booking.byCampaign,
                date: booking.date == .touch ? .touch : .conversion
            )
        }
        return try await run(request, plan, booked, at: now, in: scope).run
    }

    /// What models say of paths, and what they give to single touches.
    ///
    /// - Parameters:
    ///   - request: which paths.
    ///   - plan: which models, and how: those of the request.
    ///   - touches: what is kept of single touches; nil for nothing.
    ///   - now: the time until which things are known if the request does not say.
    ///   - scope: the tenant's.
    /// - Returns: the result, and what each model gives to touches that were kept.
    /// - Throws: as `PathSource` does; `AttributionFailure`.
    func run(
        _ request: AttributionV1.RunModelsRequest,
        _ plan: ModelPlan,
        _ touches: PathDetail.Touches?,
        at now: UTCTimestamp,
        in scope: TenantScope
    ) async throws -> (run: AttributionV1.ModelRun, bookings: [TouchBooking]) {
        let isTimed = request.journeys != nil && plan.needsTimes
        return try await source.use(
            importID: request.importID,
            journeys: request.journeys,
            PathDetail(isTimed: isTimed, touches: touches),
            isPartial: request.allowPartial,
            at: now,
            in: scope
        ) { found in
            var (run, bookings) = try await run(plan, on: found)
            run.importID = request.importID
            run.fingerprint = found.fingerprint
            run.version = version
            run.report = found.report
            run.add(found.costs)
            return (run, bookings)
        }
    }

    /// What models say of journeys, without what those were made of.
    private func run(
        _ plan: ModelPlan,
        on found: FoundPaths
    ) async throws -> (AttributionV1.ModelRun, [TouchBooking]) {
        let paths = try await offload.runBeside {
            try TransformedPaths(
                found.table,
                plan.transforms,
                isTraced: found.touches != nil
            )
        }
        let timed = paths.table
        // Times keep equal paths apart: only models that need them have them.
        let table = try await offload.runBeside { timed.isTimed ? try timed.withoutTimes() : timed }
        let numbers = try await offload.runBeside {
            timed.isTimed && found.touches != nil ? timed.numbers(in: table) : nil
        }
        var run = AttributionV1.ModelRun(plan, table)
        let bootstrap = table.totalConversions < Bootstrap.leastConversions ? nil : plan.bootstrap
        var shares: [[Double]] = []
        var bookings: [TouchBooking] = []
        var rows = AttributionV1.BookedCredit.mostDays
        for choice in plan.choices {
            try Task.checkCancellation()
            let own = choice.needsTimes ? timed : table
            let solution = try await offload.runBeside { try ModelSolution(choice.model, of: own) }
            let estimates = try await bootstrap?.estimates(of: choice.model, on: own)
            var result = AttributionV1.ModelResult(choice, solution, estimates, table)
            if plan.transitionStates > 0, let (chain, effects) = solution.chain {
                let (told, most) = (result.channels, plan.transitionStates)
                result.transitions = try await offload.runBeside {
                    AttributionV1.TransitionMatrix(
                        chain,
                        effects,
                        beside: told,
                        table.channels,
                        most: most
                    )
                }
            }
            if let touches = found.touches {
                let booking = TouchBooking(
                    touches: touches,
                    paths: paths,
                    table: own,
                    division: solution.division,
                    numbers: own.isTimed ? nil : numbers
                )
                let (channels, most) = (result.channels, rows)
                let booked = try await offload.runBeside {
                    try AttributionV1.BookedCredit(booking, beside: channels, mostDays: most)
                }
                rows -= booked.days.count
                result.booked = booked
                bookings.append(booking)
            }
            run.models.append(result)
            shares.append(solution.credit.conversionShares)
        }
        run.disagreement = Disagreement.score(shares)
        run.notes += run.models.compactMap(\.debits)
        return (run, bookings)
    }
}

extension AttributionV1.ModelRun {
    /// What there is of journeys before a model looks at them.
    fileprivate init(_ plan: ModelPlan, _ table: PathTable) {
        self.init()
        seed = plan.seed
        distinctPaths = Int64(table.count)
        conversions = Int64(table.totalConversions)
        nulls = Int64(table.totalNulls)
        value = table.totalValue.double
        if plan.bootstrap != nil, table.totalConversions < Bootstrap.leastConversions {
            notes.append(
                "there are no intervals: of fewer than \(Bootstrap.leastConversions) conversions "
                    + "hardly any can be drawn again"
            )
        }
    }
}

extension AttributionV1.ModelResult {
    /// Whom the model takes credit away from, in words; nil if nobody.
    ///
    /// Shares of a game of rates are below nothing where journeys with a channel convert less
    /// often than others: they add up, but nobody can book them. What rounding leaves of nothing is
    /// nothing.
    var debits: String? {
        let debited = channels.filter { $0.conversionShare < -1e-9 }
            .sorted { $0.conversionShare < $1.conversionShare }
        if debited.isEmpty { return nil }
        let names = debited.prefix(5).map(\.channel).joined(separator: ", ")
        let others = debited.count > 5 ? " and \(debited.count - 5) more" : ""
        return "\(model) gives less than nothing to \(names)\(others): by it journeys convert less "
            + "often with them than without; book by another model"
    }

    fileprivate init(
        _ choice: ModelPlan.Choice,
        _ solution: ModelSolution,
        _ estimates: Bootstrap.Estimates?,
        _ table: PathTable
    ) {
        self.init()
        model = choice.name
        parameters = MapField(choice.parameters.map { ($0.name, $0.value) })
        emptyReplicates = Int32(estimates?.emptyReplicates ?? 0)
        let credit = solution.credit
        let (conversionShares, valueShares) = (credit.conversionShares, credit.valueShares)
        channels = table.channels.names.indices.map { place in
            var channel = AttributionV1.ChannelCredit()
            channel.channel = table.channels.names[place]
            channel.conversions = credit.conversions[place]
            channel.value = credit.value[place]
            channel.conversionShare = conversionShares[place]
            channel.valueShare = valueShares[place]
            channel.removalEffect = solution.chain?.effects.conversions[place]
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
