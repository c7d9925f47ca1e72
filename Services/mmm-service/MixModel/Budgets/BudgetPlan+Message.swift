internal import MediaMix
internal import Messages
internal import Panels

extension MixModelV1.BudgetPlan {
    /// What is told of a plan.
    ///
    /// - Parameters:
    ///   - plan: what was found.
    ///   - mapping: the request in the terms of the model.
    ///   - about: the model, with what is thought of its training.
    ///   - panel: the model's, with the periods that it is not fitted to.
    init(
        _ plan: BudgetPlan,
        _ mapping: BudgetMapping,
        of about: MixModelV1.Model,
        after panel: Panel
    ) {
        self.init()
        (modelID, kpi, isMoney) = (about.modelID, about.kpi, about.isMoney)
        currency = about.currency
        unit = mapping.unit == .total ? .total : .perPeriod
        periods = Int32(mapping.budget.response.periods)
        daysPerPeriod = Int32(panel.daysPerPeriod)
        firstDate =
            panel.periods.last.map { "\(PanelDay(number: $0.number + panel.daysPerPeriod))" } ?? ""
        lines = zip(mapping.budget.lines, plan.lines).map { known, found in
            Line(known, found, mapping)
        }
        (spend, currentSpend) = (plan.spend, plan.currentSpend)
        outcome = Estimate(plan.outcome)
        currentOutcome = Estimate(plan.currentOutcome)
        gain = Estimate(plan.gain)
        gainProbability = plan.gainProbability
        intervalProbability = mapping.intervalProbability
        returnOnSpend = plan.returnOnSpend
        currentReturnOnSpend = plan.currentReturnOnSpend
        valuePerOutcome = mapping.budget.valuePerOutcome
        utility = plan.utility
        bindings = plan.bindings.map { Binding($0) }
        warnings = plan.notes
        if let summary = about.summary, !summary.findings.isEmpty {
            warnings.append("the model is to be looked at first: \(summary.verdict)")
        }
        if about.sampling?.method == .bayesianBootstrap {
            warnings.append(
                "the model is a first look by the bootstrap: have it trained by NUTS before this "
                    + "plan is followed"
            )
        }
        warnings += mapping.budget.assumptions
        draws = Int32(clamping: mapping.budget.response.draws)
        search = plan.search.map { Search($0) }
    }
}

extension MixModelV1.BudgetPlan.Estimate {
    fileprivate init(_ estimate: BudgetEstimate) {
        self.init()
        mean = estimate.mean
        (lower, upper) = (estimate.interval.lowerBound, estimate.interval.upperBound)
    }
}

extension MixModelV1.BudgetPlan.Line {
    fileprivate init(_ known: MixBudget.Line, _ found: BudgetPlan.Line, _ mapping: BudgetMapping) {
        self.init()
        (channel, geo) = (known.channel, known.geo ?? "")
        current = mapping.amount(known.budget.current)
        recommended = mapping.amount(found.spend)
        spend = found.spend
        marginalReturn = found.marginalReturn
        observedLeast = known.budget.observed?.lowerBound ?? 0
        observedMost = known.budget.observed?.upperBound ?? 0
        beyondObserved = found.beyond != nil
    }
}

extension MixModelV1.BudgetPlan.Binding {
    fileprivate init(_ binding: BudgetPlan.Binding) {
        self.init()
        name = binding.name
        side =
            switch binding.side {
            case .least: .least
            case .most: .most
            case .locked: .locked
            }
        periods = binding.periods.map { Int32($0) }
    }
}

extension MixModelV1.BudgetPlan.Search {
    fileprivate init(_ search: BudgetPlan.Search) {
        self.init()
        (starts, failures) = (Int32(search.starts), Int32(search.failures))
        evaluations = Int32(clamping: search.evaluations)
        cutShort = search.isCutShort
    }
}
