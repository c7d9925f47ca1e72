import Telemetry
import Tenancy
import TestTenants
import Testing

@Suite("Reads at the gateway", .timeLimit(.minutes(5)))
struct ServedReadsTests {
    private let path = "/v1/items?pageSize=1000"

    private func make(_ gateway: GatewayFixture, _ key: APIKey, _ title: String) async throws {
        let body = #"{"title":"\#(title)","idempotencyKey":"\#(title)"}"#
        #expect(try await gateway.rest("POST", "/v1/items", key, body).status == 200)
    }

    private func outcomes(_ gateway: GatewayFixture) -> [Substring] {
        String(decoding: gateway.registry.text(.prometheus), as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("gateway_reads_total{") }.sorted()
    }

    @Test("are answered from memory until their tenant changes something, for those who may read")
    func reads() async throws {
        let gateway = try await GatewayFixture()
        let key = try await gateway.key()
        try await make(gateway, key, "one")
        let first = try await gateway.rest("GET", path, key)
        #expect(first.text.contains(#""title":"one""#))
        #expect(first["cache-control"] == "private, no-cache" && first["etag"] != nil)
        let again = try await gateway.rest("GET", path, try await gateway.key())
        #expect(again.text == first.text && again["etag"] == first["etag"])
        #expect(again["x-request-id"] != first["x-request-id"])
        #expect(
            outcomes(gateway) == [
                #"gateway_reads_total{outcome="hit"} 1"#, #"gateway_reads_total{outcome="miss"} 1"#,
            ]
        )
        // The answer is there, and not for everyone.
        let other = try await gateway.rest("GET", path, try await gateway.key(for: [1]))
        #expect(other.status == 200 && !other.text.contains("one"))
        let poor = try await gateway.key(scopes: ["jobs:read"])
        #expect(try await gateway.rest("GET", path, poor).status == 403)
        // Who has changed something sees it, however often.
        for number in 2...5 {
            try await make(gateway, key, "\(number)")
            let list = try await gateway.rest("GET", path, key)
            #expect(list.text.contains(#""title":"\#(number)""#), "\(list.text)")
        }
        // What was refused has changed nothing, and nothing of it goes on.
        #expect(try await gateway.rest("POST", "/v1/items", key, "{}").status == 400)
        for _ in 0..<2 { _ = try await gateway.rest("GET", path, key) }
        #expect(outcomes(gateway).contains(#"gateway_reads_total{outcome="hit"} 2"#))
        let fresh = [("cache-control", "no-cache")]
        _ = try await gateway.rest("GET", path, key, nil, fresh)
        #expect(outcomes(gateway).contains(#"gateway_reads_total{outcome="passed"} 1"#))
        await gateway.stop()
    }

    @Test("are not sent again to those who have the answer, in REST and Connect")
    func known() async throws {
        let gateway = try await GatewayFixture()
        let key = try await gateway.key()
        let connect =
            "/sextant.testing.v1.Example/ListItems?encoding=json&message=%7B%22pageSize%22%3A7%7D"
        for target in ["/v1/items?pageSize=7", connect] {
            let first = try await gateway.rest("GET", target, key)
            let tag = try #require(first["etag"], "\(first.text)")
            let known = [("if-none-match", #""x", "# + tag)]
            let second = try await gateway.rest("GET", target, key, nil, known)
            #expect(second.status == 304 && second.body.isEmpty && second["etag"] == tag)
            #expect(second["content-type"] == nil && second["content-length"] == nil)
            #expect(second["cache-control"] == "private, no-cache")
            let other = try await gateway.rest("GET", target, key, nil, [("if-none-match", "x")])
            #expect(other.status == 200 && !other.body.isEmpty)
        }
        await gateway.stop()
    }

    @Test("of methods without a lifetime are never kept")
    func others() async throws {
        let gateway = try await GatewayFixture.shared.value
        let line = try await gateway.rest(
            "GET",
            "/v1/example:line?count=1",
            try await gateway.key()
        )
        #expect(line.status == 200 && line["etag"] == nil && line["cache-control"] == "no-store")
    }
}
