import Foundation
import Numerics
import Panels

/// Media as they are bought: television in flights, search always on, a social network on and off.
enum InventedMedia {
    /// What each of them costs in a week on average, per head of the population.
    static let meanSpend = 0.08

    /// Channels of a panel.
    ///
    /// - Parameters:
    ///   - geos: the places that they are bought for.
    ///   - weeks: how many weeks there are.
    ///   - demand: what buyers of search follow, `[weeks]`, about 0.
    ///   - random: where randomness comes from.
    /// - Returns: television, search and the social network.
    static func channels(
        _ geos: [PanelGeo],
        weeks: Int,
        demand: [Double],
        _ random: inout RandomStream
    ) -> [PanelChannel] {
        let isOnAir = spells(weeks, off: 3...8, on: 3...6, &random)
        let isSocial = spells(weeks, off: 1...4, on: 4...12, &random)
        var columns: [[Double]] = [[], [], []]
        for geo in geos {
            var drift = 0.0
            for week in 0..<weeks {
                drift = 0.7 * drift + 0.3 * random.normal()
                let wave = sin(2 * Double.pi * Double(week) / 52)
                let search = exp(0.25 * wave + drift + 0.4 * demand[week])
                let amounts = [
                    isOnAir[week] ? 0.5 + random.uniform() : 0, search,
                    isSocial[week] ? exp(0.4 * random.normal()) : 0,
                ]
                for (index, amount) in amounts.enumerated() {
                    columns[index].append(amount * geo.population)
                }
            }
        }
        let cells = Double(weeks) * geos.reduce(0) { $0 + $1.population }
        return zip(["tv", "search", "social"], columns).map { name, column in
            let factor = meanSpend * cells / column.reduce(0, +)
            return PanelChannel(name: name, spend: column.map { $0 * factor })
        }
    }

    /// Weeks off and on in turn.
    private static func spells(
        _ weeks: Int,
        off: ClosedRange<Int>,
        on: ClosedRange<Int>,
        _ random: inout RandomStream
    ) -> [Bool] {
        var all: [Bool] = []
        while all.count < weeks {
            for (isOn, range) in [(false, off), (true, on)] {
                let count = range.lowerBound + random.integer(below: range.count)
                all += Array(repeating: isOn, count: count)
            }
        }
        return Array(all.prefix(weeks))
    }

    /// Weeks of which each is much like the one before, of deviation 1.
    static func demand(weeks: Int, _ random: inout RandomStream) -> [Double] {
        var level = random.normal()
        return (0..<weeks).map { _ in
            level = 0.85 * level + (1 - 0.85 * 0.85).squareRoot() * random.normal()
            return level
        }
    }
}
