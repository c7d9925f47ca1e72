public import Messages
public import RPC

/// Which of a visitor's events are touches: the contract's `TouchRule`, checked.
public struct TouchRule: Sendable {
    /// After how many microseconds without an act a session is over.
    let idle: Int64
    /// Whether a new arrival does not start a session while another one lasts.
    let keepsSessions: Bool
    /// In small letters.
    let ignoredSources: Set<String>
    let messageEvents: Set<String>
    let hasClicks: Bool
    let hasImpressions: Bool
    let hasDirect: Bool

    private static let mostIdle: Int32 = 1_440
    private static let mostSources = 200
    private static let mostMessages = 100
    private static let mostBytes = 200

    /// Checks a rule.
    ///
    /// - Parameter message: as it was written.
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    public init(_ message: IngestV1.TouchRule) throws(RPCError) {
        var violations = FieldViolations()
        violations.check(
            (1...Self.mostIdle).contains(message.idleMinutes),
            "touch_rule.idle_minutes",
            "expected 1 to 1,440"
        )
        for (name, texts, most) in [
            ("ignored_sources", message.ignoredSources, Self.mostSources),
            ("message_events", message.messageEvents, Self.mostMessages),
        ] {
            violations.check(
                texts.count <= most
                    && texts.allSatisfy { (1...Self.mostBytes).contains($0.utf8.count) },
                "touch_rule.\(name)",
                "expected at most \(most), each of 1 to \(Self.mostBytes) bytes"
            )
        }
        try violations.finish("the touch rule is not well made")
        idle = Int64(message.idleMinutes) * 60_000_000
        keepsSessions = message.keepsSessions
        ignoredSources = Set(message.ignoredSources.map { $0.lowercased() })
        messageEvents = Set(message.messageEvents)
        hasClicks = !message.withoutClicks
        hasImpressions = !message.withoutImpressions
        hasDirect = !message.withoutDirect
    }
}

extension IngestV1.TouchRule {
    /// The platform's: sessions of half an hour, and messages as Segment's specification has them.
    public static let standard: Self = {
        var rule = Self()
        rule.idleMinutes = 30
        rule.messageEvents = [
            "Email Delivered", "Push Notification Delivered", "Push Notification Received",
            "SMS Delivered",
        ]
        return rule
    }()
}
