import HTTP2
import Net
import TestMessages
import Testing
import Wire

@testable import RPC

@Suite("A request that is wrong", .timeLimit(.minutes(5)))
struct BadRequestTests {
    /// A request that is wrong, and its answer.
    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        var headers = RPCFixture.headers()
        var body = RPCFixture.frame([])
        var http = "200"
        var code: StatusCode?
        var message = ""
    }

    private static let pathless: HeaderBlock = [
        ":method": "POST", ":scheme": "http", ":path": "/nowhere", ":authority": "test",
        "content-type": "application/grpc",
    ]
    private static let get: HeaderBlock = [
        ":method": "PUT", ":scheme": "http", ":path": "/sextant.testing.v1.Shelf/GetBook",
        ":authority": "test", "content-type": "application/grpc",
    ]

    static let cases: [Case] = [
        Case(testDescription: "with another verb", headers: get, http: "405"),
        Case(
            testDescription: "with another content type",
            headers: RPCFixture.headers("GetBook", [("content-type", "application/json")]),
            http: "415"
        ),
        Case(
            testDescription: "of gRPC-Web",
            headers: RPCFixture.headers(
                "GetBook",
                [("content-type", "application/grpc-web+proto")]
            ),
            http: "415"
        ),
        Case(
            testDescription: "with messages in JSON",
            headers: RPCFixture.headers("GetBook", [("content-type", "application/grpc+json")]),
            http: "415"
        ),
        Case(
            testDescription: "for no method at all",
            headers: pathless,
            code: .unimplemented,
            message: "the path is not /service/method"
        ),
        Case(
            testDescription: "for an unknown method",
            headers: RPCFixture.headers("Burn"),
            code: .unimplemented,
            message: "sextant.testing.v1.Shelf has no method Burn"
        ),
        Case(
            testDescription: "with a timeout that is none",
            headers: RPCFixture.headers("GetBook", [("grpc-timeout", "10 s")]),
            code: .invalidArgument,
            message: "grpc-timeout is '10 s', not up to eight digits and one of H, M, S, m, u, n"
        ),
        Case(
            testDescription: "with two timeouts",
            headers: RPCFixture.headers(
                "GetBook",
                [("grpc-timeout", "1S"), ("grpc-timeout", "9S")]
            ),
            code: .invalidArgument,
            message: "grpc-timeout is given 2 times"
        ),
        Case(
            testDescription: "with two content types",
            headers: RPCFixture.headers(
                "GetBook",
                [("content-type", "application/grpc"), ("content-type", "application/grpc+proto")]
            ),
            code: .invalidArgument,
            message: "content-type is given 2 times"
        ),
        Case(
            testDescription: "with two content types, one of them another's",
            headers: RPCFixture.headers(
                "GetBook",
                [("content-type", "application/grpc"), ("content-type", "text/html")]
            ),
            http: "415"
        ),
        Case(
            testDescription: "with two compressions",
            headers: RPCFixture.headers(
                "GetBook",
                [("grpc-encoding", "identity"), ("grpc-encoding", "gzip")]
            ),
            code: .invalidArgument,
            message: "grpc-encoding is given 2 times"
        ),
        Case(
            testDescription: "with an unknown compression",
            headers: RPCFixture.headers("GetBook", [("grpc-encoding", "lzma")]),
            code: .unimplemented,
            message: "grpc-encoding is 'lzma', not one of identity,gzip"
        ),
        Case(
            testDescription: "without a message",
            body: [],
            code: .internalError,
            message: "the call has no message"
        ),
        Case(
            testDescription: "with half a prefix",
            body: [0, 0, 0],
            code: .internalError,
            message: "the bytes end within a message"
        ),
        Case(
            testDescription: "with half a message",
            body: [0, 0, 0, 0, 9, 1],
            code: .internalError,
            message: "the bytes end within a message"
        ),
        Case(
            testDescription: "with two messages",
            body: RPCFixture.frame([]) + RPCFixture.frame([]),
            code: .internalError,
            message: "the call has more than one message"
        ),
        Case(
            testDescription: "with an unknown flag",
            body: RPCFixture.frame([], flag: 2),
            code: .internalError,
            message: "a message begins with the flag 2, not 0 or 1"
        ),
        Case(
            testDescription: "compressed without saying so",
            body: RPCFixture.frame([], flag: 1),
            code: .internalError,
            message: "a message is compressed, and grpc-encoding says not"
        ),
        Case(
            testDescription: "that is not compressed as it says",
            headers: RPCFixture.headers("GetBook", [("grpc-encoding", "gzip")]),
            body: RPCFixture.frame([1, 2, 3], flag: 1),
            code: .internalError,
            message: "a message is not compressed as gzip has it"
        ),
        Case(
            testDescription: "with a message that says it is too large",
            body: [0, 255, 255, 255, 255],
            code: .resourceExhausted,
            message: "a message may have 4194304 bytes at most"
        ),
        Case(
            testDescription: "with a message that is none",
            body: RPCFixture.frame([0x0a, 2, 0xff, 0xfe]),
            code: .invalidArgument,
            message: "sextant.testing.v1.GetBookRequest: name: a string is not valid UTF-8, "
                + "at byte 2"
        ),
    ]

    @Test("is answered with the documented status", arguments: cases)
    func answer(to request: Case) async throws {
        let fixture = try RPCFixture()
        let response = try await fixture.raw(request.headers, request.body)
        #expect(response.headers[":status"] == request.http)
        let fields = response.trailers ?? response.headers
        if let code = request.code {
            #expect(fields["grpc-status"] == "\(code.rawValue)")
            let message = fields.first("grpc-message").map {
                StatusMessage.decode(fields.value(of: $0))
            }
            #expect(message == request.message)
            #expect(fixture.reports.all.map(\.code) == [code])
        } else {
            #expect(fields["grpc-status"] == nil)
        }
        if request.headers["grpc-encoding"] == "lzma" {
            #expect(response.headers["grpc-accept-encoding"] == "identity,gzip")
        }
        await fixture.stop()
    }

    @Test("only in its te, which is doubled or missing, is served", arguments: [0, 2])
    func te(count: Int) async throws {
        let fixture = try RPCFixture()
        var headers = HeaderBlock()
        let good = RPCFixture.headers()
        for field in good.fields where String(repairing: good.name(of: field)) != "te" {
            headers.append(good.name(of: field), good.value(of: field))
        }
        for _ in 0..<count { headers.append("te", "trailers") }
        let response = try await fixture.raw(headers, RPCFixture.frame([]))
        #expect(response.headers[":status"] == "200")
        #expect(response.trailers?["grpc-status"] == "0")
        await fixture.stop()
    }

    @Test("for an unknown service says so")
    func unknownService() async throws {
        let fixture = try RPCFixture()
        var headers: HeaderBlock = [
            ":method": "POST", ":scheme": "http", ":path": "/sextant.testing.v1.Bench/Sit",
        ]
        headers.append(":authority", "test")
        headers.append("content-type", "application/grpc+proto")
        let response = try await fixture.raw(headers, RPCFixture.frame([]))
        #expect(response.headers["grpc-message"] == "there is no service sextant.testing.v1.Bench")
        await fixture.stop()
    }
}
