internal import HTTP2

/// What pages of other origins may do (WHATWG Fetch, “CORS protocol”).
///
/// Credentials are keys that a page must have in its hands: no browser adds them by itself, so that
/// any origin may be let in. From where a browser's key may be used, the key itself says.
struct CrossOrigin: Sendable {
    private let origins: Set<String>

    /// What a page may see of an answer, beside what it always may.
    private static let exposed =
        "x-request-id, ratelimit, ratelimit-policy, retry-after, etag, location, grpc-status, "
        + "grpc-message, grpc-status-details-bin"
    private static let methods = "GET, POST, PUT, PATCH, DELETE"
    private static let headers =
        "authorization, x-api-key, x-tenant-id, x-tenant-slug, content-type, accept, "
        + "idempotency-key, if-match, if-none-match, cache-control, last-event-id, "
        + "x-request-id, x-request-timeout, traceparent, tracestate, grpc-timeout, x-grpc-web, "
        + "x-user-agent, connect-protocol-version, connect-timeout-ms, "
        + "connect-content-encoding, connect-accept-encoding"

    /// - Parameter origins: those that may call; `*` for any.
    init(_ origins: [String]) { self.origins = Set(origins) }

    private func isAllowed(_ origin: String) -> Bool {
        origins.contains("*") || origins.contains(origin)
    }

    /// What every answer to a page says.
    ///
    /// - Parameter origin: where the page is from; nil if no page asks.
    /// - Returns: fields, none if there is no page or it may not call.
    func fields(for origin: String?) -> HeaderBlock {
        guard let origin, isAllowed(origin) else { return HeaderBlock() }
        var fields = allowing(origin)
        fields.append("access-control-expose-headers", Self.exposed)
        return fields
    }

    /// The answer to a browser that asks whether a page may call.
    func preflight(_ origin: String?) -> HeaderBlock {
        var fields: HeaderBlock = [":status": "204"]
        guard let origin, isAllowed(origin) else { return fields }
        fields.append(allowing(origin))
        fields.append("access-control-allow-methods", Self.methods)
        fields.append("access-control-allow-headers", Self.headers)
        fields.append("access-control-max-age", "7200")
        return fields
    }

    private func allowing(_ origin: String) -> HeaderBlock {
        if origins.contains("*") { return ["access-control-allow-origin": "*"] }
        return ["access-control-allow-origin": origin, "vary": "origin"]
    }
}
