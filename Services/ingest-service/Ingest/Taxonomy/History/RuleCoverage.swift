internal import Messages
internal import Taxonomy

/// Touches by the rules that they fall under, while they are looked at.
struct RuleCoverage: Sendable {
    /// Where a touch belongs, and by whose word.
    enum Reason: Hashable, Sendable {
        case named
        case unmatched
        /// By the rule of the name.
        case rule(String)
    }

    /// Traffic with one end.
    struct Kind: Hashable, Sendable, Comparable {
        let reason: Reason
        /// The number of the channel that a sender named; nil if a rule says it.
        let named: Int32?
        let traffic: StoredEvent.Traffic

        static func < (left: Kind, right: Kind) -> Bool { left.traffic < right.traffic }
    }

    private var counts: [Reason: Int] = [:]
    private var kinds = TopCounts<Kind>()

    private static let mostExamples = 5
    private static let mostTraffic = 100

    /// Finds the rule of a touch.
    static func look(at event: StoredEvent, by rules: RuleSet) throws -> Kind {
        if let channel = event.channel, event.rulesVersion == nil {
            return Kind(reason: .named, named: channel, traffic: event.traffic)
        }
        let rule = try event.clues().flatMap { rules.match(TrafficSource($0)) }
        return Kind(
            reason: rule.map { .rule($0.name) } ?? .unmatched,
            named: nil,
            traffic: event.traffic
        )
    }

    mutating func note(_ kind: Kind) {
        counts[kind.reason, default: 0] += 1
        kinds.add(kind)
    }

    /// Tells what was found.
    ///
    /// - Parameters:
    ///   - message: where to.
    ///   - rules: all of them, in the order in which they are asked.
    ///   - own: the names of the tenant's own.
    ///   - slugs: of channels, by their numbers.
    ///   - sample: what was looked at.
    func tell(
        _ message: inout IngestV1.Coverage,
        _ rules: RuleSet,
        own: Set<String>,
        slugs: [Int32: String],
        _ sample: EventSample
    ) {
        let whole = counts.values.reduce(0, +)
        func count(_ reason: Reason) -> Int { counts[reason] ?? 0 }
        func sum(_ isMeant: (ChannelRule) -> Bool) -> Int {
            rules.rules.filter(isMeant).reduce(0) { $0 + count(.rule($1.name)) }
        }
        message.ownRules = sample.share(sum { own.contains($0.name) }, of: whole)
        message.defaultGroup = sample.share(sum { !own.contains($0.name) }, of: whole)
        message.named = sample.share(count(.named), of: whole)
        message.unmatched = sample.share(count(.unmatched), of: whole)
        message.rules = rules.rules.map { rule in
            var told = IngestV1.Coverage.Rule()
            told.name = rule.name
            told.channel = rule.channel.description
            told.priority = Int32(clamping: rule.priority)
            told.ofDefaultGroup = !own.contains(rule.name)
            told.disabled = !rule.isEnabled
            told.touches = sample.share(count(.rule(rule.name)), of: whole)
            told.examples = kinds.top(Self.mostExamples, by: <) { $0.reason == .rule(rule.name) }
                .map { IngestV1.TrafficCount($0.key.traffic, $0.count) }
            return told
        }
        let channels = Dictionary(uniqueKeysWithValues: rules.rules.map { ($0.name, $0.channel) })
        message.traffic = kinds.top(Self.mostTraffic, by: <).map { kind, count in
            var told = IngestV1.Coverage.Traffic()
            told.traffic = IngestV1.TrafficCount(kind.traffic, count)
            switch kind.reason {
            case .named: told.channel = kind.named.flatMap { slugs[$0] } ?? ""
            case .unmatched: told.channel = DefaultChannelGroup.unassigned.description
            case .rule(let name):
                told.rule = name
                told.channel = channels[name]?.description ?? ""
            }
            return told
        }
    }
}
