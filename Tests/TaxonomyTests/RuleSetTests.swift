import Testing

@testable import Taxonomy

@Suite("Rules of a tenant")
struct RuleSetTests {
    private static func traffic(
        _ tags: [CampaignField: String],
        page: String? = nil,
        referrer: String? = nil
    ) -> TrafficSource {
        var clues = TouchClues()
        for (field, value) in tags { clues.tags[field] = value }
        clues.page = page
        clues.referrer = referrer
        return TrafficSource(clues)
    }

    private func rule(_ name: String, _ tests: [ChannelRule.Test]...) throws -> ChannelRule {
        ChannelRule(
            name,
            channel: try #require(ChannelSlug("custom")),
            conditions: tests.map { ChannelRule.Condition($0) }
        )
    }

    @Test("compare every field in every way, without regard to case")
    func operators() throws {
        let traffic = Self.traffic(
            [
                .source: "Crm", .medium: "Email", .campaign: "Spring Sale", .id: "A7",
                .term: "Shoe",
                .content: "Red",
            ],
            page: "https://shop.example/?mc_cid=1",
            referrer: "https://www.Blog.example/"
        )
        let cases: [(ChannelRule.Test, Bool)] = [
            (.init(.source, .equals, ["x", "CRM"]), true), (.init(.source, .equals, ["cr"]), false),
            (.init(.medium, .contains, ["MAI"]), true), (.init(.medium, .contains, ["e-m"]), false),
            (.init(.campaign, .startsWith, ["spring"]), true),
            (.init(.campaign, .startsWith, ["sale"]), false),
            (.init(.campaign, .endsWith, ["SALE"]), true),
            (.init(.campaign, .endsWith, ["spring"]), false),
            (.init(.campaign, .regex, ["^s\\w+ s"]), true),
            (.init(.campaign, .regex, ["^x"]), false),
            (.init(.campaignID, .equals, ["a7"]), true), (.init(.term, .equals, ["shoe"]), true),
            (.init(.content, .any), true), (.init(.content, .absent), false),
            (.init(.referrer, .equals, ["blog.example"]), true),
            (.init(.clickID, .equals, ["MC_CID"]), true), (.init(.clickID, .any), true),
            (.init(.clickID, .absent), false), (.init(.clickID, .equals, ["gclid"]), false),
            (.init(.sourceCategory, .absent), true), (.init(.sourceCategory, .any), false),
            (.init(.sourceCategory, .equals, ["Social"]), false),
        ]
        for (test, holds) in cases {
            let rules = try RuleSet([rule("one", [test])])
            #expect((rules.match(traffic) != nil) == holds, "\(test)")
        }
        let unknown = try RuleSet([rule("one", [.init(.source, .absent)])])
        #expect(unknown.match(Self.traffic([:])) != nil)
    }

    @Test("need all conditions, and of each one test")
    func conditions() throws {
        let rules = try RuleSet([
            rule(
                "both",
                [.init(.source, .equals, ["a"]), .init(.source, .equals, ["b"])],
                [.init(.medium, .equals, ["m"])]
            )
        ])
        #expect(rules.match(Self.traffic([.source: "b", .medium: "m"]))?.name == "both")
        #expect(rules.match(Self.traffic([.source: "b", .medium: "n"])) == nil)
        #expect(rules.match(Self.traffic([.source: "c", .medium: "m"])) == nil)
    }

    @Test("are asked by priority, then as they stand, and not at all if they are switched off")
    func order() throws {
        var first = try rule("first")
        var second = try rule("second")
        let third = try rule("third")
        let anything = Self.traffic([:])
        #expect(try RuleSet([first, second, third]).match(anything)?.name == "first")
        second.priority = 5
        #expect(try RuleSet([first, second, third]).match(anything)?.name == "second")
        second.isEnabled = false
        #expect(try RuleSet([first, second, third]).match(anything)?.name == "first")
        first.priority = 200
        let rules = try RuleSet([first, second, third])
        #expect(rules.match(anything)?.name == "third")
        #expect(rules.rules.map(\.name) == ["second", "third", "first"])
        #expect(try RuleSet([]).match(anything) == nil)
    }

