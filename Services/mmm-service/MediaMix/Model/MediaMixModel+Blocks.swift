internal import Numerics
internal import Panels

extension MediaMixModel {
    private func prior(_ slot: Int) -> Prior { layout.parameters[slot].prior }

    /// Whether a parameter is sampled and may be any number.
    private func isFree(_ slot: Int) -> Bool {
        prior(slot).distribution != nil && prior(slot).transform == .real
    }

    /// How media carry over and level off: what outcomes have in common.
    private var transformSlots: Set<Int> {
        Set(slots.media.flatMap { $0.adstock + $0.saturation })
    }

    /// How media carry over and level off, each parameter with its prior.
    var transformPriors: [String: Prior] {
        let own = transformSlots.map { (layout.parameters[$0].name, prior($0)) }
        return Dictionary(uniqueKeysWithValues: own)
    }

    /// The parameters with their priors, in coordinates of a choice.
    ///
    /// - Parameters:
    ///   - coordinates: the choice.
    ///   - countsTransforms: whether the priors of how media carry over and level off count here.
    /// - Returns: the block.
    func parameterBlock(
        _ coordinates: MixDensity.Coordinates,
        countsTransforms: Bool
    ) -> ParameterBlock {
        let others = countsTransforms ? [] : transformSlots
        var sampled: [ParameterBlock.Sampled] = []
        var values = layout.parameters.map { _ in 0.0 }
        let standards = standards(coordinates)
        let isCentred = coordinates == .sampled && slots.levels.allSatisfy(isFree)
        var elsewhere = Set(responseMedia(coordinates).map { slots.media[$0].effect })
        let groups =
            slots.media.map(\.deviations) + slots.controls.map { $0.deviations + [$0.effect] }
        for group in groups where isInformed(group, coordinates) { elsewhere.formUnion(group) }
        for (slot, parameter) in layout.parameters.enumerated() {
            guard let law = PriorLaw(parameter.prior) else {
                values[slot] = parameter.prior.median
                continue
            }
            var one = ParameterBlock.Sampled(
                slot: slot,
                transform: parameter.prior.transform,
                prior: elsewhere.contains(slot) || others.contains(slot) ? nil : law
            )
            one.isCounted = !others.contains(slot)
            one.isLevel = isCentred && slots.levels.contains(slot)
            if isCentred && isFree(slot) { one.geo = slots.geos.firstIndex(of: slot) }
            if let control = slots.controls.firstIndex(where: { $0.effect == slot }) {
                one.divisor = standards[control].scale
                one.centre = standards[control].centre / standards[control].scale
            }
            (one.start, one.reach) = start(slot, coordinates)
            sampled.append(one)
        }
        return ParameterBlock(
            sampled,
            values: values,
            home: isCentred ? panel.mostPopulousGeo : nil
        )
    }

    /// About where chains start in a parameter, and how far from there at most.
    private func start(
        _ slot: Int,
        _ coordinates: MixDensity.Coordinates
    ) -> (start: Double, reach: Double) {
        let (prior, outcome) = (prior(slot), scaledOutcome)
        let all = Moments(outcome)
        let middle = prior.transform.unconstrain(prior.median)
        if slots.noise.contains(slot) {
            return (
                prior.transform == .positive ? Elementary.log(0.5 * all.deviation) : middle, 0.3
            )
        }
        if let medium = responseMedia(coordinates).first(where: { slots.media[$0].effect == slot })
        {
            let parameters = slots.media[medium].saturation.map { self.prior($0).median }
            let response = media[medium].configuration.saturation
                .respond(one: scaling.references[medium], parameters: parameters.span).response
            return (prior.transform.unconstrain(prior.median * response), 0.5)
        }
        guard isFree(slot) else { return (middle, 0.5) }
        func mean(_ geo: Int) -> Double {
            let periods = panel.periods.count
            return Moments(Array(outcome[geo * periods..<(geo + 1) * periods])).mean
        }
        let home = mean(panel.mostPopulousGeo)
        if slots.levels.contains(slot) { return (home, 0.3 * all.deviation) }
        if let geo = slots.geos.firstIndex(of: slot) {
            return (mean(geo) - home, 0.3 * all.deviation)
        }
        let isDeviation = (slots.media.map(\.deviations) + slots.controls.map(\.deviations))
            .contains { $0.contains(slot) }
        return (middle, isDeviation ? 0.5 : 0.3 * all.deviation)
    }

