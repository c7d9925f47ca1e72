internal import MediaMix
internal import Messages
internal import Postgres
internal import RPC

extension FieldViolations {
    /// Checks what a request says of plans, but for what hangs on the model.
    ///
    /// - Parameters:
    ///   - basis: as it came.
    ///   - unit: what amounts count.
    ///   - field: that of the request within the whole, with a point at its end; or nothing.
    mutating func check(
        _ basis: MixModelV1.BudgetBasis,
        _ unit: MixModelV1.BudgetUnit,
        in field: String = ""
    ) {
        let (id, kpi) = (basis.modelID, basis.kpi)
        check(
            id.isEmpty || PostgresUUID(id) != nil,
            "\(field)basis.model_id",
            "expected the id of a model, or nothing for the promoted one"
        )
        check(
            kpi.count <= 100 && !kpi.utf8.contains(0),
            "\(field)basis.kpi",
            "expected at most 100 characters without U+0000"
        )
        check(
            id.isEmpty || kpi.isEmpty,
            "\(field)basis.kpi",
            "expected nothing where a model is named"
        )
        let most = MixBudgetFrame.mostPeriods
        check(
            (1...most).contains(Int(basis.periods)),
            "\(field)basis.periods",
            "expected 1 to \(most)"
        )
        check(
            (0...most).contains(Int(basis.periodsAfter ?? 0)),
            "\(field)basis.periods_after",
            "expected 0 to \(most), or nothing for as many as effects last"
        )
        check(basis.geos.count <= 500, "\(field)basis.geos", "expected at most 500")
        check(basis.window >= 0, "\(field)basis.window", "expected 0 or more")
        check(
            (0...10_000).contains(basis.draws),
            "\(field)basis.draws",
            "expected 1 to 10000, or 0 for 400"
        )
        let probability = basis.intervalProbability
        check(
            probability == 0 || (probability > 0 && probability < 1),
            "\(field)basis.interval_probability",
            "expected above 0 and below 1, or 0 for 0.9"
        )
        check(
            unit == .perPeriod || unit == .total,
            "\(field)unit",
            "expected BUDGET_UNIT_PER_PERIOD or BUDGET_UNIT_TOTAL: what amounts count must be said"
        )
    }

    /// Checks what is asked of a best plan, but for what hangs on the model.
    ///
    /// - Parameters:
    ///   - request: as it came.
    ///   - hasGoal: whether it must have a goal; none otherwise.
    ///   - field: that of the request within the whole, with a point at its end; or nothing.
    mutating func check(
        _ request: MixModelV1.OptimizeBudgetRequest,
        hasGoal: Bool = true,
        in field: String = ""
    ) {
        check(request.basis ?? .init(), request.unit, in: field)
        check(
            (request.goal != nil) == hasGoal,
            "\(field)goal",
            hasGoal
                ? "expected one of budget, return_on_spend, marginal_return and outcome"
                : "expected none: budgets are given"
        )
        check(
            request.starts == 0 || (2...100).contains(request.starts),
            "\(field)starts",
            "expected 2 to 100, or 0 for 12"
        )
        check(request.limits.count <= 500, "\(field)limits", "expected at most 500")
        for (index, limit) in request.limits.prefix(500).enumerated() {
            check(limit, "\(field)limits[\(index)]")
        }
    }

    private mutating func check(_ limit: MixModelV1.BudgetLimit, _ field: String) {
        check(
            limit.name.count <= 200 && !limit.name.utf8.contains(0),
            "\(field).name",
            "expected at most 200 characters without U+0000"
        )
        check(
            limit.min != nil || limit.max != nil || limit.lock != nil,
            field,
            "expected min, max or lock"
        )
        check(
            limit.lock == nil || (limit.min == nil && limit.max == nil),
            "\(field).lock",
            "expected no min and no max beside it"
        )
        let numbers = [("min", limit.min), ("max", limit.max), ("lock", limit.lock)]
        for case (let name, let number?) in numbers {
            check(number >= 0 && number.isFinite, "\(field).\(name)", "expected a number from 0")
        }
        for (name, words) in [("channels", limit.channels), ("geos", limit.geos)] {
            let isSound = words.count <= 500 && Set(words).count == words.count
            check(isSound, "\(field).\(name)", "expected at most 500, each once")
        }
    }
}

extension MixBudgetFrame {
    /// What a checked request says of plans.
    init(_ basis: MixModelV1.BudgetBasis) {
        self.init(periods: Int(basis.periods))
        periodsAfter = basis.periodsAfter.map { Int($0) }
        splitsGeos = basis.byGeo
        geos = basis.geos.isEmpty ? nil : basis.geos
        window = basis.window == 0 ? nil : Int(basis.window)
        carriesOver = !basis.withoutPast
        if basis.draws > 0 { draws = Int(basis.draws) }
    }
}

extension MixModelV1.BudgetBasis {
    /// The probability of intervals.
    var probability: Double { intervalProbability == 0 ? 0.9 : intervalProbability }
}

extension RPCError {
    /// What a refusal of a budget is to callers.
    init(_ refusal: BudgetRefusal) {
        let (code, reason): (StatusCode, String) =
            switch refusal {
            case .badRequest, .limitsCross, .groupTooSmall, .groupTooLarge, .budgetTooSmall,
                .budgetTooLarge, .limitsContradict, .noMost:
                (.invalidArgument, "BUDGET_LIMITS")
            case .outcomeUnreachable, .returnUnreachable, .marginalReturnUnreachable:
                (.failedPrecondition, "BUDGET_GOAL")
            case .draws, .noPrice, .searchFailed: (.failedPrecondition, "BUDGET_MODEL")
            }
        self.init(code, "\(refusal)", ErrorDetails(reason: reason))
    }
}
