internal import Numerics
public import Panels

/// What plans for a fitted model bring, and what is spent now.
///
/// Each line is a channel, or a channel in one geo. Money buys a channel at its mean price over the
/// frame's window: that of the geo, or of all of them where it was not bought there. What is
/// divided by constants of the model stays divided by those. An effect that comes and goes counts
/// by its mean over the window. Of media of which reach and frequency are known money buys reach,
/// at the window's price, and each who is reached sees them as often as there.
public struct MixBudget: Sendable {
    /// A line and what it is of.
    public struct Line: Sendable {
        /// The channel.
        public let channel: String
        /// The geo; nil if it is of all that are planned for.
        public let geo: String?
        /// Its name, what is spent now, and what was observed; no limits.
        public let budget: BudgetLine
    }

    /// What plans bring, in the outcome's units.
    public let response: CarryOverResponse
    /// What money is given to, in the order of plans.
    public let lines: [Line]
    /// What one unit of the outcome is worth, by the mean over the window; 1 if it is money.
    public let valuePerOutcome: Double
    /// What plans take for granted, in sentences.
    public let assumptions: [String]

    /// What plans bring by a fit.
    ///
    /// - Parameters:
    ///   - fit: the model and its draws.
    ///   - frame: what plans are of.
    ///   - whole: the model's panel with the periods after it that it is not fitted to; nil if
    ///     there are none. Plans begin after its end.
    /// - Throws: ``BudgetRefusal`` if the frame breaks a rule, or a number of the model is none;
    ///   ``MixModelError`` if that is another panel.
    public init(_ fit: MixFit, _ frame: MixBudgetFrame, after whole: Panel? = nil) throws {
        let model = fit.model
        let panel = whole ?? model.panel
        try frame.check(panel)
        let bought = try BoughtMedia(model, panel, frame)
        let groups =
            frame.splitsGeos ? bought.geos.map { [$0] } : [bought.geos]
        let channels = model.panel.channels.indices
        let lags = channels.map { model.media[$0].configuration.adstock.lags }
        let after = frame.periodsAfter ?? (lags.max() ?? 1) - 1
        let work = channels.reduce(0) { sum, channel in
            sum + (frame.periods + after + lags[channel] - 1) * bought.geos.count
        }
        let draws = fit.thinnedDraws(frame.draws)
        guard work * draws.count <= MixBudgetFrame.mostWork else {
            throw BudgetRefusal.badRequest(
                field: "draws",
                rule: "\(draws.count) of them are too many for so many periods and geos; choose at "
                    + "most \(MixBudgetFrame.mostWork / work), or fewer periods or geos"
            )
        }
        let media = try DrawnMedia(fit, draws, bought)
        var (lines, parts): ([Line], [[CarryOverResponse.Part]]) = ([], [])
        for channel in channels {
            for group in groups {
                let shares = bought.shares(channel, among: group)
                var own: [CarryOverResponse.Part] = []
                for (geo, share) in zip(group, shares) {
                    own.append(
                        try CarryOverResponse.Part(
                            media.media[channel],
                            amountPerMoney: share * (try bought.amountPerMoney(channel, geo: geo)),
                            before: frame.carriesOver ? bought.before(channel, geo: geo) : [],
                            coefficients: media.coefficients(channel, geo: geo)
                        )
                    )
                }
                parts.append(own)
                let geo = frame.splitsGeos ? model.panel.geos[group[0]].name : nil
                lines.append(bought.line(channel, geo: geo, group))
            }
        }
        self.lines = lines
        response = CarryOverResponse(lines: parts, periods: frame.periods, periodsAfter: after)
        valuePerOutcome = bought.valuePerOutcome
        assumptions = bought.assumptions
    }
}

extension MixFit {
    /// As many points as are wanted, or all: evenly from all chains, one after another.
    func thinnedDraws(_ most: Int) -> [[Double]] {
        let all = draws.chains.count * draws.count
        let count = min(most, all)
        return (0..<count).map { index in
            let place = (2 * index + 1) * all / (2 * count)
            return Array(draws.point(place % draws.count, chain: place / draws.count))
        }
    }
}

/// How the media of a fit respond by some of its draws.
private struct DrawnMedia {
    /// Channels, in their order.
    private(set) var media: [CarryOverResponse.Medium] = []
    /// The outcome of a response of 1, `[channels][geos][draws]`.
    private var effects: [[[Double]]] = []

    init(
        _ fit: MixFit,
        _ draws: [[Double]],
        _ bought: BoughtMedia
    ) throws(BudgetRefusal) {
        let model = fit.model
        var density = MixDensity(model)
        let parameters = draws.map { density.parameters(at: $0.span) }
        let places = Dictionary(
            zip(model.parameterNames, model.parameterNames.indices)
        ) { first, _ in first }
        let units = model.outcomeUnits
        var pace = MediaPace(bought)
        // By draw, channel and geo.
        let factors = parameters.map { own in
            pace.load(own)
            return model.panel.channels.indices.map { channel in
                model.panel.geos.indices.map { pace.factor(channel, geo: $0) }
            }
        }
        for (index, channel) in model.panel.channels.enumerated() {
            let slots = model.slots.media[index]
            let configuration = bought.configuration(index)
            media.append(
                try CarryOverResponse.Medium(
                    channel.name,
                    configuration,
                    draws: draws.count,
                    adstockParameters: parameters.flatMap { own in slots.adstock.map { own[$0] } },
                    saturationParameters: parameters.flatMap { own in
                        configuration.saturation == .none ? [] : slots.saturation.map { own[$0] }
                    }
                )
            )
            effects.append(
                model.panel.geos.indices.map { geo in
                    let name =
                        model.configuration.hasGeoEffects
                        ? "beta_gm[\(model.panel.geos[geo].name), \(channel.name)]"
                        : "\(ParameterKind.coefficient.rawValue)[\(channel.name)]"
                    let place = places[name]
                    return zip(parameters, factors).map { own, factors in
                        place.map { own[$0] * units[geo] * factors[index][geo] } ?? .nan
                    }
                }
            )
        }
    }

    func coefficients(_ channel: Int, geo: Int) -> [Double] { effects[channel][geo] }
}
