/// Compiles rules, and keeps what is wrong with them.
struct RuleChecker {
    private(set) var faults: [RuleFaults.Fault] = []
    private var patternCount = 0
    private let fields: [ChannelRule.Field]

    init(_ subject: RuleSet.Subject) { fields = subject.fields }

    /// Compiles rules that a tenant has written.
    ///
    /// - Parameter rules: as they came.
    /// - Returns: one for each; of no use if there are faults.
    mutating func compile(_ rules: [ChannelRule]) -> [CompiledRule] {
        check(rules.count <= RuleSet.mostRules, "rules", "at most \(RuleSet.mostRules) rules")
        var names: Set<String> = []
        return rules.prefix(RuleSet.mostRules).enumerated().map { index, rule in
            let place = "rules[\(index)]"
            let size = rule.name.utf8.count
            check(
                (1...RuleSet.mostBytes).contains(size),
                "\(place).name",
                "a name has 1 to \(RuleSet.mostBytes) bytes"
            )
            check(
                names.insert(rule.name).inserted,
                "\(place).name",
                "'\(rule.name.prefix(100))' is there twice"
            )
            return CompiledRule(conditions: conditions(of: rule, at: place))
        }
    }

    private mutating func conditions(
        of rule: ChannelRule,
        at place: String
    ) -> [[CompiledRule.Test]] {
        let most = RuleSet.mostConditions
        check(rule.conditions.count <= most, "\(place).conditions", "at most \(most) conditions")
        return rule.conditions.prefix(most).enumerated().map { number, condition in
            let place = "\(place).conditions[\(number)]"
            check(
                (1...most).contains(condition.tests.count),
                "\(place).tests",
                "a condition has 1 to \(most) tests"
            )
            return condition.tests.prefix(most).enumerated().compactMap { index, test in
                compile(test, at: "\(place).tests[\(index)]")
            }
        }
    }

    private mutating func compile(
        _ test: ChannelRule.Test,
        at place: String
    ) -> CompiledRule.Test? {
        let values = test.values.map { $0.lowercased() }
        check(
            fields.contains(test.field),
            "\(place).field",
            "one of \(fields.map(\.rawValue).joined(separator: ", "))"
        )
        if !test.operator.takesValues {
            check(
                values.isEmpty,
                "\(place).values",
                "'\(test.operator.rawValue)' takes no values"
            )
            return CompiledRule.Test(field: test.field, comparison: .isThere(test.operator == .any))
        }
        check(
            (1...RuleSet.mostValues).contains(values.count),
            "\(place).values",
            "'\(test.operator.rawValue)' takes 1 to \(RuleSet.mostValues) values"
        )
        if test.operator == .regex { return compile(patterns: test, at: place) }
        for (index, value) in values.prefix(RuleSet.mostValues).enumerated() {
            check(
                (1...RuleSet.mostBytes).contains(value.utf8.count),
                "\(place).values[\(index)]",
                "a value has 1 to \(RuleSet.mostBytes) bytes; to test that a field is missing "
                    + "use 'absent'"
            )
            if let known = Self.known(test.field) {
                check(
                    known.contains(value),
                    "\(place).values[\(index)]",
                    "one of \(known.joined(separator: ", "))"
                )
            }
        }
        return CompiledRule.Test(field: test.field, comparison: .init(test.operator, values))
    }

    private mutating func compile(
        patterns test: ChannelRule.Test,
        at place: String
    ) -> CompiledRule.Test? {
        let most = 20
        check(test.values.count <= most, "\(place).values", "at most \(most) patterns")
        var patterns: [Pattern] = []
        for (index, text) in test.values.prefix(most).enumerated() {
            patternCount += 1
            guard patternCount <= RuleSet.mostPatterns else {
                check(
                    false,
                    "\(place).values[\(index)]",
                    "at most \(RuleSet.mostPatterns) expressions in all rules"
                )
                break
            }
            do {
                patterns.append(try Pattern(text))
            } catch {
                check(false, "\(place).values[\(index)]", error.reason)
            }
        }
        return CompiledRule.Test(field: test.field, comparison: .patterns(patterns))
    }

    /// The only values that a field has; nil if it may have any.
    private static func known(_ field: ChannelRule.Field) -> [String]? {
        switch field {
        case .clickID: ClickID.allCases.map(\.parameter)
        case .sourceCategory: SourceCategory.allCases.map(\.rawValue)
        default: nil
        }
    }

    private mutating func check(_ isRight: Bool, _ field: String, _ reason: String) {
        if !isRight { faults.append(RuleFaults.Fault(field: field, reason: reason)) }
    }
}
