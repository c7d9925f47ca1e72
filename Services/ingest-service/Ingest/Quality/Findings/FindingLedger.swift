internal import Messages
internal import Wire

/// What a snapshot does to a tenant's findings: a decision without tables.
struct FindingLedger: Sendable {
    /// What findings are told apart by: only one of each is open.
    struct Key: Hashable, Sendable {
        let rule: String
        let subject: String
    }

    /// A finding that was open before the snapshot.
    struct Known: Sendable {
        let number: Int64
        let key: Key
        var state: FindingState
        /// As it is kept: what it is of, and the last evidence.
        var message: IngestV1.QualityFinding
    }

    /// Findings that are new.
    private(set) var opened: [(key: Key, state: FindingState, message: IngestV1.QualityFinding)] =
        []
    /// Those that were known, as they stand now.
    private(set) var moved: [Known] = []

    /// How many of those that were known are resolved.
    var resolved: Int { moved.count { !$0.state.isOpen } }

    /// How many findings are opened by one snapshot: the others are by the next.
    static let mostOpened = 1_000

    /// Decides.
    ///
    /// - Parameters:
    ///   - known: the open findings.
    ///   - streaks: the rules in force, gone on up to the snapshot's day.
    ///   - day: which.
    init(_ known: [Known], _ streaks: [RuleStreaks], on day: Int32) {
        var looks: [Key: (RuleStreaks.Look, QualityRule)] = [:]
        var rules: Set<String> = []
        for streak in streaks where !streak.rule.message.disabled {
            let name = streak.rule.message.name
            rules.insert(name)
            for (subject, look) in streak.looks {
                looks[Key(rule: name, subject: subject)] = (look, streak.rule)
            }
        }
        for var finding in known {
            let look = looks.removeValue(forKey: finding.key)
            switch look {
            case (.broken(let metric), let rule)?:
                finding.state.look(.broken, on: day)
                finding.message = rule.finding(metric)
            case (.kept, _)?: finding.state.look(.kept, on: day)
            case nil:
                let isRuled = rules.contains(finding.key.rule)
                finding.state.look(isRuled ? .silent : .unruled, on: day)
            }
            moved.append(finding)
        }
        for (key, (look, rule)) in looks.sorted(by: { $0.key < $1.key }) {
            guard case .broken(let metric) = look, opened.count < Self.mostOpened else { continue }
            opened.append((key, FindingState(openedOn: day), rule.finding(metric)))
        }
    }
}

extension FindingLedger.Key: Comparable {
    static func < (left: Self, right: Self) -> Bool {
        (left.rule, left.subject) < (right.rule, right.subject)
    }
}

extension QualityRule {
    /// A finding as it is kept: what is said of it until a later snapshot says more.
    fileprivate func finding(_ metric: IngestV1.QualityMetric) -> IngestV1.QualityFinding {
        var finding = IngestV1.QualityFinding()
        finding.rule = message.name
        finding.metric = metric.name
        finding.dimensions = metric.dimensions
        finding.severity = message.severity
        finding.evidence = metric
        finding.summary = summary(of: metric)
        finding.advice = advice
        return finding
    }
}
