internal import Crypto
internal import HTTP2
internal import Net
internal import RPC
internal import Wire

/// Some bytes that are served at a path as they are.
struct StaticPage: Sendable {
    private let body: SharedBytes
    private let head: HeaderBlock
    private let tag: String

    /// How long browsers keep a page without asking.
    enum Freshness: String {
        /// They ask each time whether it has changed.
        case asked = "no-cache"
        /// A day: it changes with the program only.
        case day = "public, max-age=86400"
    }

    /// A page.
    ///
    /// - Parameters:
    ///   - body: all of it.
    ///   - type: its media type.
    ///   - freshness: how long browsers keep it.
    init(_ body: [UInt8], type: String, _ freshness: Freshness) {
        self.body = SharedBytes(body)
        tag = "\"" + StrictBase64.url.encode(SHA256.digest(of: body.rawBytes).bytes.rawBytes) + "\""
        head = [
            ":status": "200", "content-type": type, "content-length": "\(body.count)",
            "cache-control": freshness.rawValue, "etag": tag,
            "content-security-policy": Self.policy, "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer", "cross-origin-resource-policy": "same-origin",
        ]
    }

    /// A page loads nothing from elsewhere, and nobody frames it.
    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    /// Answers a request for it.
    ///
    /// Source: RFC 9110, sections 9.3.2, 13.1.2 and 15.5.6.
    ///
    /// - Parameters:
    ///   - exchange: the request, on its loop.
    ///   - common: fields of every answer.
    /// - Throws: ``Refusal`` of other verbs than GET and HEAD.
    func answer(_ exchange: any ServerExchange, _ common: HeaderBlock) throws(Refusal) {
        let verb = exchange.request[":method"] ?? ""
        guard verb == "GET" || verb == "HEAD" else {
            throw .wrongVerb(verb, allowed: ["GET", "HEAD"])
        }
        let isKnown = exchange.request["if-none-match"] == tag
        var fields: HeaderBlock = isKnown ? [":status": "304", "etag": tag] : head
        fields.append(common)
        let isShort = isKnown || verb == "HEAD"
        exchange.respond(fields, endsStream: isShort)
        if !isShort { exchange.finish(sending: body, trailers: nil) }
    }
}
