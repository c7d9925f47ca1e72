import Testing

@testable import Simulator

@Suite("Simulated events")
struct EventTests {
    private static let events = Result { Array(try WrittenWorld.mixModel.get().world.events()) }

    @Test("come in the order of their times, each once, and within the days that are recorded")
    func order() throws {
        let world = try WrittenWorld.mixModel.get().world
        let events = try Self.events.get()
        #expect(events.count > 20_000)
        for (event, next) in zip(events, events.dropFirst()) {
            #expect(event.milliseconds <= next.milliseconds)
        }
        #expect(Set(events.map(\.id)).count == events.count)
        let days = events.map { Int($0.milliseconds / 86_400_000) - world.scale.firstDay }
        let first = world.scale.days - world.scale.trackedDays
        #expect(days.allSatisfy { (first..<world.scale.days).contains($0) })
        let outage = world.planted.anomalies.filter { $0.kind == .trackingOutage }
        #expect(outage.count == 1)
        #expect(!days.contains { day in outage.contains { $0.days.contains(day) } })
        // But for those, no day is without events.
        #expect(Set(days).count == world.scale.trackedDays - outage[0].days.count)
    }

    @Test("are of one of somebody's devices, and tell who he is where an order is made")
    func persons() throws {
        let events = try Self.events.get()
        #expect(events.allSatisfy { !$0.anonymousID.isEmpty || !$0.userID.isEmpty })
        let identified = Set(events.filter { $0.kind == .identify }.map(\.anonymousID))
        var devices: [String: Set<String>] = [:]
        for event in events where event.kind == .conversion {
            if event.properties["consent"] == "denied" {
                #expect(event.userID.isEmpty && event.sessionID.isEmpty)
                continue
            }
            #expect(identified.contains(event.anonymousID))
            devices[event.userID, default: []].insert(event.anonymousID)
        }
        #expect(devices.values.contains { $0.count > 1 })
        let people = events.filter { $0.kind == .identify }
        #expect(Set(people.map(\.userID)).count < people.count)
    }

    @Test("of ads happen only where money is spent on them")
    func paidTouches() throws {
        let world = try WrittenWorld.mixModel.get().world
        let events = try Self.events.get()
        var channels: Set<String> = []
        for event in events where !event.trueChannel.isEmpty {
            channels.insert(event.trueChannel)
            guard let number = world.channels.firstIndex(where: { $0.slug == event.trueChannel })
            else { continue }
            let day = Int(event.milliseconds / 86_400_000) - world.scale.firstDay
            #expect(world.spend(on: number)[event.geo * world.scale.days + day] > 0)
        }
        #expect(!channels.contains("audio"))
        #expect(
            channels.isSuperset(of: ["paid_search", "paid_social", "email", "affiliates", "direct"])
        )
    }

    @Test("of the test of email are of a share of the subscribers, who order less")
    func holdout() throws {
        let world = try WrittenWorld.mixModel.get().world
        let events = try Self.events.get()
        let holdout = try #require(world.planted.holdout)
        let exposures = events.filter { $0.kind == .exposure }
        let control = exposures.count { $0.properties["variant"] == "control" }
        let share = Double(control) / Double(exposures.count)
        let error = (0.21 / Double(exposures.count)).squareRoot()
        #expect(abs(share - holdout.controlShare) < 5 * error)
        #expect(Set(exposures.map(\.userID)).count == exposures.count)
        // Nobody who is held out has an order that an email caused.
        let heldOut = Set(
            exposures.filter { $0.properties["variant"] == "control" }.map(\.userID)
        )
        let buyers = Dictionary(
            uniqueKeysWithValues: events.filter { $0.kind == .conversion }.map { ($0.orderID, $0) }
        )
        for day in holdout.days {
            for geo in world.geos.indices {
                for order in world.orders(geo: geo, day: day) where order.cause == .email {
                    #expect(!heldOut.contains(buyers[order.id]?.userID ?? ""))
                }
            }
        }
    }

    @Test("are due at the rate that is asked for")
    func pace() throws {
        let world = try WrittenWorld.mixModel.get().world
        let paced = PacedEvents(world.events(), perSecond: 250).prefix(1_001)
        let (events, dues) = (paced.map(\.event), paced.map(\.due))
        #expect(events == Array(try Self.events.get().prefix(1_001)))
        #expect(dues.first == .zero && dues.last == .seconds(4))
        for (due, next) in zip(dues, dues.dropFirst()) { #expect(due < next) }
    }

    @Test("are held for some weeks only, however many there are")
    func memory() throws {
        func most(_ days: Int) throws -> (held: Int, all: Int) {
            var scale = WrittenWorld.scale
            (scale.geos, scale.ordersPerDay, scale.trackedDays) = (2, 10, days)
            var events = try World(seed: 6, scale: scale).events()
            var (held, all) = (0, 0)
            while events.next() != nil {
                all += 1
                if all % 100 == 0 { held = max(held, events.held) }
            }
            return (held, all)
        }
        let (short, long) = (try most(80), try most(240))
        #expect(long.all > 5 * short.all / 2)
        // Days differ by season and promotions.
        #expect(long.held < 3 * short.held / 2)
        #expect(long.held < long.all / 3)
    }

    @Test("are none where nothing is tracked")
    func untracked() throws {
        var scale = WrittenWorld.scale
        scale.trackedDays = 0
        var events = try World(seed: 1, scale: scale).events()
        #expect(events.next() == nil)
    }
}
