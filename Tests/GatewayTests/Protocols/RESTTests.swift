import HTTP2
import Observe
import Telemetry
import Tenancy
import TestTenants
import Testing

@Suite("REST at the gateway", .timeLimit(.minutes(5)))
struct RESTTests {
    @Test("makes, finds and lists items by their routes")
    func items() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        let made = try await gateway.rest(
            "POST",
            "/v1/items",
            key,
            #"{"title":"one","idempotencyKey":"rest-items"}"#
        )
        #expect(made.status == 200, "\(made.text)")
        #expect(made["content-type"] == "application/json")
        #expect(made["content-length"] == "\(made.body.count)")
        #expect(made["cache-control"] == "no-store")
        #expect(made["x-request-id"]?.utf8.count == 32)
        let name = try #require(made.text.split(separator: "\"").first { $0.hasPrefix("items/") })
        let found = try await gateway.rest("GET", "/v1/\(name)", key)
        #expect(found.status == 200 && found.text == made.text)
        let title = try await gateway.rest("GET", "/v1/\(name)/title", key)
        #expect(title.text == #""one""#)
        let page = try await gateway.rest("GET", "/v1/items?pageSize=1000", key)
        #expect(page.text.hasPrefix(#"{"items":[{"name":"#))
        // What is empty is there all the same, so that callers find what they expect.
        #expect(page.text.hasSuffix(#""nextPageToken":""}"#), "\(page.text)")
    }

    @Test("gives the first answer again to a request that is made again")
    func again() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        let body = #"{"title":"once","idempotencyKey":"rest-again"}"#
        let first = try await gateway.rest("POST", "/v1/items", key, body)
        let second = try await gateway.rest("POST", "/v1/items", key, body)
        #expect(first.status == 200 && second.text == first.text, "\(second.text)")
        let other = #"{"title":"twice","idempotencyKey":"rest-again"}"#
        let refused = try await gateway.rest("POST", "/v1/items", key, other)
        #expect(refused.status == 422, "\(refused.text)")
        #expect(refused.text.contains(#""reason":"IDEMPOTENCY_KEY_REUSED""#), "\(refused.text)")
    }

    @Test("binds paths, queries and bodies to fields, in either form of names")
    func binding() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        let cases: [(String, String, String?, String)] = [
            (
                "GET", "/v1/example:line?start=5&count=2&direction=DIRECTION_FALLING", nil,
                #"{"direction":"DIRECTION_FALLING","x":["5","6"],"y":[-0.0,-1],"labelNames":[]}"#
            ),
            (
                "GET",
                "/v1/example:line?count=1&scale.labels=a%20b&scale.labels=c+d&scale.step=2.5",
                nil,
                #"{"direction":"DIRECTION_UNSPECIFIED","x":["0"],"y":[0],"#
                    + #""labelNames":["a b","c d"]}"#
            ),
            (
                "POST", "/v1/example:line", #"{"count":2,"scale":{"step":0.5}}"#,
                #"{"direction":"DIRECTION_UNSPECIFIED","x":["0","1"],"y":[0,0.5],"labelNames":[]}"#
            ),
            // The body is one field, the path another, the query a third.
            (
                "POST", "/v1/example/line/1?start=-3", #"{"labels":["x"]}"#,
                #"{"direction":"DIRECTION_UNSPECIFIED","x":["-3"],"y":[0],"labelNames":["x"]}"#
            ),
            (
                "GET",
                "/v1/example:line?count=0&direction=2&since=2026-01-02T03:04:05.5Z",
                nil,
                #"{"direction":"DIRECTION_FALLING","x":[],"y":[],"labelNames":[],"#
                    + #""since":"2026-01-02T03:04:05.500Z"}"#
            ),
            // Below /api names are as in the contract, and enums have short ones.
            (
                "GET", "/api/example/line?count=0&direction=falling&scale.labels=z", nil,
                #"{"direction":"falling","x":[],"y":[],"label_names":["z"]}"#
            ),
            // What no body says, and a body that is empty.
            (
                "POST", "/v1/example:line", "",
                #"{"direction":"DIRECTION_UNSPECIFIED","x":[],"y":[],"labelNames":[]}"#
            ),
        ]
        for (verb, path, body, expected) in cases {
            let answer = try await gateway.rest(verb, path, key, body)
            #expect(answer.status == 200 && answer.text == expected, "\(path): \(answer.text)")
        }
    }

    @Test("streams lines, and events that can be resumed")
    func streams() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        let lines = try await gateway.rest("GET", "/v1/example:stream?count=2&size=1", key)
        #expect(lines["content-type"] == "application/x-ndjson")
        #expect(
            lines.text == #"{"number":0,"payload":"Kg=="}"# + "\n"
                + #"{"number":1,"payload":"Kg=="}"# + "\n"
        )
        let events = try await gateway.rest(
            "GET",
            "/v1/example:stream?count=2",
            key,
            nil,
            [("accept", "text/event-stream")]
        )
        #expect(events["content-type"] == "text/event-stream; charset=utf-8")
        #expect(
            events.text == """
                id: 1
                data: {"number":0,"payload":""}

                id: 2
                data: {"number":1,"payload":""}

                event: end
                data: {}


                """
        )
        let rest = try await gateway.rest(
            "GET",
            "/v1/example:stream?count=3",
            key,
            nil,
            [("accept", "text/event-stream"), ("last-event-id", "2")]
        )
        #expect(rest.text.hasPrefix("id: 3\ndata: {\"number\":2,"), "\(rest.text)")
        #expect(rest["last-event-id"] == "2")
        // A stream that fails before it begins is a problem.
        let refused = try await gateway.rest(
            "GET",
            "/v1/example:stream?count=-1",
            key,
            nil,
            [("accept", "text/event-stream")]
        )
        #expect(refused.status == 400 && refused["content-type"] == "application/problem+json")
    }

    @Test("takes an upload of any length in pieces")
    func upload() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let sum = bytes.reduce(UInt64(0)) { $0 + UInt64($1) }
        let answer = try await gateway.request(
            "POST",
            "/v1/example/my%20file:digest",
            [("x-api-key", key.reveal()), ("content-type", "application/octet-stream")],
            body: bytes
        )
        #expect(
            answer.text.hasPrefix(#"{"label":"my file","size":"3000000","parts":"#)
                && answer.text.hasSuffix(#","sum":"\#(sum)"}"#),
            "\(answer.text)"
        )
        let empty = try await gateway.request(
            "POST",
            "/v1/example/none:digest",
            [("x-api-key", key.reveal())]
        )
        #expect(empty.text == #"{"label":"none","size":"0","parts":1,"sum":"0"}"#)
    }

    @Test("shows lists and series as CSV to those who ask")
    func csv() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key(for: [1])
        for (title, number) in [("=1+1", "1"), ("a,\\\"b\\\"\\nc", "2")] {
            _ = try await gateway.rest(
                "POST",
                "/v1/items",
                key,
                #"{"title":"\#(title)","idempotencyKey":"csv-\#(number)"}"#
            )
        }
        let csv = [("accept", "text/csv;q=0.9, application/json;q=0.1")]
        let list = try await gateway.rest("GET", "/v1/items?pageSize=2", key, nil, csv)
        #expect(list["content-type"] == "text/csv; charset=utf-8")
        let rows = list.text.components(separatedBy: "\r\n")
        #expect(rows.first == "name,title,createdAt")
        #expect(rows.count == 4 && rows[1].hasPrefix("items/1,\"'=1+1\",20"), "\(list.text)")
        #expect(rows[2].hasPrefix("items/2,\"a,\"\"b\"\"\nc\",20"), "\(list.text)")
        let line = "/v1/example:line?count=2&start=-1&scale.labels=-x&scale.labels=-5"
        let series = try await gateway.rest("GET", line, key, nil, csv)
        #expect(series.text == "x,y,labelNames\r\n-1,0,\"'-x\"\r\n0,1,-5\r\n", "\(series.text)")
    }

    @Test("lets a service choose the status, and hides what is not for callers")
    func metadata() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        let answer = try await gateway.rest(
            "GET",
            "/v1/items",
            key,
            nil,
            [
                ("x-request-id", "my-name"), ("cache-control", "no-cache"),
                ("traceparent", "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"),
            ]
        )
        #expect(answer["x-request-id"] == "my-name")
        #expect(answer["x-tenant-id"] == nil && answer["x-tenant-context"] == nil)
        let names = answer.headers.fields.map { answer.headers.name(of: $0).byteCount }
        #expect(!names.isEmpty)
        let traced = gateway.served.spans.all.contains {
            "\($0.context.traceID)" == "0123456789abcdef0123456789abcdef"
        }
        #expect(traced)
    }
}

extension String {
    fileprivate func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        parts.append(String(rest))
        return parts
    }
}
