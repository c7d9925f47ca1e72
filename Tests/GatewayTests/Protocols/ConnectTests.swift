import Tenancy
import TestKit
import Testing

@Suite("Connect at the gateway", .timeLimit(.minutes(5)))
struct ConnectTests {
    private static let example = "/sextant.testing.v1.Example"

    private func call(
        _ gateway: GatewayFixture,
        _ method: String,
        _ body: [UInt8],
        _ fields: [(String, String)] = [("content-type", "application/json")]
    ) async throws -> GatewayFixture.HTTPAnswer {
        let key = try await gateway.key()
        return try await gateway.request(
            "POST",
            "\(Self.example)/\(method)",
            [("authorization", "Bearer \(key.reveal())")] + fields,
            body: body
        )
    }

    @Test("makes unary calls in JSON and protobuf")
    func unary() async throws {
        let gateway = try await GatewayFixture.shared.value
        let json = try await call(gateway, "PlotLine", Array(#"{"count":1}"#.utf8))
        #expect(json.status == 200 && json["content-type"] == "application/json")
        #expect(json.text == #"{"x":["0"],"y":[0]}"#)
        let proto = try await call(
            gateway,
            "PlotLine",
            [0x10, 0x01],
            [("content-type", "application/proto"), ("connect-protocol-version", "1")]
        )
        #expect(proto["content-type"] == "application/proto")
        #expect(proto.body == [0x12, 1, 0, 0x1a, 8] + [UInt8](repeating: 0, count: 8))
        let unknown = try await call(
            gateway,
            "PlotLine",
            [1],
            [("content-type", "application/json"), ("content-encoding", "br")]
        )
        #expect(unknown.status == 501, "\(unknown.text)")
        #expect(
            unknown.text.hasPrefix(#"{"code":"unimplemented","message":"the compression is 'br'"#)
        )
    }

    @Test("reads by GET, in JSON and in base64")
    func get() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        let fields = [("authorization", "Bearer \(key.reveal())")]
        let queries = [
            "message=%7B%22count%22%3A1%7D&encoding=json&connect=v1",
            "connect=v1&base64=1&encoding=json&message=eyJjb3VudCI6MX0",
        ]
        for query in queries {
            let answer = try await gateway.request(
                "GET",
                "\(Self.example)/PlotLine?\(query)",
                fields
            )
            #expect(
                answer.status == 200 && answer.text == #"{"x":["0"],"y":[0]}"#,
                "\(answer.text)"
            )
        }
        // What changes something is not read.
        let made = try await gateway.request(
            "GET",
            "\(Self.example)/CreateItem?message=%7B%7D&encoding=json",
            fields
        )
        #expect(made.status == 405 && made["allow"] == "POST")
        let missing = try await gateway.request(
            "GET",
            "\(Self.example)/PlotLine?encoding=json",
            fields
        )
        #expect(missing.status == 400 && missing.text.contains(#""code":"invalid_argument""#))
    }

