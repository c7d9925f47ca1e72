import HTTP2
import Testing

@Suite("Error codes of HTTP/2")
struct HTTP2ErrorCodeTests {
    @Test(
        "are called what RFC 9113 §7 calls them",
        arguments: [
            (HTTP2ErrorCode.noError, 0, "NO_ERROR"),
            (.refusedStream, 7, "REFUSED_STREAM"),
            (.enhanceYourCalm, 11, "ENHANCE_YOUR_CALM"),
            (.http11Required, 13, "HTTP_1_1_REQUIRED"),
            (HTTP2ErrorCode(rawValue: 14), 14, "0xe"),
            (HTTP2ErrorCode(rawValue: .max), .max, "0xffffffff"),
        ]
    )
    func names(code: HTTP2ErrorCode, number: UInt32, name: String) {
        #expect(code.rawValue == number)
        #expect(code.description == name)
    }
}
