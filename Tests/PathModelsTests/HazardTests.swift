import Foundation
import Numerics
import PathModels
import Testing

@Suite("The additive hazard")
struct HazardTests {
    /// Journeys that the model itself makes: touches at random times, each of which may convert.
    private func journeys(
        _ count: Int,
        strengths: [Double],
        speeds: [Double]
    ) throws -> PathTable {
        var random = RandomStream(seed: 12)
        var table = PathTable(isTimed: true)
        for channel in strengths.indices { _ = try table.channel("c\(channel)") }
        for _ in 0..<count {
            let window = 100_000.0
            var touches: [(time: Double, channel: Int)] = []
            for _ in 0..<1 + random.integer(below: 4) {
                touches.append(
                    (random.uniform() * 40_000, random.integer(below: strengths.count))
                )
            }
            touches.sort { $0.time < $1.time }
            // A touch converts when its hazard has added up to an exponential number, if ever.
            var end = window
            for touch in touches {
                let share = random.exponential() / strengths[touch.channel]
                guard share < 1 else { continue }
                end = min(end, touch.time - log(1 - share) / speeds[touch.channel])
            }
            let seen = touches.filter { $0.time < end }
            let path = seen.map { ChannelNames.ID($0.channel) }
            let ages = seen.map { UInt32((end - $0.time).rounded(.up)) }
            try table.append(
                path.span,
                ages: ages.span,
                conversions: end < window ? 1 : 0,
                value: end < window ? PathValue(1) : .zero,
                nulls: end < window ? 0 : 1
            )
        }
        return table
    }

    @Test("finds what made simulated journeys")
    func truth() throws {
        let strengths = [0.5, 0.05, 0.2]
        let speeds = [5e-4, 5e-4, 1e-4]
        let table = try journeys(6_000, strengths: strengths, speeds: speeds)
        let rule = try AdditiveHazard().fit(table)
        for channel in strengths.indices {
            #expect(abs(rule.strengths[channel] / strengths[channel] - 1) < 0.25)
            #expect(abs(rule.speeds[channel] / speeds[channel] - 1) < 0.25)
        }
        let credit = try AdditiveHazard().credit(table)
        #expect(distance(credit.conversions.reduce(0, +), Double(table.totalConversions)) < 1e-12)
        #expect(credit.conversions[0] > 3 * credit.conversions[1])
    }

    @Test("is where slow steps of expectation and maximisation end")
    func slow() throws {
        let table = try journeys(200, strengths: [0.4, 0.2], speeds: [3e-4, 1e-4])
        let rule = try AdditiveHazard().fit(table)
        var strengths = [0.3, 0.3]
        var speeds = [2e-4, 2e-4]
        for _ in 0..<4_000 {
            var (credit, delay) = ([0.0, 0.0], [0.0, 0.0])
            var (passed, rest) = ([0.0, 0.0], [0.0, 0.0])
            for number in 0..<table.count {
                let (path, ages) = (table.path(number), table.ages(number))
                let hazards = path.indices.map { touch in
                    let channel = Int(path[touch])
                    return strengths[channel] * speeds[channel]
                        * exp(-speeds[channel] * Double(ages[touch]))
                }
                let conversions = Double(table.conversions[number])
                let weight = conversions + Double(table.nulls[number])
                for touch in path.indices {
                    let (channel, time) = (Int(path[touch]), Double(ages[touch]))
                    let part = conversions * hazards[touch] / hazards.reduce(0, +)
                    credit[channel] += part
                    delay[channel] += part * time
                    passed[channel] += weight * (1 - exp(-speeds[channel] * time))
                    rest[channel] += weight * time * exp(-speeds[channel] * time)
                }
            }
            for channel in 0..<2 {
                speeds[channel] =
                    credit[channel] / (delay[channel] + strengths[channel] * rest[channel])
                strengths[channel] = credit[channel] / passed[channel]
            }
        }
        for channel in 0..<2 {
            #expect(distance(rule.strengths[channel], strengths[channel]) < 1e-4)
            #expect(distance(rule.speeds[channel], speeds[channel]) < 1e-4)
        }
    }

    @Test("takes conversions at the very touch, and channels that never convert")
    func edges() throws {
        var table = PathTable(isTimed: true)
        let (a, b) = (try table.channel("a"), try table.channel("b"))
        try table.append([a].span, ages: [0].span, conversions: 3, value: PathValue(6), nulls: 0)
        try table.append([b].span, ages: [500].span, conversions: 0, value: .zero, nulls: 9)
        try table.append([a].span, ages: [900].span, conversions: 0, value: .zero, nulls: 4)
        let credit = try AdditiveHazard().credit(table)
        #expect(credit == Credit(conversions: [3, 0], value: [6, 0]))
    }

    @Test("settles on small tables, also where nothing passes while it is seen")
    func small() throws {
        var table = PathTable(isTimed: true)
        let (a, b) = (try table.channel("a"), try table.channel("b"))
        // The later after a touch, the more convert: strength without end, and no speed.
        try table.append([a].span, ages: [9_000].span, conversions: 2, value: .zero, nulls: 0)
        try table.append([a].span, ages: [100].span, conversions: 0, value: .zero, nulls: 3)
        try table.append(
            [a, b].span,
            ages: [9_000, 10].span,
            conversions: 1,
            value: .zero,
            nulls: 1
        )
        let rule = try AdditiveHazard().fit(table)
        // A hundredth passes in the longest time.
        #expect(distance(rule.speeds[0], 0.01 / 9_000) < 1e-9)
        for seed in 0..<60 {
            let table = try Self.small(seed: UInt64(seed))
            guard table.totalConversions > 0 else { continue }
            let credit = try AdditiveHazard().credit(table).conversions
            #expect(credit.allSatisfy { $0.isFinite && $0 >= 0 }, "\(seed)")
            #expect(distance(credit.reduce(0, +), Double(table.totalConversions)) < 1e-12)
        }
    }

    /// A few journeys by a few channels, at times of all sizes.
    private static func small(seed: UInt64) throws -> PathTable {
        var random = RandomStream(seed: seed)
        var table = PathTable(isTimed: true)
        let channels = 1 + random.integer(below: 4)
        for channel in 0..<channels { _ = try table.channel("c\(channel)") }
        let spans = [1, 100, 100_000]
        for _ in 0..<2 + random.integer(below: 7) {
            var path: [ChannelNames.ID] = []
            var ages: [UInt32] = []
            for _ in 0...random.integer(below: 4) {
                path.append(ChannelNames.ID(random.integer(below: channels)))
                let span = spans[random.integer(below: 3)]
                ages.append(UInt32(random.integer(below: span)))
            }
            ages.sort(by: >)
            let conversions = random.integer(below: 3)
            let nulls = random.integer(below: 3)
            try table.append(
                path.span,
                ages: ages.span,
                conversions: conversions,
                value: .zero,
                nulls: max(nulls, 1 - conversions)
            )
        }
        return table
    }
}
