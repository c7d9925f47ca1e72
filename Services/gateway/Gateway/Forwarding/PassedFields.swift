internal import RPC
internal import Wire

/// Which fields go through the gateway, beside those that it makes anew: what speaks of the
/// connection, of who calls, or of the form of a body ends here, so that nobody can forge it.
enum PassedFields {
    /// Names that end here, in both directions.
    private static let ended: [StaticString] = [
        // Of the connection (RFC 9110, section 7.6.1), and of proxies before us.
        "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "trailer",
        "upgrade", "via", "forwarded", "expect", "max-forwards",
        // Of who calls, and of the call: made anew, or checked here.
        "authorization", "x-api-key", "cookie", "set-cookie", "x-request-id", "traceparent",
        "tracestate", "baggage", "www-authenticate", "origin", "referer", "ratelimit",
        "ratelimit-policy", "x-request-timeout",
        // Of the form of a body.
        "accept", "priority", "range", "date", "server", "vary", "cache-control", "if-none-match",
    ]

    /// Beginnings of names that end here.
    private static let endedBeginnings: [StaticString] = [
        "x-tenant-", "x-forwarded-", "x-real-", "content-", "accept-", "connect-", "sec-",
        "access-control-", "trailer-", "x-envoy-", "x-grpc-web", "x-user-agent",
    ]

    /// Whether a field goes on to a service, or comes back to the caller.
    ///
    /// - Parameter name: the field's, in lower case.
    /// - Returns: false for what ends here.
    @Sendable
    static func pass(_ name: RawSpan) -> Bool {
        for text in ended where name.equals(text) { return false }
        for text in endedBeginnings where name.hasPrefix(text) { return false }
        return true
    }
}
