import Testing

@testable import Taxonomy

@Suite("Why a channel is unknown")
struct UnknownCauseTests {
    private static func clues(_ page: String?, _ referrer: String? = nil) -> TouchClues {
        var clues = TouchClues()
        clues.page = page
        clues.referrer = referrer
        return clues
    }

    @Test("is the first thing that someone can do something about")
    func causes() throws {
        let site = "https://shop.example/"
        let cases: [(UnknownCause, TouchClues?)] = [
            (.noEvidence, nil), (.noEvidence, TouchClues()), (.noEvidence, Self.clues(site)),
            (.unreadableAddress, Self.clues("not an address")),
            (.unreadableAddress, Self.clues(nil, "::")),
            (.unfilledTag, Self.clues(site + "?utm_source={{site}}&utm_medium=x")),
            (.unfilledTag, Self.clues(site + "?utm_source=a&utm_medium=(none)")),
            (.missingSource, Self.clues(site + "?utm_medium=email")),
            (.missingSource, Self.clues(site + "?utm_medium=email", "https://news.example/")),
            (.missingMedium, Self.clues(site + "?utm_source=crm")),
            (.unknownMedium, Self.clues(site + "?utm_source=pax&utm_medium=sale")),
            (.unknownMedium, Self.clues(site + "?utm_source=x&utm_medium=sale")),
            (.unknownSource, Self.clues(site + "?utm_source=x&utm_medium=promotion")),
            (.ruleGap, Self.clues(site + "?utm_source=pax&utm_medium=letter")),
            (.outdatedRules, Self.clues(site + "?utm_source=google&utm_medium=cpc", "")),
        ]
        // Without the rule for what comes from nowhere; with two that each want two things.
        let pairs = [("pax", "promotion"), ("tax", "letter")].map { source, medium in
            ChannelRule(
                source,
                channel: DefaultChannelGroup.direct,
                conditions: [
                    .init([.init(.source, .equals, [source])]),
                    .init([.init(.medium, .equals, [medium])]),
                ]
            )
        }
        let rules = pairs + DefaultChannelGroup.rules.filter { $0.name != "Direct" }
        let mapper = ChannelMapper(try RuleSet(rules), version: 1)
        for (cause, clues) in cases {
            #expect(UnknownCause(clues, by: mapper) == cause, "\(clues?.page ?? "nothing")")
        }
    }

    @Test("can be that a rule matches on weak grounds")
    func weak() throws {
        let mapper = ChannelMapper(
            try RuleSet([ChannelRule("all", channel: DefaultChannelGroup.direct, conditions: [])]),
            version: 1
        )
        let tags = "?utm_source=a@b.example&utm_medium=Ünpaid&utm_campaign=%7B%7Bx%7D%7D"
        let page = "https://shop.example/" + tags + "&utm_term={{a}}&utm_content={{b}}"
        let cause = UnknownCause(Self.clues(page, ""), by: mapper)
        #expect(cause == .weakEvidence)
        #expect(UnknownCause.allCases.allSatisfy { !$0.advice.isEmpty })
    }
}
