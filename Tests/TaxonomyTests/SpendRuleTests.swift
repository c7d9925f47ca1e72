import Testing

@testable import Taxonomy

@Suite("Rules of spend")
struct SpendRuleTests {
    private func rule(_ name: String, _ test: ChannelRule.Test) throws -> ChannelRule {
        let channel = try #require(ChannelSlug(name))
        return ChannelRule(name, channel: channel, conditions: [.init([test])])
    }

    @Test("look at what is known of spend, without regard to case, the first that matches first")
    func fields() throws {
        let rules = try RuleSet(
            [
                rule("column", .init(.column, .endsWith, ["_spend"])),
                rule("group", .init(.adGroup, .regex, ["^brand"])),
                rule("campaign", .init(.campaign, .contains, ["sale"])),
                rule("account", .init(.account, .any)),
                rule("platform", .init(.platform, .equals, ["meta"])),
            ],
            of: .spend
        )
        for (spend, name) in [
            (SpendClues(column: "TV_Spend"), "column"), (SpendClues(adGroup: "Brand A"), "group"),
            (SpendClues(platform: "meta", campaign: "Big SALE"), "campaign"),
            (SpendClues(platform: "meta", account: "1"), "account"),
            (SpendClues(platform: "META"), "platform"), (SpendClues(platform: "metal"), nil),
            (SpendClues(), nil),
        ] {
            #expect(rules.match(spend)?.name == name, "\(spend)")
        }
    }

    @Test("know fields of their own subject only")
    func subjects() throws {
        for field in ChannelRule.Field.allCases {
            let value = field == .clickID ? "gclid" : field == .sourceCategory ? "search" : "x"
            let rule = try rule("a", .init(field, .equals, [value]))
            for subject in [RuleSet.Subject.visits, .spend] {
                let faults: [String]
                do {
                    _ = try RuleSet([rule], of: subject)
                    faults = []
                } catch {
                    faults = error.faults.map(\.field)
                }
                let isKnown = subject.fields.contains(field)
                #expect(
                    faults == (isKnown ? [] : ["rules[0].conditions[0].tests[0].field"]),
                    "\(field) \(subject)"
                )
            }
        }
        #expect(
            Set(RuleSet.Subject.visits.fields + RuleSet.Subject.spend.fields)
                == Set(ChannelRule.Field.allCases)
        )
    }
}
