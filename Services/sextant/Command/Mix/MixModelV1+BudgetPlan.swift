internal import Messages

extension MixModelV1.BudgetPlan {
    /// Rows for each channel, and for each place if there are several, with a head and a sum.
    var rows: [[String]] {
        let hasGeos = lines.contains { !$0.geo.isEmpty }
        let place = hasGeos ? ["geo"] : []
        let head = ["channel"] + place + ["current", "recommended", "change", "next unit brings"]
        let body = lines.map { line in
            [line.channel] + (hasGeos ? [line.geo] : [])
                + [
                    Figures.hundredths(line.current), Figures.hundredths(line.recommended),
                    Self.change(line.current, line.recommended),
                    Figures.hundredths(line.marginalReturn)
                        + (line.beyondObserved ? "  beyond what was observed" : ""),
                ]
        }
        let sums = lines.reduce((0, 0)) { ($0.0 + $1.current, $0.1 + $1.recommended) }
        let all =
            ["all"] + (hasGeos ? [""] : [])
            + [
                Figures.hundredths(sums.0), Figures.hundredths(sums.1),
                Self.change(sums.0, sums.1), "",
            ]
        return [head] + body + [all]
    }

    private static func change(_ current: Double, _ next: Double) -> String {
        guard current > 0 else { return next > 0 ? "new" : "" }
        let share = next / current - 1
        // Nothing but rounding has no sign.
        guard abs(share) >= 0.0005 else { return Figures.percent(0) }
        return (share < 0 ? "-" : "+") + Figures.percent(abs(share))
    }

    /// What money counts, and for how long, in a line.
    private var heading: String {
        let noun = daysPerPeriod == 1 ? "days" : "weeks"
        let amounts = unit == .total ? "in all" : "per \(daysPerPeriod == 1 ? "day" : "week")"
        let money = currency.isEmpty ? "" : " in \(currency)"
        return "\(kpi): \(periods) \(noun) from \(firstDate), amounts\(money) \(amounts)"
    }

    /// A number with the interval about it.
    private func text(_ estimate: Estimate?) -> String {
        let estimate = estimate ?? .init()
        return "\(Figures.hundredths(estimate.mean)) (\(Figures.percent(intervalProbability)): "
            + "\(Figures.hundredths(estimate.lower)) to \(Figures.hundredths(estimate.upper)))"
    }

    /// What people are told: who gets what, what that brings, and what to beware of.
    var text: String {
        var facts = [
            ["outcome now", text(currentOutcome)], ["outcome then", text(outcome)],
            [
                "gain",
                "\(text(gain)), above 0 in \(Figures.percent(gainProbability)) of \(draws) draws",
            ],
        ]
        if let returnOnSpend {
            let now = currentReturnOnSpend.map { "\(Figures.hundredths($0)) now, " } ?? ""
            facts.append(["return", "\(now)\(Figures.hundredths(returnOnSpend)) then"])
        }
        let bound = bindings.map { "\($0.name) \($0.words)" }
        if !bound.isEmpty { facts.append(["held by", bound.joined(separator: ", ")]) }
        return
            ([heading, TextTable.text(rows), TextTable.text(facts)] + warnings.map { "! \($0)" })
            .joined(separator: "\n\n")
    }
}

extension MixModelV1.BudgetPlan.Binding {
    /// Which limit it is.
    fileprivate var words: String {
        let limit =
            switch side {
            case .least: "at its least"
            case .most: "at its most"
            default: "locked"
            }
        return periods.isEmpty ? limit : "\(limit) in \(periods.count) of its periods"
    }
}

extension MixModelV1.BudgetFrontier {
    /// A row for each budget, with a head.
    var rows: [[String]] {
        let names = plans.first?.lines.map {
            $0.geo.isEmpty ? $0.channel : "\($0.channel)@\($0.geo)"
        }
        return [["budget", "outcome", "gain", "return"] + (names ?? [])]
            + plans.map { plan in
                [
                    Figures.hundredths(plan.lines.reduce(0) { $0 + $1.recommended }),
                    Figures.hundredths(plan.outcome?.mean ?? 0),
                    Figures.hundredths(plan.gain?.mean ?? 0),
                    plan.returnOnSpend.map(Figures.hundredths) ?? "",
                ] + plan.lines.map { Figures.hundredths($0.recommended) }
            }
    }
}
