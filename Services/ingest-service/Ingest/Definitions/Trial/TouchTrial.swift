internal import Messages
internal import Postgres
internal import Touches

/// What a touch rule makes of stored events, beside what another one makes of the same.
struct TouchTrial {
    private let rules: (draft: TouchRule, active: TouchRule)
    private var readers: (draft: TouchReader, active: TouchReader)
    private var visitor: String?
    private var counts: [IngestV1.TouchReport.Kind: (draft: Int64, active: Int64)] = [:]
    private var report = IngestV1.TouchReport()

    private static let mostExamples = 10

    /// An event of a visitor.
    struct Event: Sendable {
        let visitor: String
        let id: String
        let facts: TouchFacts
    }

    init(_ draft: TouchRule, beside active: TouchRule) {
        rules = (draft, active)
        readers = (TouchReader(draft), TouchReader(active))
    }

    /// Takes the next event: those of a visitor come one after the other, in the order of their
    /// times and keys.
    mutating func take(_ event: Event) {
        if event.visitor != visitor {
            visitor = event.visitor
            report.visitors += 1
            readers = (TouchReader(rules.draft), TouchReader(rules.active))
        }
        if event.facts.kind == .page { report.pages += 1 }
        let touches = (readers.draft.take(event.facts), readers.active.take(event.facts))
        if let kind = touches.0 { counts[kind, default: (0, 0)].draft += 1 }
        if let kind = touches.1 { counts[kind, default: (0, 0)].active += 1 }
        guard touches.0 != touches.1 else { return }
        report.changedEvents += 1
        if report.examples.count < Self.mostExamples { report.examples.append(event.id) }
    }

    /// What came of it.
    var message: IngestV1.TouchReport {
        var message = report
        message.counts = counts.sorted { $0.key.rawValue < $1.key.rawValue }.map { kind, counts in
            var count = IngestV1.TouchReport.Count()
            count.kind = kind
            (count.touches, count.activeTouches) = counts
            return count
        }
        return message
    }
}
