internal import Messages
internal import RPC
internal import Taxonomy

extension ChannelRule {
    /// Reads a rule; nil if it is none, which is noted.
    ///
    /// What its words are is checked with its set.
    init?(_ message: IngestV1.ChannelRule, at place: String, _ violations: inout FieldViolations) {
        let before = violations.violations.count
        let channel = ChannelSlug(message.channel)
        violations.check(channel != nil, "\(place).channel", "expected the slug of a channel")
        violations.check(
            (0...1_000_000).contains(message.priority),
            "\(place).priority",
            "expected 0 to 1,000,000"
        )
        var conditions: [Condition] = []
        for (number, condition) in message.conditions.enumerated() {
            var tests: [Test] = []
            for (index, test) in condition.tests.enumerated() {
                let place = "\(place).conditions[\(number)].tests[\(index)]"
                let field = Field(test.field)
                let `operator` = Operator(test.operator)
                violations.check(field != nil, "\(place).field", "expected a field of a visit")
                violations.check(`operator` != nil, "\(place).operator", "expected an operator")
                guard let field, let `operator` else { continue }
                tests.append(Test(field, `operator`, test.values))
            }
            conditions.append(Condition(tests))
        }
        guard let channel, violations.violations.count == before else { return nil }
        self.init(
            message.name,
            channel: channel,
            priority: Int(message.priority),
            isEnabled: !message.disabled,
            conditions: conditions
        )
    }
}

extension IngestV1.ChannelRule {
    init(_ rule: ChannelRule) {
        self.init()
        name = rule.name
        channel = rule.channel.description
        priority = Int32(clamping: rule.priority)
        disabled = !rule.isEnabled
        conditions = rule.conditions.map { condition in
            var message = IngestV1.RuleCondition()
            message.tests = condition.tests.map { test in
                var message = IngestV1.RuleTest()
                message.field = .init(test.field)
                message.operator = .init(test.operator)
                message.values = test.values
                return message
            }
            return message
        }
    }
}

extension ChannelRule.Field {
    init?(_ field: IngestV1.RuleTest.Field) {
        guard let known = Self.allCases.first(where: { IngestV1.RuleTest.Field($0) == field })
        else { return nil }
        self = known
    }
}

extension ChannelRule.Operator {
    init?(_ operator: IngestV1.RuleTest.Operator) {
        guard
            let known = Self.allCases.first(where: {
                IngestV1.RuleTest.Operator($0) == `operator`
            })
        else { return nil }
        self = known
    }
}

extension IngestV1.RuleTest.Field {
    fileprivate init(_ field: ChannelRule.Field) {
        self =
            switch field {
            case .source: .source
            case .medium: .medium
            case .campaign: .campaign
            case .campaignID: .campaignID
            case .term: .term
            case .content: .content
            case .referrer: .referrer
            case .clickID: .clickID
            case .sourceCategory: .sourceCategory
            case .platform: .platform
            case .account: .account
            case .adGroup: .adGroup
            case .column: .column
            }
    }
}

extension IngestV1.RuleTest.Operator {
    fileprivate init(_ operator: ChannelRule.Operator) {
        self =
            switch `operator` {
            case .any: .any
            case .absent: .absent
            case .equals: .equals
            case .contains: .contains
            case .startsWith: .startsWith
            case .endsWith: .endsWith
            case .regex: .regex
            }
    }
}
