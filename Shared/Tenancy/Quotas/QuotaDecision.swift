internal import Telemetry

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

    /// The fields `ratelimit-policy` and `ratelimit`, and `retry-after` with a refusal; times are
    /// whole seconds, rounded up.
    ///
    /// The policy is the limit that all instances share; what is left is what this one gives.
    ///
    /// Source: IETF, draft-ietf-httpapi-ratelimit-headers-11; RFC 9110, §10.2.3.
    ///
    /// - Parameters:
    ///   - policy: what was asked of.
    ///   - name: what callers know it as: printable ASCII without quotes and backslashes.
    /// - Returns: names in lower case, and values.
    public func fields(
        of policy: QuotaLimit,
        named name: String = "default"
    ) -> [(name: String, value: String)] {
        let window = policy.window.secondsUp
        var fields = [
            (name: "ratelimit-policy", value: "\"\(name)\";q=\(policy.amount);w=\(window)"),
            (name: "ratelimit", value: "\"\(name)\";r=\(remaining);t=\(resetAfter.secondsUp)"),
        ]
        if let retryAfter {
            fields.append((name: "retry-after", value: "\(retryAfter.secondsUp)"))
        }
        return fields
    }
}
