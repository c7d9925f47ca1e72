import Foundation
import Simulator
import Testing

@Suite("Simulated orders")
struct OrderTests {
    private static let worlds = [WrittenWorld.mixModel, WrittenWorld.other]

    /// Whether a count is within five deviations of a count of Poisson's distribution.
    private func isNear(_ count: Int, _ expected: Double) -> Bool {
        abs(Double(count) - expected) < 5 * expected.squareRoot() + 1
    }

    /// Whether so many of a number are within five deviations of a share.
    private func isNear(_ count: Int, of all: Int, _ share: Double) -> Bool {
        let deviation = (share * (1 - share) * Double(all)).squareRoot()
        return abs(Double(count) - share * Double(all)) < 5 * deviation + 1
    }

    @Test("are caused as often as is expected, all in all and by state", arguments: [0, 1])
    func causes(_ place: Int) throws {
        let written = try Self.worlds[place].get()
        let rows = written.rows("truth/orders.csv")
        let weeks = try #require(
            try written.truth("contributions", "expected_orders") as? [String: [Double]]
        )
        #expect(Set(weeks.keys).isSuperset(of: rows.map { $0.cell("cause") }))
        for (cause, expected) in weeks {
            let own = rows.filter { $0["cause"] == cause }
            #expect(isNear(own.count, expected.reduce(0, +)), "\(cause)")
        }
        let world = written.world
        for (number, channel) in world.channels.enumerated() {
            let expected = world.expectedOrders(of: number)
            for (geo, state) in world.geos.enumerated() {
                let own = rows.count { $0["cause"] == channel.slug && $0["geo"] == state.code }
                let range = geo * world.scale.days..<(geo + 1) * world.scale.days
                #expect(isNear(own, expected[range].reduce(0, +)), "\(channel.slug) \(state.code)")
            }
        }
    }

    @Test("have the shares and the mean value that are declared")
    func shares() throws {
        let written = try WrittenWorld.mixModel.get()
        let rows = written.rows("truth/orders.csv")
        let values = rows.map { Double(cents($0["value"])) / 100 }
        let mean = values.reduce(0, +) / Double(values.count)
        // The deviation of an order's value is 0.53 of the mean.
        let error = 0.533 * written.world.meanOrderValue / Double(values.count).squareRoot()
        #expect(abs(mean - written.world.meanOrderValue) < 5 * error)
        let recorded = rows.filter { $0["tracked"] == "1" }
        let outage = written.world.planted.anomalies.first { $0.kind == .trackingOutage }
        let outageDays = Set(try #require(outage).days.map { written.world.text(ofDay: $0) })
        let first = written.world.text(ofDay: written.world.scale.days - 49)
        let recordable = rows.filter {
            $0.cell("date") >= first && !outageDays.contains($0.cell("date"))
        }
        #expect(isNear(recorded.count, of: recordable.count, 0.8))
        #expect(recorded.allSatisfy { $0.cell("date") >= first })
        #expect(recorded.allSatisfy { !outageDays.contains($0.cell("date")) })
        #expect(isNear(rows.count { $0["consent"] == "1" }, of: rows.count, 0.86))
        // All but the last weeks had the time to be paid back.
        let early = rows.filter { $0.cell("date") < written.world.text(ofDay: 220) }
        let refunded = early.filter { !$0.cell("refunded").isEmpty }
        #expect(isNear(refunded.count, of: early.count, 0.06))
        let whole = refunded.count { $0["refunded"] == $0["value"] }
        #expect(isNear(whole, of: refunded.count, 0.7))
    }

    @Test("stay as they are when more or less is recorded of them")
    func independent() throws {
        var scale = WrittenWorld.scale
        let world = try World(seed: 11, scale: scale)
        (scale.visitsPerOrder, scale.trackedShare) = (9, 0.3)
        let other = try World(seed: 11, scale: scale)
        for day in [0, 100, 240] {
            for geo in world.geos.indices {
                let (left, right) = (
                    world.orders(geo: geo, day: day), other.orders(geo: geo, day: day)
                )
                #expect(left.map(\.id) == right.map(\.id))
                #expect(left.map(\.cents) == right.map(\.cents))
                #expect(left.map(\.cause) == right.map(\.cause))
                #expect(left.map(\.refund) == right.map(\.refund))
            }
        }
        for channel in world.channels.indices {
            #expect(world.spend(on: channel) == other.spend(on: channel))
        }
    }

    @Test("of days of an outage are few, and there is no spend where it is planted")
    func anomalies() throws {
        let world = try WrittenWorld.mixModel.get().world
        let outcomes = world.outcomes()
        func orders(_ days: Range<Int>) -> Int {
            world.geos.indices.reduce(0) { sum, geo in
                sum + days.reduce(0) { $0 + outcomes.orders[geo * world.scale.days + $1] }
            }
        }
        #expect(world.planted.anomalies.count >= 5)
        for anomaly in world.planted.anomalies {
            let days = anomaly.days
            let before = days.lowerBound - 7 * days.count..<days.lowerBound
            switch anomaly.kind {
            case .siteOutage: #expect(7 * orders(days) < orders(before) / 2)
            case .demandSpike: #expect(Double(7 * orders(days)) > 1.3 * Double(orders(before)))
            case .spendOutage, .spendSpike:
                let spend = world.spend(on: try #require(anomaly.channel))
                func spent(_ days: Range<Int>) -> Int {
                    days.reduce(0) { $0 + spend[$1] }
                }
                if anomaly.kind == .spendOutage {
                    #expect(spent(days) == 0)
                } else {
                    #expect(7 * spent(days) > 2 * spent(before))
                }
            case .trackingOutage: #expect(orders(days) > 0)
            }
        }
    }

    @Test("of a test by states change by what the truth says")
    func geoTests() throws {
        let world = try WrittenWorld.mixModel.get().world
        #expect(world.planted.geoTests.count == 2)
        for test in world.planted.geoTests {
            let truth = world.truth(of: test)
            #expect(test.days.count == 28 && test.treated.count == world.geos.count / 4)
            #expect(truth.spendDelta.sign == (test.factor < 1 ? .minus : .plus))
            #expect(truth.orders.sign == truth.spendDelta.sign)
            // The effect carries over into the days after.
            #expect(abs(truth.ordersInAll) > abs(truth.orders))
            let spend = world.spend(on: test.channel)
            for geo in test.treated where test.factor == 0 {
                for day in test.days { #expect(spend[geo * world.scale.days + day] == 0) }
            }
        }
    }
}
