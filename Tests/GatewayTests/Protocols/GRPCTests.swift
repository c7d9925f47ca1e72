import Tenancy
import TestKit
import Testing

@Suite("gRPC and gRPC-Web at the gateway", .timeLimit(.minutes(5)))
struct GRPCTests {
    private static let plot = "/sextant.testing.v1.Example/PlotLine"

    @Test("passes calls of grpcio on, which finds the methods by reflection")
    func grpcio() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        let output = try await OutsideProgram.run(
            OutsideProgram.python,
            OutsideProgram.repository + "/Tests/GatewayTests/Peers/grpc_calls.py",
            gateway.address,
            key.reveal()
        )
        #expect(output.status == 0, "\(output.errors)")
        #expect(
            output.text == """
                plot 2 [0.0, 1.0]
                compressed 1 [0.0]
                INVALID_ARGUMENT count: expected 0 to 1,000,000 ErrorInfo BadRequest
                stream 0 1 2
                echo 5 6 7
                digest parts=3 size=6
                DEADLINE_EXCEEDED
                UNAUTHENTICATED the request carries no API key
                UNIMPLEMENTED sextant.testing.v1.Example has no method Nothing

                """
        )
    }

    @Test("serves clients of gRPC-Web and of gRPC that Connect's library has")
    func outsideClient() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = try await gateway.key()
        for name in ["GRPC", "GRPC_WEB"] {
            let output = try await OutsideProgram.run(
                OutsideProgram.python,
                OutsideProgram.repository + "/Tests/GatewayTests/Peers/connect_calls.py",
                gateway.address,
                key.reveal(),
                name
            )
            #expect(output.status == 0, "\(output.errors)")
            #expect(
                output.text == """
                    proto 2 [0.0, 1.0]
                    INVALID_ARGUMENT count: expected 0 to 1,000,000
                    stream 0 1 2

                    """
            )
        }
    }

    @Test("ends gRPC-Web's answers with the trailers, in bytes and in base64")
    func web() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = [("authorization", "Bearer \(try await gateway.key().reveal())")]
        let request = Self.frame([0x10, 1])
        let binary = try await gateway.request(
            "POST",
            Self.plot,
            key + [("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")],
            body: request
        )
        #expect(binary.status == 200 && binary["content-type"] == "application/grpc-web+proto")
        let message: [UInt8] = [0x12, 1, 0, 0x1a, 8] + [UInt8](repeating: 0, count: 8)
        let ending = Self.frame(Array("grpc-status:0\r\n".utf8), flag: 0x80)
        #expect(binary.body == Self.frame(message) + ending)
        let text = try await gateway.request(
            "POST",
            Self.plot,
            key + [("content-type", "application/grpc-web-text")],
            // In two pieces, each padded.
            body: Array((Self.base64(request[..<4]) + Self.base64(request[4...])).utf8)
        )
        #expect(text["content-type"] == "application/grpc-web-text+proto")
        #expect(text.text == Self.base64(Self.frame(message)[...] + ending))
    }

    @Test("tells errors of gRPC-Web in the trailers")
    func webErrors() async throws {
        let gateway = try await GatewayFixture.shared.value
        let key = [("authorization", "Bearer \(try await gateway.key().reveal())")]
        let type = [("content-type", "application/grpc-web+proto")]
        let refused = try await gateway.request("POST", Self.plot, type, body: Self.frame([]))
        #expect(refused.status == 200 && refused.body.first == 0x80)
        #expect(refused.text.contains("grpc-status:16\r\n"))
        let unknown = try await gateway.request("POST", "/a.B/C", key + type, body: Self.frame([]))
        #expect(unknown.text.contains("grpc-status:12\r\n"), "\(unknown.text)")
        let broken = try await gateway.request(
            "POST",
            Self.plot,
            key + [("content-type", "application/grpc-web-text")],
            body: Array("!!!!".utf8)
        )
        #expect(broken.status == 200, "\(broken.text)")
        let verb = try await gateway.request("GET", Self.plot, key + type)
        #expect(verb.status == 405 && verb["allow"] == "POST")
        let codec = try await gateway.request(
            "POST",
            Self.plot,
            key + [("content-type", "application/grpc-web+json")],
            body: []
        )
        #expect(codec.status == 415)
    }

    private static func frame(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        [flag, 0, 0, UInt8(message.count >> 8), UInt8(message.count & 255)] + message
    }

    /// The slow form.
    private static func base64(_ bytes: ArraySlice<UInt8>) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        var rest = bytes
        while !rest.isEmpty {
            let group = Array(rest.prefix(3))
            rest = rest.dropFirst(3)
            let bits = (0..<3).reduce(0) { $0 << 8 | ($1 < group.count ? Int(group[$1]) : 0) }
            for place in 0..<4 {
                text.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : "=")
            }
        }
        return text
    }
}
