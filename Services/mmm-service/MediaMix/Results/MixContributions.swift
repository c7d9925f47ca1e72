internal import Panels

/// What each part added to the outcome: in all, in each period and in each geo.
///
/// All parts together are what the model expects, in every draw.
public struct MixContributions: Sendable {
    /// The parts, in the order of all lists here.
    public let parts: [MixPart]
    /// In all.
    public let total: [MixEstimate]
    /// Its share of what the model expects in all.
    public let share: [MixEstimate]
    /// In each period, all geos together, `[parts][periods]`.
    public let byPeriod: [[MixEstimate]]
    /// In each geo, all periods together, `[parts][geos]`.
    public let byGeo: [[MixEstimate]]
    /// What is expected of the outcome in all.
    public let expected: MixEstimate
    /// What is expected in each period, all geos together.
    public let expectedByPeriod: [MixEstimate]
    /// What would be expected in each period without media and treatments.
    public let baselineByPeriod: [MixEstimate]
    /// How probable it is in each period that this is below 0.
    public let negativeByPeriod: [Double]
    /// How probable it is in each geo, all periods together, that this is below 0.
    public let negativeByGeo: [Double]
    /// How probable that is in all.
    public let negative: Double
}

extension MixContributions {
    /// What a model's parts added.
    ///
    /// - Parameters:
    ///   - model: the model.
    ///   - sample: its parameters.
    ///   - level: how much of the draws intervals hold.
    ///   - onlyGeo: the place of the geo to look at; nil for all of them.
    /// - Throws: ``MixModelError`` if the panel is none of the model's.
    public init(
        _ model: MediaMixModel,
        _ sample: MixSample,
        level: Double,
        onlyGeo: Int? = nil
    ) throws(MixModelError) {
        var tables = Tables(model, draws: sample.draws.count)
        var evaluator = try MixEvaluator(model)
        for (draw, parameters) in sample.draws.enumerated() {
            evaluator.load(parameters)
            tables.add(evaluator.parts(), draw, onlyGeo: onlyGeo)
        }
        self.init(tables, level)
    }

    private init(_ tables: Tables, _ level: Double) {
        let rows = tables.parts.indices
        let (periods, geos) = (tables.periods, tables.geos)
        parts = tables.parts
        let totals = rows.map { tables.total.row($0) }
        let sums = (0..<tables.total.draws).map { draw in totals.reduce(0) { $0 + $1[draw] } }
        total = totals.map { MixEstimate($0, level: level) }
        share = totals.map { MixEstimate(zip($0, sums).map { $0 / $1 }, level: level) }
        byPeriod = rows.map { row in
            (0..<periods).map { tables.period.estimate(row * periods + $0, level) }
        }
        byGeo = rows.map { row in
            (0..<geos).map { tables.geo.estimate(row * geos + $0, level) }
        }
        expected = MixEstimate(sums, level: level)
        /// The draws of the sum of some parts, in a period or geo.
        func sum(
            _ table: DrawTable,
            _ place: Int,
            of count: Int,
            _ isIn: (MixPart) -> Bool
        )
            -> [Double]
        {
            var sum = Array(repeating: 0.0, count: table.draws)
            for row in rows where isIn(tables.parts[row]) {
                for draw in sum.indices { sum[draw] += table[row * count + place, draw] }
            }
            return sum
        }
        func below(_ draws: [Double]) -> Double {
            Double(draws.count { $0 < 0 }) / Double(draws.count)
        }
        expectedByPeriod = (0..<periods).map { period in
            MixEstimate(sum(tables.period, period, of: periods) { _ in true }, level: level)
        }
        let bases = (0..<periods).map { period in
            sum(tables.period, period, of: periods) { $0.kind.isBaseline }
        }
        baselineByPeriod = bases.map { MixEstimate($0, level: level) }
        negativeByPeriod = bases.map(below)
        negativeByGeo = (0..<geos).map { geo in
            below(sum(tables.geo, geo, of: geos) { $0.kind.isBaseline })
        }
        negative = below(sum(tables.total, 0, of: 1) { $0.kind.isBaseline })
    }

    /// Sums by draw: rows are parts, then periods or geos.
    private struct Tables {
        let parts: [MixPart]
        let periods: Int
        let geos: Int
        var total: DrawTable
        var period: DrawTable
        var geo: DrawTable

        init(_ model: MediaMixModel, draws: Int) {
            parts = model.parts
            periods = model.panel.periods.count
            geos = model.panel.geos.count
            total = DrawTable(rows: parts.count, draws: draws)
            period = DrawTable(rows: parts.count * periods, draws: draws)
            geo = DrawTable(rows: parts.count * geos, draws: draws)
        }

        mutating func add(_ contributions: [[Double]], _ draw: Int, onlyGeo: Int?) {
            for (part, cells) in contributions.enumerated() {
                for geo in 0..<geos where onlyGeo.map({ $0 == geo }) ?? true {
                    var sum = 0.0
                    for time in 0..<periods {
                        let value = cells[geo * periods + time]
                        period[part * periods + time, draw] += value
                        sum += value
                    }
                    self.geo[part * geos + geo, draw] = sum
                    total[part, draw] += sum
                }
            }
        }
    }
}
