import Messages
import TestKit
import Testing

@testable import Ingest

@Suite("Counts of the most frequent keys")
struct TopCountsTests {
    @Test("are exact while there is room, and the most frequent come first")
    func exact() {
        var counts = TopCounts<Int>(capacity: 5)
        for key in [3, 1, 2, 3, 4, 2, 3] { counts.add(key) }
        #expect(counts.top(3, by: <).map(\.key) == [3, 2, 1])
        #expect(counts.top(3, by: <).map(\.count) == [3, 2, 1])
        #expect(counts.top(9, by: <) { $0 > 2 }.map(\.key) == [3, 4])
    }

    @Test(
        "are too low by no more than what was added over the room",
        arguments: 1...20 as ClosedRange<UInt64>
    )
    func bounded(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var counts = TopCounts<Int>(capacity: 50)
        var truth: [Int: Int] = [:]
        let added = 20_000
        for _ in 0..<added {
            // Few are frequent, and a thousand others are not.
            let isFrequent = Bool.random(using: &random)
            let key = Int.random(in: isFrequent ? 0..<8 : 8..<1_008, using: &random)
            counts.add(key)
            truth[key, default: 0] += 1
            #expect(counts.counts.count <= 50)
        }
        for (key, count) in truth {
            let found = counts.counts[key] ?? 0
            #expect(found <= count && found >= count - added / 50)
        }
        #expect(Set(counts.top(8, by: <).map(\.key)) == Set(0..<8))
    }
}

@Suite("A sample of events")
struct EventSampleTests {
    @Test("is all of them if there is room, and shares of it are exact then")
    func all() {
        let sample = EventSample(of: 100, most: 100, seed: 3)
        #expect(!sample.isDrawn && sample.threshold == .max)
        let share = sample.share(7, of: 100)
        #expect(share.isExactly(7, of: 100))
        #expect(sample.share(0, of: 0).isExactly(0, of: 0))
    }

    @Test("has the part of all hashes that it should, and Wilson's interval")
    func drawn() {
        for (events, most, part) in [(1_000, 500, 0.5), (1_000_000, 1_000, 0.001), (8, 7, 0.875)] {
            let sample = EventSample(of: Int64(events), most: most, seed: 3)
            #expect(sample.isDrawn)
            let below = Double(sample.threshold) / 0x1p64 + 0.5
            #expect(abs(below - part) < 1e-12)
        }
        // The bounds are the parts of all from which so many are just the quantile away.
        for (count, whole) in [(15, 50), (0, 20), (20, 20), (1, 1_000)] {
            let share = EventSample(of: 5_000, most: 50, seed: 0).share(count, of: whole)
            for bound in [share.lower, share.upper] where (1e-9..<1 - 1e-9).contains(bound) {
                let error = (bound * (1 - bound) / Double(whole)).squareRoot()
                #expect(abs(abs(bound - share.share) / error - 1.959_964) < 1e-5)
            }
            #expect(share.lower <= share.share && share.share <= share.upper)
        }
    }
}
