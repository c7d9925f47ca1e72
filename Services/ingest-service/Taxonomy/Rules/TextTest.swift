/// Compares a text with values as rules do, without regard to case; holds if it does with one.
public struct TextTest: Sendable {
    private let comparison: CompiledRule.Comparison

    /// How many values a test may have, and how many of them if they are expressions.
    public static let mostValues = (plain: 100, expressions: 20)

    /// Why a test is none.
    public struct Fault: Error, Hashable {
        /// What is wrong, and what would be right.
        public let reason: String
    }

    /// Compiles a test.
    ///
    /// - Parameters:
    ///   - operator: how it compares.
    ///   - values: with what; none for operators that take none.
    /// - Throws: ``Fault``.
    public init(_ operator: ChannelRule.Operator, _ values: [String]) throws(Fault) {
        let (name, isRegex) = (`operator`.rawValue, `operator` == .regex)
        guard `operator`.takesValues else {
            guard values.isEmpty else { throw Fault(reason: "'\(name)' takes no values") }
            comparison = .init(`operator`, [])
            return
        }
        let most = isRegex ? Self.mostValues.expressions : Self.mostValues.plain
        guard (1...most).contains(values.count) else {
            throw Fault(reason: "'\(name)' takes 1 to \(most) values")
        }
        if isRegex {
            do throws(Pattern.Fault) {
                var patterns: [Pattern] = []
                for value in values { patterns.append(try Pattern(value)) }
                comparison = .patterns(patterns)
            } catch {
                throw Fault(reason: error.reason)
            }
            return
        }
        guard values.allSatisfy({ (1...RuleSet.mostBytes).contains($0.utf8.count) }) else {
            throw Fault(reason: "a value has 1 to \(RuleSet.mostBytes) bytes")
        }
        comparison = .init(`operator`, values.map { $0.lowercased() })
    }

    /// Whether it holds for a text; an empty one stands for none.
    public func holds(for text: String) -> Bool { comparison.holds(for: text.inSmallLetters) }
}
