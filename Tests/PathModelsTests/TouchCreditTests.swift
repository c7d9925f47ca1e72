import Numerics
import PathModels
import Testing

@Suite("Credit of touches")
struct TouchCreditTests {
    @Test("is in proportion to the credit of channels, and never below none")
    func shares() {
        let path: [ChannelNames.ID] = [0, 1, 0, 2]
        #expect(TouchCredit.shares(path.span, credit: [1, 2, -5]) == [0.25, 0.5, 0.25, 0])
        #expect(TouchCredit.shares(path.span, credit: [0, 0, -1]) == [0.25, 0.25, 0.25, 0.25])
    }

    @Test("adds up to the conversion, to the last minor unit", arguments: 1...4)
    func totals(seed: UInt64) {
        var random = RandomStream(seed: seed)
        for round in 0..<2_000 {
            let count = 1 + random.integer(below: 30)
            var shares = (0..<count).map { _ in random.uniform() }
            if round % 3 == 0 { shares[0] = 0 }
            let sum = shares.reduce(0, +)
            if sum == 0 { continue }
            shares = shares.map { $0 / sum }
            let magnitude = Int64(random.integer(below: round % 2 == 0 ? 1_000 : 1 << 60))
            let total = round % 5 == 0 ? -magnitude : magnitude
            let units = TouchCredit.round(total, by: shares)
            #expect(units.reduce(0, +) == total)
            // By largest remainders nobody is a unit away from the exact share.
            for (unit, share) in zip(units, shares) where magnitude < 1_000 {
                #expect(abs(Double(unit) - Double(total) * share) < 1 + 1e-9)
            }
        }
    }

    @Test("gives remainders to the largest, and to the earlier of equal ones")
    func ties() {
        #expect(TouchCredit.round(100, by: [1, 1, 1].map { $0 / 3 }) == [34, 33, 33])
        #expect(TouchCredit.round(-100, by: [1, 1, 1].map { $0 / 3 }) == [-34, -33, -33])
        #expect(TouchCredit.round(10, by: [0.26, 0.48, 0.26]) == [3, 5, 2])
        #expect(TouchCredit.round(7, by: []) == [])
        #expect(TouchCredit.round(0, by: [0.5, 0.5]) == [0, 0])
        #expect(TouchCredit.round(.max, by: [1]) == [.max])
        #expect(TouchCredit.round(.min, by: [1]) == [.min])
        #expect(TouchCredit.round(3, by: [0, 0]) == [2, 1])
    }

    @Test("has a score of how little models agree")
    func disagreement() {
        #expect(Disagreement.score([[0.5, 0.5]]) == 0)
        #expect(Disagreement.score([[1, 0], [0, 1]]) == 1)
        #expect(Disagreement.score([[1, 0], [1, 0], [0, 1]]) == 2.0 / 3)
        #expect(Disagreement.score([[0.5, 0.5], [0.25, 0.75]]) == 0.25)
    }
}
