internal import Foundation
internal import Numerics
internal import Panels

extension MixModel {
    /// The parameters with their priors, in coordinates of a choice.
    func parameterBlock(_ coordinates: MixDensity.Coordinates) -> ParameterBlock {
        let parameters = layout.parameters
        var sampled: [ParameterBlock.Sampled] = []
        var values = parameters.map { _ in 0.0 }
        let levels = Set(slots.levels)
        let standards = standards(coordinates)
        let isCentred = standards.contains { $0.centre != 0 }
        for (slot, parameter) in parameters.enumerated() {
            guard let prior = parameter.prior.distribution else {
                values[slot] = parameter.prior.median
                continue
            }
            let isElsewhere = responseMedia(coordinates).contains { slots.media[$0].effect == slot }
            var one = ParameterBlock.Sampled(
                slot: slot,
                transform: parameter.prior.transform,
                prior: isElsewhere ? nil : prior
            )
            one.isLevel = isCentred && levels.contains(slot)
            if let control = slots.controls.firstIndex(where: { $0.effect == slot }) {
                one.divisor = standards[control].scale
                one.centre = standards[control].centre / standards[control].scale
            }
            sampled.append(one)
        }
        return ParameterBlock(sampled, values: values)
    }

    /// The media of which the response at a usual amount stands in for the coefficient.
    private func responseMedia(_ coordinates: MixDensity.Coordinates) -> [Int] {
        guard coordinates == .sampled else { return [] }
        return media.indices.filter { index in
            let isFixed = layout.parameters[slots.media[index].effect].prior.distribution == nil
            // A bounded coefficient has no place for a factor.
            let prior = layout.parameters[slots.media[index].effect].prior
            let isBounded = prior.transform != .positive && prior.transform != .real
            let hasShape = media[index].configuration.saturation.parameterCount > 0
            return media[index].configuration.effect == .coefficient && !isFixed && !isBounded
                && hasShape
        }
    }

    /// What controls are standardised by inside, beside what the model's scale does.
    private func standards(
        _ coordinates: MixDensity.Coordinates
    ) -> [(centre: Double, scale: Double)] {
        let columns = panel.controls + panel.treatments
        return columns.indices.map { index in
            let slot = slots.controls[index].effect
            let prior = layout.parameters[slot].prior
            let isFree = prior.transform == .real || prior.transform == .positive
            // Effects that differ between geos move with the spread, which has no such scale.
            guard coordinates == .sampled, isFree, prior.distribution != nil,
                slots.controls[index].spread == nil
            else { return (0, 1) }
            let moments = Moments(scaledControl(index))
            let areLevelsFree = slots.levels.allSatisfy {
                let level = layout.parameters[$0].prior
                return level.transform == .real && level.distribution != nil
            }
            return (areLevelsFree ? moments.mean : 0, moments.deviation)
        }
    }

    /// A control as its coefficient's prior sees it.
    private func scaledControl(_ index: Int) -> [Double] {
        let column = (panel.controls + panel.treatments)[index]
        return column.values.map {
            ($0 - scaling.controlCentres[index]) / scaling.controlScales[index]
        }
    }

    func controlBlock(_ coordinates: MixDensity.Coordinates) -> ControlBlock {
        let standards = standards(coordinates)
        let columns = slots.controls.indices.map { index in
            scaledControl(index).map { ($0 - standards[index].centre) / standards[index].scale }
        }
        return ControlBlock(slots: slots.controls, columns: columns, geos: panel.geos.count)
    }

    /// Trend and seasons.
    func columnBlock() -> ColumnBlock {
        var slots = self.slots.seasons
        var columns: [[Double]] = []
        for season in configuration.seasons {
            let phases = panel.periods.map { 2 * Double.pi * season.phase($0) }
            let orders = (1...season.order).map(Double.init)
            columns += orders.map { order in phases.map { sin(order * $0) } }
            columns += orders.map { order in phases.map { cos(order * $0) } }
        }
        if let trend = self.slots.trend {
            slots.append(trend)
            let last = Double(max(1, panel.periods.count - 1))
            // From −½ to ½, so that the level is that of the middle.
            columns.append(panel.periods.indices.map { Double($0) / last - 0.5 })
        }
        return ColumnBlock(slots: slots, columns: columns)
    }

    func mediumBlocks(_ coordinates: MixDensity.Coordinates) -> [MediumBlock] {
        let byResponse = responseMedia(coordinates)
        return media.indices.map { index in
            let prior = layout.parameters[slots.media[index].effect].prior
            let isByResponse = byResponse.contains(index)
            return MediumBlock(
                media[index].configuration,
                slots.media[index],
                isByResponse ? .response(at: scaling.references[index]) : link(media[index]),
                prior: isByResponse ? prior.distribution : nil,
                amount: amounts[index],
                geos: panel.geos.count
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