    @Test("stand before the default ones")
    func beforeDefaults() throws {
        var own = try rule("brand", [.init(.campaign, .contains, ["brand"])])
        own.priority = 1
        let mapper = ChannelMapper(try RuleSet(DefaultChannelGroup.rules + [own]), version: 7)
        let tags: [CampaignField: String] = [.source: "google", .medium: "cpc"]
        #expect(mapper.map(Self.traffic(tags)).channel.description == "paid_search")
        let branded = mapper.map(
            Self.traffic(tags.merging([.campaign: "DE Brand"]) { $1 })
        )
        #expect(branded.channel.description == "custom" && branded.rule == "brand")
        #expect(branded.version == 7)
    }

    @Test("that are wrong are refused, each fault with its place")
    func faults() throws {
        let long = String(repeating: "x", count: 201)
        let cases: [(ChannelRule, String, String)] = [
            (try rule(""), "rules[0].name", "1 to 200 bytes"),
            (try rule(long), "rules[0].name", "1 to 200 bytes"),
            (try rule("r", []), "rules[0].conditions[0].tests", "1 to 20 tests"),
            (
                try rule("r", [.init(.source, .equals)]), "rules[0].conditions[0].tests[0].values",
                "'equals' takes 1 to 1000 values"
            ),
            (
                try rule("r", [.init(.source, .any, ["x"])]),
                "rules[0].conditions[0].tests[0].values", "'any' takes no values"
            ),
            (
                try rule("r", [.init(.source, .equals, ["a", ""])]),
                "rules[0].conditions[0].tests[0].values[1]", "use 'absent'"
            ),
            (
                try rule("r", [.init(.source, .contains, [long])]),
                "rules[0].conditions[0].tests[0].values[0]", "1 to 200 bytes"
            ),
            (
                try rule("r", [.init(.source, .any)], [.init(.medium, .regex, ["a", "("])]),
                "rules[0].conditions[1].tests[0].values[1]", "missing )"
            ),
            (
                try rule("r", [.init(.clickID, .equals, ["gclick"])]),
                "rules[0].conditions[0].tests[0].values[0]", "one of gclid"
            ),
            (
                try rule("r", [.init(.sourceCategory, .equals, ["games"])]),
                "rules[0].conditions[0].tests[0].values[0]", "one of search, shopping"
            ),
            (
                try rule("r", [.init(.source, .regex, Array(repeating: "a", count: 21))]),
                "rules[0].conditions[0].tests[0].values", "at most 20 patterns"
            ),
        ]
        for (rule, field, reason) in cases {
            let error = #expect(throws: RuleFaults.self) { try RuleSet([rule]) }
            #expect(error?.faults.first?.field == field)
            #expect(error?.faults.first?.reason.contains(reason) == true, "\(reason)")
        }
        let twice = #expect(throws: RuleFaults.self) { try RuleSet([rule("r"), rule("r")]) }
        #expect(twice?.description == "rules[1].name: 'r' is there twice")
        let expressions = try (0..<11).map {
            try rule("\($0)", [.init(.source, .regex, Array(repeating: "a", count: 20))])
        }
        let costly = #expect(throws: RuleFaults.self) { try RuleSet(expressions) }
        #expect(costly?.faults.map(\.field) == ["rules[10].conditions[0].tests[0].values[0]"])
        let many = try (0...500).map { try rule("\($0)") }
        #expect(throws: RuleFaults.self) { try RuleSet(many) }
        let all = try (0..<300).map { _ in try rule("") }
        #expect((#expect(throws: RuleFaults.self) { try RuleSet(all) })?.faults.count == 100)
    }

    @Test("name channels by slugs of small letters, digits and underlines")
    func slugs() {
        #expect(ChannelSlug("paid_social_2")?.description == "paid_social_2")
        for text in ["", "Paid", "2paid", "_x", "paid-social", "paid social", "é"] {
            #expect(ChannelSlug(text) == nil, "\(text)")
        }
        #expect(ChannelSlug(String(repeating: "a", count: 63)) != nil)
        #expect(ChannelSlug(String(repeating: "a", count: 64)) == nil)
    }
}