    @Test("tells errors with their details, in its own names")
    func errors() async throws {
        let gateway = try await GatewayFixture.shared.value
        let failed = try await call(gateway, "PlotLine", Array(#"{"count":-1}"#.utf8))
        #expect(failed.status == 400 && failed["content-type"] == "application/json")
        #expect(
            failed.text.hasPrefix(
                #"{"code":"invalid_argument","message":"count: expected 0 to 1,000,000","#
                    + #""details":[{"type":"google.rpc.ErrorInfo","value":""#
            ),
            "\(failed.text)"
        )
        #expect(
            failed.text.contains(
                #"{"type":"google.rpc.BadRequest","value":"#
                    + #""CiAKBWNvdW50EhdleHBlY3RlZCAwIHRvIDEsMDAwLDAwMA"}"#
            )
        )
        for (code, name, status) in [
            (1, "canceled", 499), (5, "not_found", 404), (8, "resource_exhausted", 429),
            (14, "unavailable", 503),
        ] {
            let answer = try await call(
                gateway,
                "Fail",
                Array(#"{"code":\#(code),"message":"so"}"#.utf8)
            )
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.text == #"{"code":"\#(name)","message":"so"}"#)
        }
        let unknown = try await call(gateway, "PlotLine", Array(#"{"scale":{"stop":1}}"#.utf8))
        #expect(
            unknown.text.contains(
                #""message":"scale.stop: the message has no field of that name""#
            ),
            "\(unknown.text)"
        )
    }

    @Test("streams messages in envelopes, of which the last says how it went")
    func streams() async throws {
        let gateway = try await GatewayFixture.shared.value
        let json = [("content-type", "application/connect+json")]
        let answer = try await call(
            gateway,
            "StreamChunks",
            Self.envelope(#"{"count":2}"#),
            json
        )
        #expect(answer.status == 200 && answer["content-type"] == "application/connect+json")
        #expect(
            answer.body == Self.envelope("{}") + Self.envelope(#"{"number":1}"#)
                + Self.envelope("{}", flag: 2)
        )
        let both = try await call(
            gateway,
            "Echo",
            Self.envelope(#"{"number":7}"#) + Self.envelope(#"{"payload":"AA=="}"#),
            json
        )
        #expect(
            both.body == Self.envelope(#"{"number":7}"#) + Self.envelope(#"{"payload":"AA=="}"#)
                + Self.envelope("{}", flag: 2)
        )
        let refused = try await call(
            gateway,
            "StreamChunks",
            Self.envelope(#"{"count":-1}"#),
            json
        )
        #expect(refused.status == 200)
        #expect(
            refused.body
                == Self.envelope(
                    #"{"error":{"code":"invalid_argument","#
                        + #""message":"count, size: expected 1,000,000 of 1 MiB at most"}}"#,
                    flag: 2
                )
        )
        let broken = try await call(gateway, "Echo", Self.envelope(#"{"nummer":7}"#), json)
        #expect(
            String(decoding: broken.body, as: UTF8.self).contains(#""code":"invalid_argument""#)
        )
    }

    @Test("refuses bodies of other kinds and other versions")
    func kinds() async throws {
        let gateway = try await GatewayFixture.shared.value
        for (method, type) in [
            ("PlotLine", "application/connect+json"), ("Echo", "application/json"),
            ("PlotLine", "text/plain"), ("PlotLine", ""),
        ] {
            let answer = try await call(gateway, method, [1], [("content-type", type)])
            #expect(answer.status == 415, "\(method) \(type): \(answer.text)")
        }
        let version = try await call(
            gateway,
            "PlotLine",
            Array("{}".utf8),
            [("content-type", "application/json"), ("connect-protocol-version", "2")]
        )
        #expect(version.status == 400 && version.text.contains("version"))
        let timeout = try await call(
            gateway,
            "Sleep",
            Array(#"{"duration":"600s"}"#.utf8),
            [("content-type", "application/json"), ("connect-timeout-ms", "50")]
        )
        #expect(timeout.status == 504 && timeout.text.hasPrefix(#"{"code":"deadline_exceeded""#))
    }

    @Test("serves Connect's own client for Python")
    func outsideClient() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        let output = try await OutsideProgram.run(
            OutsideProgram.python,
            OutsideProgram.repository + "/Tests/GatewayTests/Peers/connect_calls.py",
            gateway.address,
            key.reveal()
        )
        #expect(output.status == 0, "\(output.errors)")
        #expect(
            output.text == """
                json 2 [0.0, 1.0]
                proto 2 [0.0, 1.0]
                get 2 [0.0, 1.0]
                INVALID_ARGUMENT count: expected 0 to 1,000,000
                stream 0 1 2

                """
        )
    }

    /// A message in an envelope.
    private static func envelope(_ text: String, flag: UInt8 = 0) -> [UInt8] {
        let bytes = Array(text.utf8)
        return [flag, 0, 0, UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
    }
}
