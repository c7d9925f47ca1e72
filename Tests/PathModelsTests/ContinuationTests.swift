import PathModels
import Testing

@Suite("How journeys go on")
struct ContinuationTests {
    @Test("is counted as one counts all journeys one by one", arguments: 1...10)
    func counted(_ seed: UInt64) throws {
        let rows = RandomTables.rows(seed: seed, channels: 3)
        let table = try RandomTables.table(rows)
        for prefix in [[], ["c0"], ["c1", "c1"], ["c2", "c0", "c1"]] {
            let ids = prefix.compactMap(table.channels.existing)
            let found = Continuations(after: ids, in: table)
            var slow: [String: [Int]] = [:]
            for row in rows {
                let steps = row.path.split(separator: " > ").map(String.init)
                guard steps.starts(with: prefix) else { continue }
                let next = steps.count == prefix.count ? "" : steps[prefix.count]
                slow[next, default: [0, 0]][0] += row.conversions
                slow[next, default: [0, 0]][1] += row.nulls
            }
            #expect([found.ended.conversions, found.ended.nulls] == slow[""] ?? [0, 0])
            slow[""] = nil
            #expect(found.next.count == slow.count)
            for (channel, outcome) in found.next {
                let name = table.channels.names[Int(channel)]
                #expect([outcome.conversions, outcome.nulls] == slow[name])
            }
            let value = found.next.values.reduce(found.ended.value.units) { $0 + $1.value.units }
            if prefix.isEmpty { #expect(value == table.totalValue.units) }
        }
    }

    @Test("step by step loses none between a channel's way in and its ways out", arguments: 1...10)
    func flows(_ seed: UInt64) throws {
        let table = try RandomTables.table(seed: seed)
        let depth = 4
        let flows = StepFlows(table, depth: depth)
        let journeys = table.totalConversions + table.totalNulls
        for step in 1...depth {
            let links = flows.links.filter { $0.key.step == step }
            if step == 1 { #expect(links.values.reduce(0) { $0 + $1.journeys } == journeys) }
            for channel in 0..<table.channels.count where step < depth {
                let id = ChannelNames.ID(channel)
                let into = links.filter { $0.key.target == id }.values
                let out = flows.links.filter { $0.key.step == step + 1 && $0.key.source == id }
                for sum in [\Continuations.Outcome.conversions, \.nulls] {
                    #expect(
                        into.reduce(0) { $0 + $1[keyPath: sum] }
                            == out.values.reduce(0) { $0 + $1[keyPath: sum] }
                    )
                }
            }
            let (top, rest) = flows.top(step, 3, by: table.channels.names)
            #expect(top.count == min(3, links.count))
            let told = top.reduce(rest.journeys) { $0 + $1.1.journeys }
            #expect(told == links.values.reduce(0) { $0 + $1.journeys })
            #expect(top.map(\.1.journeys) == top.map(\.1.journeys).sorted(by: >))
        }
    }

    @Test("has the intervals that Wilson's formula is known to give")
    func wilson() {
        // Newcombe 1998, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29, at 95 %.
        let known = [
            (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611),
            (1, 29, 0.0061, 0.1718), (29, 29, 0.8830, 1),
        ]
        for (count, whole, lower, upper) in known {
            let bounds = WilsonInterval.bounds(count, of: whole, level: 0.95)
            #expect(abs(bounds.lowerBound - lower) < 6e-5, "\(count) of \(whole): \(bounds)")
            #expect(abs(bounds.upperBound - upper) < 6e-5, "\(count) of \(whole): \(bounds)")
        }
    }
}
