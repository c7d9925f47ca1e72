/// What a tenant calls a channel in addresses and in calls: `paid_social`.
public struct ChannelSlug: Hashable, Sendable, CustomStringConvertible {
    /// The slug: 1 to 63 of `a-z 0-9 _`, the first a letter.
    public let description: String

    /// Takes a slug; nil if it is none.
    public init?(_ text: some StringProtocol) {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = text.utf8.first, letters.contains(first), text.utf8.count <= 63,
            text.utf8.allSatisfy({
                letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_")
            })
        else { return nil }
        description = String(text)
    }

    /// A slug of ours, which the tests hold to the rule.
    init(known: StaticString) { description = "\(known)" }
}

/// Says of some traffic, or of some spend, which channel it belongs to.
public struct ChannelRule: Hashable, Sendable {
    /// What people call the rule; unique in its set.
    public var name: String
    /// Where what it matches belongs.
    public var channel: ChannelSlug
    /// Rules with the smaller number are asked first; of equal ones the earlier in the set.
    public var priority: Int
    /// Whether it is asked at all.
    public var isEnabled: Bool
    /// All of them must hold; a rule without conditions matches everything.
    public var conditions: [Condition]

    /// A rule that is asked.
    public init(
        _ name: String,
        channel: ChannelSlug,
        priority: Int = 100,
        isEnabled: Bool = true,
        conditions: [Condition]
    ) {
        self.name = name
        self.channel = channel
        self.priority = priority
        self.isEnabled = isEnabled
        self.conditions = conditions
    }

    /// Holds if one of its tests does.
    public struct Condition: Hashable, Sendable {
        /// The tests; at least one.
        public var tests: [Test]

        /// A condition of some tests.
        public init(_ tests: [Test]) { self.tests = tests }
    }

    /// What is looked at: of visits, of spend, or, as the campaign, of both.
    public enum Field: String, CaseIterable, Sendable {
        case source, medium, campaign, term, content
        case campaignID = "campaign_id"
        case referrer
        case clickID = "click_id"
        case sourceCategory = "source_category"
        case platform, account
        case adGroup = "ad_group"
        case column
    }

    /// How it is compared, always without regard to case.
    public enum Operator: String, CaseIterable, Sendable {
        /// It is there at all.
        case any
        /// It is not there.
        case absent
        case equals, contains
        case startsWith = "starts_with"
        case endsWith = "ends_with"
        /// A part of it matches a regular expression.
        case regex

        /// Whether it needs values.
        public var takesValues: Bool { self != .any && self != .absent }
    }

    /// Compares a field with values; holds if it does with one of them.
    public struct Test: Hashable, Sendable {
        /// What is looked at.
        public var field: Field
        /// How.
        public var `operator`: Operator
        /// With what; none for operators that take none.
        public var values: [String]

        /// A test.
        public init(_ field: Field, _ operator: Operator, _ values: [String] = []) {
            self.field = field
            self.operator = `operator`
            self.values = values
        }
    }
}
