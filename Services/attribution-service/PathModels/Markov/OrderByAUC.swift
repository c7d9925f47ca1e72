/// How well the last touches of journeys tell which of them convert, with a penalty for chains
/// that are large for the number of journeys: ChannelAttribution's way to choose an order.
public struct OrderByAUC: Equatable, Sendable {
    /// The order that is scored.
    public let order: Int
    /// The area under the curve of 100 thresholds between the lowest and the highest rate.
    public let area: Double
    /// 1 − (1 − area) (n − 1) / (n − nodes − 1), of n journeys; 0 where it is outside 0 and 1, or
    /// nodes are as many as journeys.
    public let penalised: Double
    /// How many multisets of so many channels there are.
    public let nodes: Double

    private static let thresholds = 100

    /// Scores orders; the highest penalised area is the best.
    ///
    /// - Parameters:
    ///   - table: the journeys, with and without a conversion.
    ///   - orders: from 1 to 6.
    /// - Returns: a score for each order.
    /// - Throws: ``AttributionFailure``.
    public static func scores(
        _ table: PathTable,
        orders: ClosedRange<Int> = 1...6
    ) throws(AttributionFailure) -> [OrderByAUC] {
        try table.needConversions()
        var scores: [OrderByAUC] = []
        for order in orders {
            let chain = try TransitionCounts(table, order: order, hasNulls: true)
            scores.append(score(chain, table))
        }
        return scores
    }

    private static func score(_ chain: TransitionCounts, _ table: PathTable) -> OrderByAUC {
        let area = area(chain.conversions, chain.nulls)
        let channels = table.channels.count
        let journeys = Double(table.totalConversions + table.totalNulls)
        let nodes = (0..<chain.order).reduce(1.0) { product, index in
            product * Double(channels + index) / Double(index + 1)
        }
        var penalised = 1 - (1 - area) * (journeys - 1) / (journeys - nodes - 1)
        if nodes >= journeys - 1 || !(0...1).contains(penalised) { penalised = 0 }
        return OrderByAUC(order: chain.order, area: area, penalised: penalised, nodes: nodes)
    }

    /// Journeys that end in states of at least a threshold's rate count as told to convert.
    private static func area(_ conversions: [Int], _ nulls: [Int]) -> Double {
        let rates = conversions.indices.map {
            Double(conversions[$0]) / Double(conversions[$0] + nulls[$0])
        }
        let falling = rates.indices.sorted { rates[$0] > rates[$1] }
        let allConversions = Double(conversions.reduce(0, +))
        let allNulls = Double(nulls.reduce(0, +))
        // Without journeys that end otherwise there is nothing to tell apart.
        guard allNulls > 0, let best = falling.first, let worst = falling.last else { return 0.5 }
        let (low, high) = (rates[worst], rates[best])
        var area = 0.0
        var last = (hits: 0.0, alarms: 0.0)
        var (hits, alarms, next) = (0, 0, 0)
        func note(_ point: (hits: Double, alarms: Double)) {
            area += (point.alarms - last.alarms) * (point.hits + last.hits) / 2
            last = point
        }
        for step in (0..<thresholds).reversed() {
            let isTop = step == thresholds - 1
            let share = Double(step) / Double(thresholds - 1)
            let threshold = isTop ? high : low + (high - low) * share
            while next < falling.count, rates[falling[next]] >= threshold {
                hits += conversions[falling[next]]
                alarms += nulls[falling[next]]
                next += 1
            }
            note((Double(hits) / allConversions, Double(alarms) / allNulls))
        }
        note((1, 1))
        return area
    }
}
