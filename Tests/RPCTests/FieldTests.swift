import HTTP2
import Testing
import Wire

@testable import RPC

@Suite("The fields of calls")
struct FieldTests {
    private func decode(_ text: String) -> String {
        StatusMessage.decode(text.utf8Span.span.asRawSpan)
    }

    @Test("escape all but printable ASCII in a status message")
    func messages() {
        let special = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
        #expect(
            StatusMessage.encode(special)
                == "%09%0Atest with whitespace%0D%0Aand Unicode BMP %E2%98%BA and non-BMP "
                + "%F0%9F%98%88%09%0A"
        )
        for text in ["", "plain", "100 %", special, "\u{0}\u{7f}\u{80}"] {
            #expect(decode(StatusMessage.encode(text)) == text)
        }
    }

    @Test("leave broken escapes as they are")
    func brokenEscapes() {
        #expect(decode("%") == "%")
        #expect(decode("a%4") == "a%4")
        #expect(decode("%4g%zz%41") == "%4g%zzA")
        #expect(decode("%e2%98%ba") == "☺")
        #expect(decode("%ff") == "\u{fffd}")
    }

    @Test("cut a long status message between two characters")
    func longMessage() {
        let long = String(repeating: "ä", count: 1_000)
        #expect(decode(StatusMessage.encode(long)) == String(repeating: "ä", count: 512))
        #expect(decode(StatusMessage.encode("x" + long)).utf8.count == 1_023)
    }

    @Test("take metadata that is legal, and say what is not")
    func metadata() throws {
        var metadata = Metadata()
        try metadata.add("x-a.b_c", "value with  blanks")
        try metadata.add("x-empty", "")
        try metadata.add("x-bytes-bin", bytes: [1, 2, 255])
        for name in ["", "X-Upper", "x y", "x:y", "ü"] {
            #expect(throws: Metadata.Fault.illegalName(name)) { try metadata.add(name, "v") }
        }
        for name in ["grpc-status", "grpc-anything", "content-type", "te", "user-agent", "host"] {
            #expect(throws: Metadata.Fault.reservedName(name)) { try metadata.add(name, "v") }
        }
        for value in ["new\nline", " blank", "blank ", "ü", "\u{7f}"] {
            #expect(throws: Metadata.Fault.illegalValue(name: "x")) { try metadata.add("x", value) }
        }
        #expect(throws: Metadata.Fault.wrongKind(name: "x-bin")) { try metadata.add("x-bin", "v") }
        #expect(throws: Metadata.Fault.wrongKind(name: "x")) { try metadata.add("x", bytes: [1]) }
        #expect(metadata.names == ["x-a.b_c", "x-empty", "x-bytes-bin"])
        #expect(metadata["x-empty"] == "" && metadata["x-none"] == nil)
        #expect(metadata.bytes("x-bytes-bin") == [[1, 2, 255]])
    }

    @Test("read bytes with padding and without, one or several to a field")
    func binaryMetadata() {
        let block: HeaderBlock = [
            ":path": "/", "grpc-encoding": "gzip", "x-bin": "AQL/", "x-bin": "q6ur, AQ==,AQ",
            "x-bin": "!!!!", "x-bin": "", "x-bin": "AQ,,AQ", "y": "z",
        ]
        let metadata = Metadata(received: block)
        #expect(
            metadata.bytes("x-bin")
                == [[1, 2, 255], [171, 171, 171], [1], [1], [], [1], [], [1]]
        )
        #expect(metadata.names == ["x-bin", "x-bin", "x-bin", "x-bin", "x-bin", "y"])
        #expect(metadata["grpc-encoding"] == nil && metadata[":path"] == nil)
        #expect(!metadata.isEmpty)
    }

    @Test("name all codes, and read any number")
    func codes() {
        #expect(StatusCode.allCases.map(\.rawValue) == Array(0...16))
        #expect(Set(StatusCode.allCases.map(\.name)).count == 17)
        #expect(StatusCode.parse("0") == .ok && StatusCode.parse("16") == .unauthenticated)
        #expect(StatusCode.parse("17") == .unknown && StatusCode.parse("-1") == nil)
        #expect(StatusCode.parse("") == nil && StatusCode.parse("1a") == nil)
    }

    @Test("without a status have one inferred")
    func inferred() {
        let table = [
            400: StatusCode.internalError, 401: .unauthenticated, 403: .permissionDenied,
            404: .unimplemented, 429: .unavailable, 431: .internalError, 502: .unavailable,
            503: .unavailable, 504: .unavailable, 200: .unknown, 500: .unknown, 0: .unknown,
        ]
        for (status, code) in table { #expect(StatusCode.inferred(fromHTTP: status) == code) }
        let resets: [(HTTP2ErrorCode, StatusCode)] = [
            (.noError, .internalError), (.protocolError, .internalError),
            (.refusedStream, .unavailable), (.cancel, .cancelled),
            (.enhanceYourCalm, .resourceExhausted), (.inadequateSecurity, .permissionDenied),
        ]
        for (reset, code) in resets { #expect(StatusCode.inferred(from: reset) == code) }
    }

    @Test("say what an answer of another protocol means", arguments: ["503", "200", "404"])
    func foreignAnswer(status: String) {
        let fields: HeaderBlock = [":status": status, "content-type": "text/html"]
        let expected = [
            "503": StatusCode.unavailable, "200": .unknown, "404": .unimplemented,
        ][status]
        let error = #expect(throws: RPCError.self) { try AnswerReader.compression(fields) }
        #expect(error?.code == expected && error?.origin == .inferred)
    }
}
