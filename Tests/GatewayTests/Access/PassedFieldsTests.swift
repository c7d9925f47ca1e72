import Testing
import Wire

@testable import Gateway

@Suite("Fields that go through the gateway")
struct PassedFieldsTests {
    @Test(
        "are the caller's own, and none that speak of who calls, or of the connection",
        arguments: [
            ("idempotency-key", true), ("last-event-id", true), ("if-match", true),
            ("x-my-own", true), ("x-my-own-bin", true), ("etag", true), ("http-status", true),
            ("authorization", false), ("x-api-key", false), ("cookie", false),
            ("x-tenant-context", false), ("x-tenant-id", false), ("x-tenant-anything", false),
            ("x-forwarded-for", false), ("forwarded", false), ("via", false),
            ("proxy-authorization", false), ("keep-alive", false), ("upgrade", false),
            ("x-request-id", false), ("traceparent", false), ("content-length", false),
            ("accept", false), ("origin", false), ("sec-fetch-mode", false),
            ("connect-timeout-ms", false), ("ratelimit", false), ("set-cookie", false),
        ]
    )
    func pass(name: String, passes: Bool) {
        #expect(PassedFields.pass(name.utf8Span.span.asRawSpan) == passes)
    }
}
