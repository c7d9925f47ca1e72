import Simulator
import Testing

@Suite("Readouts of tests by states")
struct ReadoutTests {
    /// A year of some states.
    private static func world(_ seed: UInt64, _ forms: WorldForms = .mixModel) throws -> World {
        var scale = WorldScale.small
        (scale.days, scale.geos) = (364, 8)
        return try World(seed: seed, scale: scale, forms: forms)
    }

    /// How many standard errors each readout lies above the truth.
    private static func distances(_ seeds: ClosedRange<UInt64>) throws -> [Double] {
        try seeds.flatMap { seed in
            let world = try world(seed)
            return world.readouts(world.outcomes()).map {
                let truth = world.truth(of: $0.test).orders * world.meanOrderValue
                return ($0.lift - truth) / $0.standardError
            }
        }
    }

    @Test("are as far from the truth as they say")
    func calibrated() throws {
        let distances = try Self.distances(1...25)
        #expect(distances.count == 50)
        let mean = distances.reduce(0, +) / 50
        let spread = (distances.reduce(0) { $0 + $1 * $1 } / 50).squareRoot()
        let inside = distances.count { abs($0) < 1.645 }
        print("readouts: mean \(mean), root mean square \(spread), \(inside) of 50 inside")
        // Three of their own standard errors on each side.
        #expect(abs(mean) < 0.42)
        #expect((0.7...1.3).contains(spread))
        #expect(inside >= 38)
    }

    @Test("know what was spent otherwise, by what was spent elsewhere")
    func spend() throws {
        for forms in WorldForms.allCases {
            let world = try Self.world(3, forms)
            let readouts = world.readouts(world.outcomes())
            #expect(readouts.map(\.test.name) == ["social_dark", "shopping_heavy"])
            for readout in readouts {
                let truth = world.truth(of: readout.test)
                #expect(abs(readout.spendDelta / truth.spendDelta - 1) < 0.05)
                let people = world.geos.map { Double($0.population) }
                let own = readout.test.treated.reduce(0) { $0 + people[$1] }
                #expect(abs(readout.portion - own / people.reduce(0, +)) < 1e-12)
            }
        }
    }

    @Test("are what a spreadsheet makes of the file of outcomes")
    func file() throws {
        let written = try WrittenWorld(seed: 9, .mixModel, scale: Self.world(9).scale)
        let (rows, outcomes) = (written.rows("tests/calibrations.csv"), written.rows("kpi.csv"))
        let tests = written.world.planted.geoTests
        #expect(rows.map { $0.cell("name") } == tests.map(\.name))
        // Four weeks after a test are not quiet either.
        let loud = Set(
            tests.flatMap { test in
                (test.days.lowerBound..<test.days.upperBound + 28).map(written.world.text)
            }
        )
        let value =
            outcomes.reduce(0) { $0 + Double(cents($1["revenue"])) / 100 }
            / outcomes.reduce(0) { $0 + (Double($1.cell("orders")) ?? 0) }
        for row in rows {
            let states = Set(row.cell("geos").split(separator: ";").map(String.init))
            func orders(_ isOwn: Bool, _ isOf: (String) -> Bool) -> Double {
                outcomes.filter {
                    states.contains($0.cell("geo")) == isOwn && isOf($0.cell("date"))
                }
                .reduce(0) { $0 + (Double($1.cell("orders")) ?? 0) }
            }
            let days = row.cell("first_date")...row.cell("last_date")
            let ratio =
                orders(true) { !loud.contains($0) } / orders(false) { !loud.contains($0) }
            let more = orders(true, days.contains) - ratio * orders(false, days.contains)
            #expect(abs(more * value - Double(cents(row["value"])) / 100) < 0.01)
            #expect(cents(row["standard_error"]) > 0 && row["kpi"] == "revenue")
            #expect(row["measure"] == "lift" && row["currency"] == "USD")
        }
    }

    @Test("are none without tests, or quiet days enough")
    func none() throws {
        var scale = WorldScale.small
        (scale.days, scale.geos) = (210, 4)
        let short = try World(seed: 1, scale: scale)
        #expect(!short.planted.geoTests.isEmpty && short.readouts(short.outcomes()).isEmpty)
        (scale.days, scale.geos) = (364, 3)
        let few = try WrittenWorld(seed: 1, .mixModel, scale: scale)
        #expect(few.world.planted.geoTests.isEmpty)
        #expect(few.files["tests/calibrations.csv"] == nil)
    }
}
