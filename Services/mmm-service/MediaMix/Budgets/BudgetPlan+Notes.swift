extension BudgetPlan {
    /// What has to be known before the plan is followed, in sentences: the most important first.
    public var notes: [String] {
        var notes: [String] = []
        if gainProbability < 0.9 && !isCurrent {
            let percent = Int((100 * (1 - gainProbability)).rounded())
            notes.append(
                "the gain is not sure: in \(percent) % of draws the plan brings no more than the "
                    + "current spend"
            )
        }
        for line in warnings {
            guard let beyond = line.beyond else { continue }
            let (side, place, limit) =
                beyond.excess > 0
                ? ("above", "most", beyond.observed.upperBound)
                : ("below", "least", beyond.observed.lowerBound)
            notes.append(
                "\(line.name): \(beyond.spend.sixDigits) in a period is \(side) the "
                    + "\(limit.sixDigits) that was the \(place) when the model was fitted; what it "
                    + "says of that is extrapolated"
            )
        }
        if let search {
            if search.isCutShort {
                notes.append(
                    "the search ended after \(search.evaluations) plans, which is the effort that "
                        + "it may take: a better plan may be left; ask for fewer periods, places "
                        + "or draws"
                )
            }
            if search.failures > 0 {
                notes.append(
                    "the search broke down from \(search.failures) of \(search.starts) places: the "
                        + "plan is the best from the others"
                )
            }
        }
        return notes
    }

    /// Whether it is what is spent now.
    private var isCurrent: Bool {
        lines.allSatisfy { abs($0.total - $0.current) <= 1e-9 * max($0.current, 1e-300) }
    }
}
