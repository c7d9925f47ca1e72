import Simulator
import Testing

@Suite("Simulated worlds")
struct WorldTests {
    private func error(_ change: (inout WorldScale) -> Void) -> WorldError? {
        var scale = WorldScale.full
        change(&scale)
        return #expect(throws: WorldError.self) { try World(seed: 1, scale: scale) }
    }

    @Test("are refused beyond their bounds, by the field")
    func bounds() {
        #expect(error { $0.days = 6 }?.description == "days is 6: expected 7 to 3660")
        #expect(error { $0.days = 3_661 }?.field == "days")
        #expect(error { $0.geos = 0 }?.field == "geos")
        #expect(error { $0.geos = 52 }?.description == "geos is 52: expected 1 to 51")
        #expect(error { $0.trackedDays = 732 }?.field == "tracked_days")
        #expect(error { $0.firstDay = 0 }?.field == "first_day")
        for value in [Double.nan, -1, .infinity] {
            #expect(error { $0.ordersPerDay = value }?.field == "orders_per_day")
            #expect(error { $0.trackedShare = value }?.field == "tracked_share")
            #expect(error { $0.visitsPerOrder = value }?.field == "visits_per_order")
        }
    }

    @Test("have all states, with as many people as the country")
    func states() throws {
        #expect(USState.all.count == 51)
        #expect(Set(USState.all.map(\.code)).count == 51)
        // The census's own sum.
        #expect(USState.all.reduce(0) { $0 + $1.population } == 331_449_281)
        for (state, next) in zip(USState.all, USState.all.dropFirst()) {
            #expect(state.population > next.population)
        }
        #expect(try World(seed: 1).geos.count == 51)
    }

    @Test("have two whole years by default, and the days of the calendar")
    func days() throws {
        let world = try World(seed: 1)
        #expect(world.text(ofDay: 0) == "2024-01-01")
        #expect(world.text(ofDay: 59) == "2024-02-29")
        #expect(world.text(ofDay: 730) == "2025-12-31")
        #expect(world.scale.days == 731)
    }

    @Test("spend a sixth of what they sell, on channels that all cause something")
    func budgets() throws {
        for forms in WorldForms.allCases {
            let world = try World(seed: 4, scale: .small, forms: forms)
            let spend = world.channels.indices.reduce(0) {
                $0 + world.spend(on: $1).reduce(0, +)
            }
            let revenue = world.outcomes().cents.reduce(0, +)
            #expect((0.13...0.22).contains(Double(spend) / Double(revenue)))
            for channel in world.channels.indices {
                #expect(world.truth(ofChannel: channel).orders > 100)
            }
        }
    }
}
