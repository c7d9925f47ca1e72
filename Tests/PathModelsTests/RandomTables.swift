import Numerics
import PathModels

/// Journeys that a seed decides, and slow obvious ways to look at them.
enum RandomTables {
    /// A row as it is written: some come twice.
    typealias Row = (path: String, conversions: Int, value: Double, nulls: Int)

    static func rows(seed: UInt64, count: Int = 60, channels: Int = 5, longest: Int = 7) -> [Row] {
        var random = RandomStream(seed: seed)
        return (0..<count).map { _ in
            let length = 1 + random.integer(below: longest)
            let path = (0..<length).map { _ in "c\(random.integer(below: channels))" }
            let conversions = max(0, random.integer(below: 5) - 2)
            let value = conversions == 0 ? 0 : Double(random.integer(below: 10_000)) / 100
            return (path.joined(separator: " > "), conversions, value, random.integer(below: 4))
        }
    }

    static func table(_ rows: [Row]) throws -> PathTable {
        var table = PathTable()
        for row in rows {
            try table.add(
                row.path,
                conversions: row.conversions,
                value: row.value,
                nulls: row.nulls
            )
        }
        return table
    }

    static func table(seed: UInt64) throws -> PathTable { try table(rows(seed: seed)) }

    /// The models of the catalogue that need no times.
    static func models() throws -> [any AttributionModel] {
        var models: [any AttributionModel] = []
        for kind in ModelCatalogue.kinds where !["decay", "hazard"].contains(kind.name) {
            models.append(try ModelCatalogue.model(kind.name))
        }
        for order in 2...6 { models.append(try Markov(order: order)) }
        models.append(try Markov(order: 2, hasNulls: false))
        return models
    }
}

extension Credit {
    /// Credit by the names of channels.
    func named(_ table: PathTable) -> [String: [Double]] {
        var result: [String: [Double]] = [:]
        for (channel, name) in table.channels.names.enumerated() {
            result[name] = [conversions[channel], value[channel]]
        }
        return result
    }
}

/// Whether two credits are the same but for the last digits.
func isClose(_ one: [String: [Double]], _ other: [String: [Double]], _ total: Double) -> Bool {
    one.keys == other.keys
        && one.allSatisfy { name, numbers in
            zip(numbers, other[name] ?? []).allSatisfy { abs($0 - $1) <= 1e-10 * total }
        }
}