    /// The media of which the response at a usual amount stands in for the coefficient.
    private func responseMedia(_ coordinates: MixDensity.Coordinates) -> [Int] {
        guard coordinates == .sampled else { return [] }
        return media.indices.filter { index in
            let prior = prior(slots.media[index].effect)
            // A bounded coefficient has no place for a factor.
            let isOpen = prior.transform == .positive || prior.transform == .real
            let hasShape = media[index].configuration.saturation.parameterCount > 0
            return media[index].configuration.effect == .coefficient && isOpen && hasShape
                && prior.distribution != nil
        }
    }

    // MARK: Controls

    /// What controls are standardised by inside, beside what the model's scale does.
    private func standards(
        _ coordinates: MixDensity.Coordinates
    ) -> [(centre: Double, scale: Double)] {
        slots.controls.indices.map { index in
            let own = slots.controls[index]
            let isPositive = prior(own.effect).transform == .positive
            // Effects that differ between geos move with the spread, which has no such scale.
            guard coordinates == .sampled, isFree(own.effect) || isPositive, own.spread == nil
            else { return (0, 1) }
            let moments = Moments(scaledControl(index))
            return (slots.levels.allSatisfy(isFree) ? moments.mean : 0, moments.deviation)
        }
    }

    /// A control as its coefficient's prior sees it.
    private func scaledControl(_ index: Int) -> [Double] {
        let column = (panel.controls + panel.treatments)[index]
        return column.values.map {
            ($0 - scaling.controlCentres[index]) / scaling.controlScales[index]
        }
    }

    /// A control, standardised.
    private func column(_ index: Int, _ standard: (centre: Double, scale: Double)) -> [Double] {
        scaledControl(index).map { ($0 - standard.centre) / standard.scale }
    }

    /// Controls whose effects are the same in all geos.
    func commonControlBlock(_ coordinates: MixDensity.Coordinates) -> ColumnBlock {
        let standards = standards(coordinates)
        let common = slots.controls.indices.filter { slots.controls[$0].spread == nil }
        return ColumnBlock(
            slots: common.map { slots.controls[$0].effect },
            columns: common.map { column($0, standards[$0]) }
        )
    }

    /// Those whose effects differ.
    func controlBlock(_ coordinates: MixDensity.Coordinates) -> ControlBlock {
        let standards = standards(coordinates)
        let controls = slots.controls.indices.compactMap { index -> ControlBlock.Control? in
            let own = slots.controls[index]
            let column = column(index, standards[index])
            let isInformed = isInformed(own.deviations + [own.effect], coordinates)
            let spread = geoSpread(own.spread, own.deviations, isInformed) { geo in
                let periods = panel.periods.count
                let part = Moments(Array(column[geo * periods..<(geo + 1) * periods]))
                return Double(periods) * part.deviation * part.deviation
            }
            return spread.map { spread in
                ControlBlock.Control(
                    slots: own,
                    prior: isInformed ? PriorLaw(prior(own.effect)) : nil,
                    spread: spread,
                    column: column
                )
            }
        }
        return ControlBlock(controls, geos: panel.geos.count)
    }

    // MARK: Differences between geos

    /// Whether deviations between geos are sampled as data tell them.
    private func isInformed(_ deviations: [Int], _ coordinates: MixDensity.Coordinates) -> Bool {
        coordinates == .sampled && deviations.count > 1 && deviations.allSatisfy(isFree)
    }

