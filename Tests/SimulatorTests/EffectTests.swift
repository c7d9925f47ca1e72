import Foundation
import MediaMix
import Simulator
import Testing

@Suite("Simulated effects")
struct EffectTests {
    private static let worlds = [WrittenWorld.mixModel, WrittenWorld.other]

    /// What the formula of a channel says, lag by lag from the file of spend: slow and obvious.
    private func orders(_ written: WrittenWorld, _ number: Int) throws -> [Double] {
        let (world, channel) = (written.world, written.world.channels[number])
        let truths = try #require(try written.truth("channels") as? [[String: Any]])
        let levelling = try #require(truths[number]["levelling_off"] as? [String: Any])
        let unit = try #require(levelling["unit_per_head"] as? Double)
        let coefficient = try #require(levelling["orders_per_day"] as? Double)
        var spend: [String: Int] = [:]
        for row in written.rows("spend.csv") where row["channel"] == channel.slug {
            spend[row.cell("geo") + row.cell("date")] = cents(row["spend"])
        }
        let people = Double(world.geos.reduce(0) { $0 + $1.population })
        return try world.geos.flatMap { state in
            try (0..<world.scale.days).map { day in
                var carried = 0.0
                for lag in 0..<28 where lag <= day {
                    let date = world.text(ofDay: day - lag)
                    let cents = try #require(spend[state.code + date])
                    carried += channel.carryOver.weights[lag] * Double(cents) / 100
                }
                let amount = carried / Double(state.population) / unit
                let response =
                    switch channel.levellingOff {
                    case .logistic(let rate): tanh(rate * amount / 2)
                    case .logarithmic(let scale): log(1 + amount / scale)
                    }
                return coefficient * Double(state.population) / people * response
            }
        }
    }

    @Test("are what the formulae make of the file of spend", arguments: [0, 1])
    func recomputed(_ place: Int) throws {
        let written = try Self.worlds[place].get()
        let world = written.world
        let quiet = (0..<world.scale.days).filter { day in
            !world.planted.anomalies.contains { $0.days.contains(day) }
        }
        for number in world.channels.indices {
            let expected = try orders(written, number)
            let told = world.expectedOrders(of: number)
            // Where demand drifts, a day has one willingness for all states and channels.
            for day in quiet {
                let ratios = world.geos.indices.map { geo in
                    let cell = geo * world.scale.days + day
                    return expected[cell] > 0 ? told[cell] / expected[cell] : 1
                }
                for ratio in ratios where world.forms == .mixModel {
                    #expect(abs(ratio - 1) < 1e-9)
                }
                for ratio in ratios {
                    #expect((0.4...2.5).contains(ratio))
                    #expect(abs(ratio - ratios[0]) < 1e-9 || ratio == 1 || ratios[0] == 1)
                }
            }
        }
    }

    @Test("carry over and level off as the mix model's own transforms do")
    func transforms() throws {
        let world = try WrittenWorld.mixModel.get().world
        for channel in world.channels {
            guard case .geometric(let share) = channel.carryOver,
                case .logistic(let rate) = channel.levellingOff
            else {
                Issue.record("the forms are not the mix model's")
                continue
            }
            var weights = Array(repeating: 0.0, count: Simulator.CarryOver.lags)
            var span = weights.mutableSpan
            Adstock(kind: .geometric, lags: Simulator.CarryOver.lags).weights(
                [share].span,
                into: &span
            )
            for (own, theirs) in zip(channel.carryOver.weights, weights) {
                #expect(abs(own - theirs) < 1e-14)
            }
            for amount in [0, 0.1, 1, 3] {
                let theirs = Saturation.logistic.respond(one: amount, parameters: [rate].span)
                let own = channel.levellingOff.response(to: amount)
                #expect(abs(own - theirs.response) < 1e-14)
            }
        }
    }

    @Test(
        "carry over in parts that add up to one",
        arguments: [
            Simulator.CarryOver.geometric(0.6), .gamma(2.5),
        ]
    )
    func parts(_ carryOver: Simulator.CarryOver) {
        let weights = carryOver.weights
        #expect(weights.count == Simulator.CarryOver.lags)
        #expect(abs(weights.reduce(0, +) - 1) < 1e-12)
        // What builds up is larger on the day after.
        if case .gamma = carryOver { #expect(weights[1] > weights[0]) }
    }

    @Test("earn what is planned where nothing is planted")
    func returns() throws {
        var scale = WrittenWorld.scale
        // Too short for anything to be planted.
        (scale.days, scale.trackedDays) = (90, 0)
        for forms in WorldForms.allCases {
            let world = try World(seed: 3, scale: scale, forms: forms)
            #expect(world.planted.anomalies.isEmpty && world.planted.geoTests.isEmpty)
            for (number, channel) in world.channels.enumerated() {
                let truth = world.truth(ofChannel: number)
                #expect(abs(truth.returnOnSpend / channel.plannedReturn - 1) < 1e-9)
                #expect(truth.marginalReturn > 0)
                // What levels off earns less at the end than on the average.
                #expect(truth.marginalReturn < truth.returnOnSpend)
            }
        }
    }

    @Test("follow demand in the other world, and not where causes add up")
    func demandDrivesSpend() throws {
        // Plans and noise are drawn alike for both: what differs is what follows demand.
        let plain = try WrittenWorld.mixModel.get().world
        let other = try World(seed: plain.seed, scale: plain.scale, forms: .other)
        var moods: [Double] = []
        for day in 0..<plain.scale.days {
            let ratios = plain.channels.indices.compactMap { number -> Double? in
                let cents = plain.spend(on: number)[day]
                // Of amounts that rounding does not change much.
                return cents > 2_000 ? Double(other.spend(on: number)[day]) / Double(cents) : nil
            }
            for ratio in ratios { #expect(abs(ratio / ratios[0] - 1) < 0.002) }
            if let first = ratios.first { moods.append(first) }
        }
        #expect(moods.count == plain.scale.days)
        #expect((moods.max() ?? 1) / (moods.min() ?? 1) > 1.1)
        #expect(Self.correlation(Array(moods.dropLast()), Array(moods.dropFirst())) > 0.9)
        func weeks(_ values: [Double]) -> [Double] {
            (0..<values.count / 7).map { week in (0..<7).reduce(0) { $0 + values[7 * week + $1] } }
        }
        func orders(_ world: World) -> [Double] {
            let outcomes = world.outcomes()
            return (0..<world.scale.days).map { day in
                world.geos.indices.reduce(0) {
                    $0 + Double(outcomes.orders[$1 * world.scale.days + day])
                }
            }
        }
        let ratios = zip(weeks(orders(other)), weeks(orders(plain))).map { $0 / $1 }
        // What is sold in a week drives what is spent in the next.
        let next = Array(weeks(moods).dropFirst())
        #expect(Self.correlation(Array(ratios.dropLast()), next) > 0.5)
    }

    private static func correlation(_ left: [Double], _ right: [Double]) -> Double {
        let count = Double(left.count)
        let (a, b) = (left.reduce(0, +) / count, right.reduce(0, +) / count)
        let both = zip(left, right).reduce(0) { $0 + ($1.0 - a) * ($1.1 - b) }
        let x = left.reduce(0) { $0 + ($1 - a) * ($1 - a) }
        let y = right.reduce(0) { $0 + ($1 - b) * ($1 - b) }
        return both / (x * y).squareRoot()
    }
}
