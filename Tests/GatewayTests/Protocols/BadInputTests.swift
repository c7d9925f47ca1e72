import HTTP2
import Net
import RPC
import Telemetry
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@Suite("Bad input at the gateway", .timeLimit(.minutes(5)))
struct BadInputTests {
    /// The status and the reason of a problem, and the field that it names.
    private func problem(_ answer: GatewayFixture.HTTPAnswer) -> String {
        #expect(answer["content-type"] == "application/problem+json", "\(answer.text)")
        let reason = answer.text.firstMatch(of: /"reason":"([A-Z_]+)"/)?.1 ?? ""
        let field = answer.text.firstMatch(of: /"field":"([^"]*)"/)?.1
        return "\(answer.status) \(reason)" + (field.map { " \($0)" } ?? "")
    }

    @Test("is told apart by problems that name the field")
    func bodies() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        let deep = String(repeating: #"{"scale":"#, count: 200) + String(repeating: "}", count: 200)
        let cases: [(String, String)] = [
            (#"{"cuont":1}"#, "400 UNKNOWN_FIELD cuont"),
            (#"{"scale":{"stop":1}}"#, "400 UNKNOWN_FIELD scale.stop"),
            (#"{"count":"#, "400 INVALID_JSON count"),
            (#"{"count":1} x"#, "400 INVALID_JSON "),
            (#"[]"#, "400 WRONG_TYPE "),
            (deep, "400 UNKNOWN_FIELD scale.scale"),
            (#"{"count":1,"count":2}"#, "400 DUPLICATE_FIELD count"),
            (#"{"count":"one"}"#, "400 WRONG_TYPE count"),
            (#"{"count":5000000000}"#, "400 OUT_OF_RANGE count"),
            (#"{"start":9007199254740993}"#, "400 OUT_OF_RANGE start"),
            (#"{"direction":"SIDEWAYS"}"#, "400 UNKNOWN_ENUM_VALUE direction"),
            (#"{"since":"yesterday"}"#, "400 INVALID_VALUE since"),
            (#"{"count":-1}"#, "400 COUNT_RANGE count"),
            ("\u{feff}{}", "400 INVALID_JSON "),
        ]
        for (body, expected) in cases {
            let answer = try await gateway.rest("POST", "/v1/example:line", key, body)
            #expect(problem(answer) == expected, "\(body.prefix(80)): \(answer.text)")
        }
        let bytes = try await gateway.request(
            "POST",
            "/v1/example:line",
            [("x-api-key", key.reveal()), ("content-type", "application/json")],
            body: Array(#"{"direction":""#.utf8) + [0xff] + Array(#""}"#.utf8)
        )
        #expect(problem(bytes).hasPrefix("400 "), "\(bytes.text)")
        // The largest integers are told in quotes.
        let exact = try await gateway.rest(
            "POST",
            "/v1/example:line",
            key,
            #"{"start":"9007199254740993","count":1}"#
        )
        #expect(exact.text.contains(#""x":["9007199254740993"]"#), "\(exact.text)")
    }

    @Test("passes unknown members over where that is asked for")
    func lenient() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        let path = "/v1/example:line?ignore_unknown_fields="
        let answer = try await gateway.rest("POST", path + "true&more=1", key, #"{"cuont":[1,{}]}"#)
        #expect(answer.status == 200, "\(answer.text)")
        let refused = try await gateway.rest("POST", path + "false", key, #"{"cuont":1}"#)
        #expect(problem(refused) == "400 UNKNOWN_FIELD cuont")
        let odd = try await gateway.rest("POST", path + "perhaps", key, "{}")
        #expect(problem(odd) == "400 QUERY_INVALID ignore_unknown_fields")
    }

    @Test("in queries and paths is told like that in bodies")
    func queries() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        let cases = [
            ("/v1/example:line?cuont=1", "400 UNKNOWN_FIELD cuont"),
            ("/v1/example:line?count=one", "400 WRONG_TYPE count"),
            ("/v1/example:line?scale=1", "400 WRONG_TYPE scale"),
            ("/v1/example:line?scale.step=big", "400 WRONG_TYPE scale.step"),
            ("/v1/example:line?direction=up", "400 UNKNOWN_ENUM_VALUE direction"),
            ("/v1/example:line?since=1", "400 INVALID_VALUE since"),
            ("/v1/example:line?count=%zz", "400 QUERY_INVALID"),
            ("/v1/example:line?count=%ff", "400 QUERY_INVALID"),
            ("/v1/items/%e0%80", "400 PATH_INVALID"),
            (
                "/v1/example:line?" + (0..<201).map { "a=\($0)" }.joined(separator: "&"),
                "400 QUERY_TOO_LONG"
            ),
        ]
        for (path, expected) in cases {
            let answer = try await gateway.rest("GET", path, key)
            #expect(problem(answer) == expected, "\(path.prefix(60)): \(answer.text)")
        }
        // What is no call is counted all the same, whether it is no field or no query.
        let text = String(decoding: gateway.registry.text(.prometheus), as: UTF8.self)
        for reason in ["unknown_field", "query_invalid"] {
            #expect(text.contains(#"gateway_refusals_total{reason="\#(reason)"}"#))
        }
    }

    @Test("is refused by path, verb and kind before anything is read")
    func targets() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        for path in ["/", "/v1", "/v1/nothing", "/api/unknown", "/v1/items/", "/v1//items"] {
            let answer = try await gateway.rest("GET", path, key)
            #expect(problem(answer) == "404 PATH_UNKNOWN", "\(path)")
            #expect(answer["x-request-id"] != nil)
        }
        let verb = try await gateway.rest("DELETE", "/v1/items", key)
        #expect(problem(verb) == "405 METHOD_NOT_ALLOWED")
        #expect(verb["allow"] == "POST, GET", "\(verb["allow"] ?? "")")
        let kinds: [([(String, String)], String)] = [
            ([("content-type", "text/xml")], "415 MEDIA_TYPE_UNSUPPORTED"),
            ([("content-length", "2")], "415 MEDIA_TYPE_UNSUPPORTED"),
            (
                [("content-type", "application/json"), ("content-encoding", "gzip")],
                "415 MEDIA_TYPE_UNSUPPORTED"
            ),
            (
                [("content-type", "application/json"), ("accept", "image/png, text/*;q=0")],
                "406 NOT_ACCEPTABLE"
            ),
            (
                [("content-type", "application/json"), ("x-request-timeout", "soon")],
                "400 TIMEOUT_INVALID"
            ),
        ]
        for (fields, expected) in kinds {
            let answer = try await gateway.request(
                "POST",
                "/v1/example:line",
                fields + [("x-api-key", key.reveal())],
                body: Array("{}".utf8)
            )
            #expect(problem(answer) == expected, "\(fields)")
        }
    }

    @Test("that is too large is refused, told or not")
    func sizes() async throws {
        let gateway = try await GatewayFixture(["BODY_LIMIT": "1MiB", "UPLOAD_LIMIT": "2MiB"])
        let key = try await gateway.key()
        let large = [UInt8](repeating: 0x20, count: (1 << 20) + 1)
        let type = [("content-type", "application/json"), ("x-api-key", key.reveal())]
        let told = try await gateway.request(
            "POST",
            "/v1/example:line",
            type + [("content-length", "\(large.count)")],
            body: large
        )
        #expect(problem(told) == "413 BODY_TOO_LARGE")
        let untold = try await gateway.request("POST", "/v1/example:line", type, body: large)
        #expect(problem(untold) == "413 BODY_TOO_LARGE")
        let fits = try await gateway.request(
            "POST",
            "/v1/example:line",
            type,
            body: Array("{}".utf8) + large.dropLast(3)
        )
        #expect(fits.status == 200, "\(fits.text)")
        let upload = try await gateway.request(
            "POST",
            "/v1/example/big:digest",
            [("x-api-key", key.reveal())],
            body: large + large
        )
        #expect(problem(upload) == "413 BODY_TOO_LARGE")
        await gateway.stop()
    }

    @Test("that is too large for its method is refused in each protocol")
    func methodSizes() async throws {
        let example = "sextant.testing.v1.Example"
        let gateway = try await GatewayFixture(
            ["BODY_LIMITS": "\(example)/PlotLine=1KiB, \(example)/Digest=2KiB"]
        )
        let key = [("x-api-key", try await gateway.key().reveal())]
        let json = Array("{}".utf8) + [UInt8](repeating: 0x20, count: 1_100)
        let rest = try await gateway.request(
            "POST",
            "/v1/example:line",
            key + [("content-type", "application/json")],
            body: json
        )
        #expect(problem(rest) == "413 BODY_TOO_LARGE")
        let connect = try await gateway.request(
            "POST",
            "/\(example)/PlotLine",
            key + [("content-type", "application/json")],
            body: json
        )
        #expect(connect.status == 429 && connect.text.contains("1024 bytes"), "\(connect.text)")
        // A message of one unknown field.
        let message: [UInt8] = [0x7a, 0xc8, 0x08] + [UInt8](repeating: 0, count: 1_096)
        let frame: [UInt8] = [0, 0, 0, UInt8(message.count >> 8), UInt8(message.count & 255)]
        let native = try await gateway.request(
            "POST",
            "/\(example)/PlotLine",
            key + [("content-type", "application/grpc"), ("te", "trailers")],
            body: frame + message
        )
        #expect((native.trailers ?? native.headers)["grpc-status"] == "8")
        let fits = try await gateway.request(
            "POST",
            "/\(example)/Digest",
            key + [("content-type", "application/grpc"), ("te", "trailers")],
            body: frame + message
        )
        #expect(fits.trailers?["grpc-status"] == "0")
        await gateway.stop()
    }

    @Test("of services becomes problems: one that hangs, is away, or answers garbage")
    func services() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        let hangs = try await gateway.rest(
            "POST",
            "/v1/example:sleep",
            key,
            #"{"duration":"600s"}"#,
            [("x-request-timeout", "0.05")]
        )
        #expect(problem(hangs) == "504 DEADLINE_EXCEEDED")
        let unmapped = try await gateway.rest("POST", "/v1/example:fail", key, #"{"message":"x"}"#)
        #expect(problem(unmapped) == "500 INTERNAL")
        #expect(unmapped.text.contains("something went wrong on our side"))
        let garbage = try HTTP2Server(
            address: .loopback(port: 0),
            group: gateway.served.fixture.group
        ) { exchange in
            _ = try await exchange.body(upTo: 1 << 20)
            exchange.respond([":status": "200", "content-type": "application/grpc"])
            // A message that is none.
            try await exchange.send(SharedBytes([0, 0, 0, 0, 2, 0xff, 0xff]))
            exchange.finish(trailers: ["grpc-status": "0"])
        }
        let target = RPCTarget(addresses: [garbage.boundAddress], authority: "garbage.test")
        let talks = try await GatewayFixture(backend: target)
        let other = try await talks.key()
        let nonsense = try await talks.rest("GET", "/v1/items", other)
        #expect(problem(nonsense) == "500 INTERNAL", "\(nonsense.text)")
        await garbage.stop(within: .seconds(5))
        let away = try await talks.rest("GET", "/v1/items", other)
        #expect(problem(away) == "503 UNAVAILABLE", "\(away.text)")
        #expect(away["retry-after"] == "1")
        await talks.stop()
    }

    @Test("leaves nothing of a request to a service that is not authenticated")
    func unauthenticated() async throws {
        let gateway = try await GatewayFixture()
        for (verb, path) in [("GET", "/v1/items"), ("POST", "/v1/example:sleep")] {
            _ = try await gateway.rest(verb, path, nil, verb == "POST" ? "{}" : nil)
        }
        _ = try await gateway.request(
            "POST",
            "/sextant.testing.v1.Example/Echo",
            [("content-type", "application/grpc"), ("te", "trailers")],
            body: [0, 0, 0, 0, 0]
        )
        #expect(!gateway.served.metrics.contains("grpc_server_handled_total{"))
        await gateway.stop()
    }
}
