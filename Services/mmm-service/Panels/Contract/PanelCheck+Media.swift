// Whether what was spent can have had the effects that are looked for.
extension PanelCheck {
    mutating func checkMedia() {
        for (name, values) in media { refuseNegative(name, values) }
        let spends = panel.channels.map { channel in
            channel.spend.reduce(0) { $1.isFinite ? $0 + $1 : $0 }
        }
        let all = spends.reduce(0, +)
        for (channel, spend) in zip(panel.channels, spends) {
            if refuseUnspent(channel) { continue }
            if refuseConstant(channel) { continue }
            warnOfConcentration(channel)
            warnOfShare(channel, spend, all)
            warnOfExposure(channel)
            warnOfReach(channel)
        }
    }

    /// Columns of media, and what they are called.
    private var media: [(name: String, values: [Double])] {
        let paid = panel.channels.flatMap { channel in
            [("\(channel.name) spend", channel.spend)]
                + channel.exposure.columns.map { ("\(channel.name) \($0.name)", $0.values) }
        }
        return paid + panel.organic.map { ($0.name, $0.values) }
    }

    private mutating func refuseNegative(_ name: String, _ values: [Double]) {
        let negative = values.indices.filter { values[$0] < 0 }
        guard !negative.isEmpty else { return }
        let sum = negative.reduce(0) { $0 + values[$1] }
        findings.add(
            PanelFinding(
                .refuses,
                .negativeMedia,
                columns: [name],
                geo: isNational ? nil : geo(negative[0]),
                periods: periods(negative),
                problem: "below 0 in \(counted(negative.count)): \(places(negative)), and "
                    + "\(Figure.text(sum)) together",
                remedy: "book credits and corrections on the days they belong to, so that no"
                    + " \(noun) is below 0"
            )
        )
    }

    private mutating func refuseUnspent(_ channel: PanelChannel) -> Bool {
        guard !channel.spend.contains(where: { $0 != 0 }) else { return false }
        let isSeen = channel.exposure.columns.contains { $0.values.contains { $0 > 0 } }
        findings.add(
            PanelFinding(
                .refuses,
                .neverSpent,
                columns: [channel.name],
                problem: "nothing is ever spent on the channel"
                    + (isSeen ? ", though people see it" : ""),
                remedy: isSeen
                    ? "add what it cost, or give its exposure the role organic"
                    : "leave the channel out"
            )
        )
        return true
    }

    private mutating func refuseConstant(_ channel: PanelChannel) -> Bool {
        let values = channel.units
        let found = values.filter(\.isFinite)
        guard let first = found.first, found.allSatisfy({ $0 == first }) else { return false }
        let what = channel.exposure == .spend ? "spend" : "exposure"
        findings.add(
            PanelFinding(
                .refuses,
                .channelConstant,
                columns: [channel.name],
                problem: "the channel's \(what) is \(Figure.text(first)) in every \(cellNoun), so"
                    + " that no effect of it can be seen",
                remedy: "leave the channel out, or send days or geos in which it differed"
            )
        )
        return true
    }

    private mutating func warnOfConcentration(_ channel: PanelChannel) {
        let periods = totals(channel.spend)
        let spend = periods.reduce(0, +)
        guard spend.isFinite, spend > 0 else { return }
        let order = periods.indices.sorted { periods[$0] > periods[$1] }
        var (sum, count) = (0.0, 0)
        while sum < PanelThresholds.concentratedShare * spend, count < order.count {
            sum += periods[order[count]]
            count += 1
        }
        let share = PanelThresholds.leastPeriodShare * Double(periods.count)
        guard count < PanelThresholds.fewestPeriods || Double(count) < share else { return }
        findings.add(
            PanelFinding(
                .warns,
                .spendConcentrated,
                columns: [channel.name],
                periods: order.prefix(count).map { panel.periods[$0] },
                problem: "\(Figure.percent(sum / spend)) of the spend falls into "
                    + "\(Figure.count(count, noun)) of \(periods.count), so that the channel"
                    + " cannot be told from whatever else happened then",
                remedy: "add an event as a control if there was one, or an experiment's result as"
                    + " evidence"
            )
        )
    }

    private mutating func warnOfShare(_ channel: PanelChannel, _ spend: Double, _ all: Double) {
        guard all > 0, spend / all < PanelThresholds.tinyShare else { return }
        findings.add(
            PanelFinding(
                .warns,
                .spendTiny,
                columns: [channel.name],
                problem: "the channel has \(Figure.percent(spend / all)) of all spend ("
                    + "\(Figure.text(spend)) of \(Figure.text(all))), whose effect will drown",
                remedy: "join it with a channel like it; its own result will be its prior"
            )
        )
    }

    // MARK: Exposure

