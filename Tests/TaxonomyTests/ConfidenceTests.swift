import Simulator
import Testing

@testable import Taxonomy

@Suite("Confidence, on traffic whose channel is known")
struct ConfidenceTests {
    /// Visits of one confidence, and how many of them were mapped rightly.
    private struct Bin {
        var count = 0
        var right = 0
        var accuracy: Double { Double(right) / Double(max(count, 1)) }
    }

    private static func bins(
        seed: UInt64,
        _ mess: TrafficSimulator.Mess
    ) throws -> (bins: [Bin], unknown: Int) {
        let mapper = ChannelMapper(try RuleSet(DefaultChannelGroup.rules), version: 1)
        var simulator = TrafficSimulator(seed: seed, mess: mess)
        var bins = Array(repeating: Bin(), count: 4)
        var unknown = 0
        for _ in 0..<60_000 {
            let visit = simulator.next()
            var clues = TouchClues()
            clues.page = visit.page
            clues.referrer = visit.referrer
            let mapped = mapper.map(TrafficSource(clues))
            let isRight = mapped.channel.description == visit.channel
            let bin = [0.5, 0.7, 0.9].prefix { mapped.confidence.value >= $0 }.count
            bins[bin].count += 1
            bins[bin].right += isRight ? 1 : 0
            if mapped.isUnknown { unknown += 1 }
        }
        return (bins, unknown)
    }

    @Test("rises with accuracy, however messy the traffic is", arguments: [1, 3] as [Double])
    func rises(factor: Double) throws {
        var mess = TrafficSimulator.Mess()
        mess.noReferrer *= factor
        mess.oddTag *= factor
        mess.macro *= factor
        mess.passedOn *= factor
        let (bins, unknown) = try Self.bins(seed: 7, mess)
        for bin in bins { print("\(bin.count) visits, \(bin.accuracy) of them right") }
        #expect(bins.allSatisfy { $0.count > 500 })
        for (lower, higher) in zip(bins, bins.dropFirst()) {
            #expect(lower.accuracy < higher.accuracy)
        }
        #expect(bins[3].accuracy > 0.95 / factor.squareRoot())
        if factor == 1 { #expect(Double(unknown) / 60_000 < 0.1) }
    }

    @Test("is the product of its terms, which say what they stand for")
    func terms() throws {
        let site = "https://news.example/"
        let cases: [(String, String, [String], Double)] = [
            ("?utm_source=google&utm_medium=cpc&gclid=1", site, ["paid_click_and_tags"], 1),
            ("?gclid=1", site, ["paid_click"], 0.95),
            ("?gclid=1", "", ["paid_click", "no_referrer"], 0.95 * 0.85),
            (
                "?gclid=1&utm_source=x&utm_medium=email&utm_campaign=c", site,
                ["paid_click_and_tags", "conflict"], 0.9
            ),
            (
                "?utm_source=a&utm_medium=email&utm_campaign=c", site,
                ["tags_of_source_and_medium"], 0.95
            ),
            (
                "?utm_source=fb&utm_medium=ppc&utm_campaign=c", site,
                ["tags_of_source_and_medium", "tags"], 0.95 * 0.95 * 0.95
            ),
            ("?utm_medium=email&utm_campaign=c", site, ["tag_of_medium", "tags"], 0.65 * 0.5),
            ("?utm_source=facebook&fbclid=1", site, ["tag_of_source", "tags"], 0.4 * 0.9),
            ("?fbclid=1", site, ["click"], 0.7),
            ("", "https://www.google.com/", ["known_referrer"], 0.9),
            ("", site, ["referrer"], 0.8),
            ("", "https://shop.example/", ["no_evidence"], 0.5),
            ("", "", ["no_evidence"], 0.5),
            (
                "?utm_source=a&utm_medium=qr&utm_campaign=c", site,
                ["tags_of_source_and_medium", "no_rule"], 0.95 * 0.3
            ),
        ]
        let mapper = ChannelMapper(try RuleSet(DefaultChannelGroup.rules), version: 1)
        for (page, referrer, names, value) in cases {
            var clues = TouchClues()
            clues.page = "https://shop.example/" + page
            clues.referrer = referrer
            let confidence = mapper.map(TrafficSource(clues)).confidence
            #expect(confidence.terms.map(\.name) == names, "\(page)")
            #expect(abs(confidence.value - value) < 1e-12, "\(page)")
        }
    }
}
