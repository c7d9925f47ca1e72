public import Messages
internal import Postgres

/// Finds the touches among a visitor's events, which it takes in the order of their times and keys.
public struct TouchReader: Sendable {
    private let rule: TouchRule
    private var session: Session?

    private struct Session {
        let arrival: PostgresUUID?
        /// When the visitor last did something.
        var time: Int64
    }

    /// A reader that has seen nothing of the visitor.
    ///
    /// - Parameter rule: the rule.
    public init(_ rule: TouchRule) { self.rule = rule }

    /// Takes the next event.
    ///
    /// - Parameter facts: the event's.
    /// - Returns: what touch it is; nil if it is none.
    public mutating func take(_ facts: TouchFacts) -> IngestV1.TouchReport.Kind? {
        switch facts.kind {
        case .page: return open(facts)
        case .click: return rule.hasClicks ? .click : nil
        case .impression: return rule.hasImpressions ? .impression : nil
        case .custom where rule.messageEvents.contains(facts.name): return .message
        case .conversion, .identify, .custom:
            if !isOver(at: facts.time) { session?.time = facts.time }
            return nil
        default: return nil
        }
    }

    private mutating func open(_ page: TouchFacts) -> IngestV1.TouchReport.Kind? {
        let isIgnored = rule.ignoredSources.contains(page.source)
        let arrival = isIgnored ? nil : page.arrival
        let isNew = !rule.keepsSessions && arrival != nil && arrival != session?.arrival
        guard isOver(at: page.time) || isNew else {
            session?.time = page.time
            return nil
        }
        session = Session(arrival: arrival, time: page.time)
        if arrival != nil { return .session }
        return rule.hasDirect ? .direct : nil
    }

    /// Whether there is no session, or none that lasts until then.
    private func isOver(at time: Int64) -> Bool {
        session.map { time - $0.time >= rule.idle } ?? true
    }
}
