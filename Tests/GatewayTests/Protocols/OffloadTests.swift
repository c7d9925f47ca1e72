import Foundation
import Net
import RPC
import Tenancy
import Testing
import Wire

@Suite("What takes long to translate", .timeLimit(.minutes(5)))
struct OffloadTests {
    private static let example = "/sextant.testing.v1.Example"

    private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var output = OutputBuffer()
        Gzip.compress(bytes.rawBytes, to: &output)
        return Array(copying: output.bytes)
    }

    /// A message in an envelope that says that it is compressed.
    private static func envelope(_ bytes: [UInt8]) -> [UInt8] {
        [1, 0, 0, UInt8(bytes.count >> 8), UInt8(bytes.count & 255)] + bytes
    }

    private struct Request {
        let verb: String
        let path: String
        var fields: [(String, String)] = []
        var body: [UInt8]?
        /// Where the answer has this.
        let expected: String
    }

    /// Requests that are short, and may hold or ask for much.
    private static var requests: [Request] {
        let folded = gzip(Array(#"{"count":1}"#.utf8))
        let query = Data(folded).base64EncodedString().replacing("+", with: "%2B")
        return [
            Request(
                verb: "POST",
                path: example + "/PlotLine",
                fields: [("content-type", "application/json"), ("content-encoding", "gzip")],
                body: folded,
                expected: #"{"x":["0"],"y":[0]}"#
            ),
            Request(
                verb: "GET",
                path: example
                    + "/PlotLine?encoding=json&compression=gzip&base64=1&message=\(query)",
                expected: #"{"x":["0"],"y":[0]}"#
            ),
            Request(
                verb: "POST",
                path: example + "/StreamChunks",
                fields: [
                    ("content-type", "application/connect+json"),
                    ("connect-content-encoding", "gzip"),
                ],
                body: envelope(folded),
                expected: "{}"
            ),
            Request(
                verb: "POST",
                path: example + "/Echo",
                fields: [
                    ("content-type", "application/connect+json"),
                    ("connect-content-encoding", "gzip"),
                ],
                body: envelope(gzip(Array(#"{"number":7}"#.utf8))),
                expected: #"{"number":7}"#
            ),
            Request(
                verb: "GET",
                path: "/v1/example:stream?count=1&size=100000",
                expected: #"{"number":0,"payload":"KioqKioq"#
            ),
            Request(
                verb: "GET",
                path: "/v1/example:line?count=10000",
                expected: #""x":["0","1""#
            ),
        ]
    }

    @Test("is translated beside the loop, and others are answered meanwhile")
    func beside() async throws {
        let gateway = try await GatewayFixture()
        let key = [("x-api-key", try await gateway.key().reveal())]
        let (held, gate) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
        try gateway.offload.submit {
            held.continuation.finish()
            gate.wait()
        }
        for await _ in held.stream {}
        let answers = Self.requests.map { request in
            Task {
                try await gateway.request(
                    request.verb,
                    request.path,
                    key + request.fields,
                    body: request.body
                )
            }
        }
        while gateway.offload.queued < answers.count { await Task.yield() }
        let quick = try await gateway.request("GET", "/v1/example:line?count=0", key)
        #expect(quick.status == 200, "\(quick.text)")
        gate.signal()
        for (request, answer) in zip(Self.requests, answers) {
            let answer = try await answer.value
            #expect(answer.status == 200)
            #expect(answer.text.contains(request.expected), "\(answer.text.prefix(200))")
        }
        await gateway.stop()
    }
}
