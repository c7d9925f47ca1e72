/// Whether some of a quota could be used, and what is left of it: what the fields of an answer say.
public struct QuotaDecision: Hashable, Sendable {
    /// Whether there was enough.
    public let isAllowed: Bool
    /// How much this instance can hold.
    public let limit: Int
    /// How much is left.
    public let remaining: Int
    /// After how long there will be enough; nil if there was, or never will be.
    public let retryAfter: Duration?
    /// After how long nothing will be missing.
    public let resetAfter: Duration

    /// The fields `ratelimit-limit`, `ratelimit-remaining`, `ratelimit-reset`, and `retry-after`
    /// with a refusal; times are whole seconds, rounded up.
    ///
    /// Source: IETF, draft-ietf-httpapi-ratelimit-headers-07; RFC 9110, §10.2.3.
    public var fields: [(name: String, value: String)] {
        var fields = [
            (name: "ratelimit-limit", value: "\(limit)"),
            (name: "ratelimit-remaining", value: "\(remaining)"),
            (name: "ratelimit-reset", value: "\(resetAfter.secondsUp)"),
        ]
        if let retryAfter {
            fields.append((name: "retry-after", value: "\(retryAfter.secondsUp)"))
        }
        return fields
    }
}

extension Duration {
    /// The seconds, rounded up.
    fileprivate var secondsUp: Int64 {
        let (seconds, attoseconds) = components
        return attoseconds > 0 ? seconds + 1 : seconds
    }
}