    private mutating func warnOfExposure(_ channel: PanelChannel) {
        guard channel.exposure != .spend else { return }
        let units = channel.units
        let free = units.indices.filter { units[$0] > 0 && channel.spend[$0] == 0 }
        let unseen = units.indices.filter { units[$0] == 0 && channel.spend[$0] > 0 }
        if !free.isEmpty {
            let share = free.reduce(0) { $0 + units[$1] } / units.reduce(0, +)
            findings.add(
                PanelFinding(
                    share < PanelThresholds.strayShare ? .notes : .warns,
                    .exposureWithoutSpend,
                    columns: [channel.name],
                    periods: periods(free),
                    problem: "people saw the channel in \(counted(free.count)) without any spend ("
                        + "\(Figure.percent(share)) of its exposure): \(places(free))",
                    remedy: "add what it cost, or move what was free to a column with the role"
                        + " organic; its return is overstated otherwise"
                )
            )
        }
        if !unseen.isEmpty {
            let sum = unseen.reduce(0) { $0 + channel.spend[$1] }
            let share = sum / channel.spend.reduce(0, +)
            findings.add(
                PanelFinding(
                    share < PanelThresholds.strayShare ? .notes : .warns,
                    .spendWithoutExposure,
                    columns: [channel.name],
                    periods: periods(unseen),
                    problem: "\(Figure.text(sum)) was spent in \(counted(unseen.count)) in which"
                        + " nobody saw the channel: \(places(unseen))",
                    remedy: "book spend on the \(noun)s in which people saw it, or fill in the"
                        + " exposure that is missing"
                )
            )
        }
        warnOfCosts(channel, units)
    }

    private mutating func warnOfCosts(_ channel: PanelChannel, _ units: [Double]) {
        let (spend, seen) = (totals(channel.spend), totals(units))
        let bought = spend.indices.filter { spend[$0] > 0 && seen[$0] > 0 }
        guard bought.count >= PanelThresholds.fewestPeriods else { return }
        let costs = bought.map { spend[$0] / seen[$0] }
        let middle = Statistics.quantile(costs, 0.5)
        let (low, high) = (Statistics.quantile(costs, 0.25), Statistics.quantile(costs, 0.75))
        let reach = PanelThresholds.quartileDistances * (high - low)
        let factor = PanelThresholds.costFactor
        let jumps = bought.indices.filter { place in
            let cost = costs[place]
            return cost > max(high + reach, factor * middle)
                || cost < min(low - reach, middle / factor)
        }
        guard !jumps.isEmpty else { return }
        let farthest = jumps.max {
            max(costs[$0] / middle, middle / costs[$0])
                < max(costs[$1] / middle, middle / costs[$1])
        }
        let worst = farthest ?? jumps[0]
        findings.add(
            PanelFinding(
                .warns,
                .costJump,
                columns: [channel.name],
                periods: jumps.map { panel.periods[bought[$0]] },
                problem: "a unit of the channel costs \(Figure.text(middle)) as a rule, but in "
                    + "\(Figure.count(jumps.count, noun)) less than half or more than double: "
                    + "\(Figure.text(costs[worst])) in \(panel.periods[bought[worst]])",
                remedy: "check whether spend and exposure are of the same \(noun)s and campaigns"
            )
        )
    }

    private mutating func warnOfReach(_ channel: PanelChannel) {
        guard case .reach(let reach, let frequency) = channel.exposure else { return }
        let rare = reach.indices.filter { reach[$0] > 0 && frequency[$0] < 1 }
        // Populations of 1 say that all geos count as equally large.
        let crowded = reach.indices.filter { cell in
            let people = panel.geos[cell / panel.periods.count].population
            return people > 1 && reach[cell] > people
        }
        for (cells, what) in [
            (rare, "people who are reached see it less than once"),
            (crowded, "more people are reached than live there"),
        ] where !cells.isEmpty {
            findings.add(
                PanelFinding(
                    .warns,
                    .reachImpossible,
                    columns: [channel.name],
                    periods: periods(cells),
                    problem: "\(what) in \(counted(cells.count)): \(places(cells))",
                    remedy: "check that reach counts people of the \(noun), and frequency is"
                        + " impressions divided by them"
                )
            )
        }
    }
}

// Whether other columns say anything.
extension PanelCheck {
    mutating func checkOtherColumns() {
        for column in panel.organic + panel.treatments + panel.controls {
            let found = column.values.filter(\.isFinite)
            guard let first = found.first else { continue }
            let isFlat = panel.geos.indices.allSatisfy { geo in
                let values = column.values[cells(of: geo)].filter(\.isFinite)
                return values.allSatisfy { $0 == values[0] }
            }
            guard isFlat else { continue }
            let isOne = found.allSatisfy { $0 == first }
            findings.add(
                PanelFinding(
                    isOne ? .refuses : .warns,
                    .columnConstant,
                    columns: [column.name],
                    problem: isOne
                        ? "the column is \(Figure.text(first)) in every \(cellNoun)"
                        : "the column differs between geos and never changes in any, which cannot"
                            + " be told from the geos themselves",
                    remedy: "leave it out: it says nothing of when the outcome changed"
                )
            )
        }
    }
}