    /// The differences between geos of one effect.
    ///
    /// - Parameters:
    ///   - spread: the slot of the common spread; nil if there are none.
    ///   - deviations: the slots of deviations, by geo.
    ///   - isInformed: whether they are sampled as data tell them.
    ///   - variation: the sum of squares that a difference of 1 makes in a geo.
    /// - Returns: the differences, or nil.
    private func geoSpread(
        _ spread: Int?,
        _ deviations: [Int],
        _ isInformed: Bool,
        _ variation: (Int) -> Double
    ) -> GeoSpread? {
        guard let spread else { return nil }
        // As if half of the outcome's deviation were noise: to sample well, it need not be right.
        let noise = 0.5 * Moments(scaledOutcome).deviation
        return GeoSpread(
            spread: spread,
            slots: deviations,
            precision: isInformed
                ? Moments(panel.geos.indices.map(variation)).mean / (noise * noise) : nil,
            priors: isInformed ? deviations.compactMap { PriorLaw(prior($0)) } : []
        )
    }

    // MARK: Trend and seasons

    func columnBlock() -> ColumnBlock {
        var slots = self.slots.seasons
        var columns: [[Double]] = []
        for season in configuration.seasons {
            let waves = (1...season.order).map { order in
                panel.periods.map { Wave(turns: Double(order) * season.phase($0)) }
            }
            columns += waves.map { $0.map(\.sine) } + waves.map { $0.map(\.cosine) }
        }
        slots += self.slots.holidays
        // All geos have the same.
        columns += CalendarColumns(panel).holidays(configuration.holidays)
            .map { Array($0.values.prefix(panel.periods.count)) }
        if let trend = self.slots.trend {
            slots.append(trend)
            let last = Double(max(1, panel.periods.count - 1))
            // From −½ to ½, so that the level is that of the middle.
            columns.append(panel.periods.indices.map { Double($0) / last - 0.5 })
        }
        return ColumnBlock(slots: slots, columns: columns)
    }

    // MARK: Media

    func mediumBlocks(_ coordinates: MixDensity.Coordinates) -> [MediumBlock] {
        let byResponse = responseMedia(coordinates)
        let medians = layout.parameters.map(\.prior.median)
        return media.indices.map { index in
            let own = slots.media[index]
            let isByResponse = byResponse.contains(index)
            func block(_ link: EffectLink, _ spread: GeoSpread?) -> MediumBlock {
                MediumBlock(
                    MediumTransform(media[index].configuration, own, panel.periods.count),
                    link,
                    effect: own.effect,
                    prior: isByResponse ? PriorLaw(prior(own.effect)) : nil,
                    amount: amounts[index],
                    frequency: media[index].frequency,
                    geos: panel.geos.count,
                    spread: spread
                )
            }
            // What it does where every parameter is in the middle of its prior.
            var usual = block(link(media[index]), nil)
            var mean = Array(repeating: 0.0, count: panel.cells)
            _ = usual.forward(medians, into: &mean)
            // A wide prior of a coefficient says more than all there is to explain.
            let most = Moments(scaledOutcome).deviation / Double(2 * media.count)
            let cap = most * most * Double(panel.periods.count)
            let spread = geoSpread(
                own.spread,
                own.deviations,
                isInformed(own.deviations, coordinates)
            ) { min(usual.variation($0), cap) }
            return block(
                isByResponse ? .response(at: scaling.references[index]) : link(media[index]),
                spread
            )
        }
    }

    private func link(_ medium: Medium) -> EffectLink {
        let earnings = earnings
        let cost = medium.spend?.span.sum() ?? 0
        switch medium.configuration.effect {
        case .coefficient: return .coefficient
        case .roi: return .earnings(earnings, scale: cost)
        case .marginalROI: return .marginalEarnings(earnings, scale: cost * EffectLink.step)
        case .contribution:
            let values = panel.outcome.values
            let all = panel.valuePerOutcome.map { $0.span.dot(values.span) } ?? values.span.sum()
            return .earnings(earnings, scale: all)
        }
    }
}
