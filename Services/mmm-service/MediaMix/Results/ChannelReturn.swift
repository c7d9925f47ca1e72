internal import Panels

/// What a medium did for what it cost.
public struct ChannelReturn: Sendable, Hashable {
    /// The medium's name.
    public let name: String
    /// The geo it is of; nil for all together.
    public let geo: String?
    /// What it cost; nil of a medium that costs nothing.
    public let spend: Double?
    /// What it added to the outcome, in the outcome's units.
    public let contribution: MixEstimate
    /// What that earned: the same number where the outcome is money.
    public let value: MixEstimate
    /// What it earned for each unit of spend; nil where nothing was spent.
    public let roi: MixEstimate?
    /// What a hundredth more of it would have earned, for each unit that would cost.
    public let marginalROI: MixEstimate?
    /// What a unit of the outcome cost; nil where the draws do not agree that it added any.
    public let costPerOutcome: MixEstimate?
    /// What a unit of it, as people saw it, added to the outcome.
    public let effectiveness: MixEstimate?
    /// Its share of all spend; nil where nothing was spent.
    public let shareOfSpend: Double?
    /// Its share of what all paid media earned; nil of a medium that costs nothing.
    public let shareOfEffect: MixEstimate?
}

/// What media did for what they cost.
public struct ChannelReturns: Sendable {
    /// In all geos together, in the order of the model's media.
    public let all: [ChannelReturn]
    /// In each geo, `[geos][media]`; empty if there is one geo.
    public let byGeo: [[ChannelReturn]]

    /// By how much more there is of a medium for marginal returns.
    public static let step = 0.01

    /// What a model's media did.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - sample: its parameters.
    ///   - level: how much of the draws intervals hold.
    /// - Throws: ``MixModelError`` if the panel is none of the model's.
    public init(
        _ model: MediaMixModel,
        _ sample: MixSample,
        level: Double
    ) throws(MixModelError) {
        let tables = try Self.tables(model, sample)
        let geos = model.panel.geos.count
        all = Self.returns(model, tables, geos: 0..<geos, nil, level)
        byGeo =
            geos == 1
            ? []
            : model.panel.geos.enumerated().map { index, geo in
                Self.returns(model, tables, geos: index..<index + 1, geo.name, level)
            }
    }

    /// By medium, then by geo: what it added, what that earned, and what a hundredth more would.
    private struct Tables {
        var contribution, value, raised: DrawTable
    }

    private static func tables(
        _ model: MediaMixModel,
        _ sample: MixSample
    ) throws(MixModelError) -> Tables {
        let (media, geos) = (model.media.count, model.panel.geos.count)
        let periods = model.panel.periods.count
        let table = DrawTable(rows: media * geos, draws: sample.draws.count)
        var tables = Tables(contribution: table, value: table, raised: table)
        let worth = model.panel.valuePerOutcome
        var evaluator = try MixEvaluator(model)
        for (draw, parameters) in sample.draws.enumerated() {
            evaluator.load(parameters)
            for medium in 0..<media {
                let base = evaluator.contribution(of: medium)
                let more = evaluator.contribution(of: medium, times: 1 + step)
                for cell in base.indices {
                    let row = medium * geos + cell / periods
                    let price = worth?[cell] ?? 1
                    tables.contribution[row, draw] += base[cell]
                    tables.value[row, draw] += base[cell] * price
                    tables.raised[row, draw] += (more[cell] - base[cell]) * price
                }
            }
        }
        return tables
    }

    private static func returns(
        _ model: MediaMixModel,
        _ tables: Tables,
        geos: Range<Int>,
        _ name: String?,
        _ level: Double
    ) -> [ChannelReturn] {
        let (periods, all) = (model.panel.periods.count, model.panel.geos.count)
        let cells = geos.lowerBound * periods..<geos.upperBound * periods
        func sum(_ table: DrawTable, _ medium: Int) -> [Double] {
            (0..<table.draws).map { draw in
                geos.reduce(0) { $0 + table[medium * all + $1, draw] }
            }
        }
        func total(_ column: [Double]) -> Double { column[cells].reduce(0, +) }
        let values = model.media.indices.map { sum(tables.value, $0) }
        let paid = model.media.indices.filter { model.media[$0].spend != nil }
        let spent = paid.reduce(0) { $0 + total(model.media[$1].spend ?? []) }
        let earned = values[0].indices.map { draw in paid.reduce(0) { $0 + values[$1][draw] } }
        return model.media.indices.map { index in
            let medium = model.media[index]
            let cost = medium.spend.map(total)
            let contribution = sum(tables.contribution, index)
            func perSpend(_ draws: [Double], _ share: Double) -> MixEstimate? {
                guard let cost, cost > 0 else { return nil }
                return MixEstimate(draws.map { $0 / (share * cost) }, level: level)
            }
            let isPositive = contribution.allSatisfy { $0 > 0 }
            let often = medium.frequency ?? medium.amount.map { _ in 1 }
            let units = total(zip(medium.amount, often).map { $0 * $1 })
            return ChannelReturn(
                name: medium.name,
                geo: name,
                spend: cost,
                contribution: MixEstimate(contribution, level: level),
                value: MixEstimate(values[index], level: level),
                roi: perSpend(values[index], 1),
                marginalROI: perSpend(sum(tables.raised, index), step),
                costPerOutcome: cost.flatMap { cost in
                    guard isPositive, cost > 0 else { return nil }
                    return MixEstimate(contribution.map { cost / $0 }, level: level)
                },
                effectiveness: units > 0
                    ? MixEstimate(contribution.map { $0 / units }, level: level) : nil,
                shareOfSpend: cost.flatMap { spent > 0 ? $0 / spent : nil },
                shareOfEffect: medium.spend.map { _ in
                    MixEstimate(zip(values[index], earned).map { $0 / $1 }, level: level)
                }
            )
        }
    }
}
