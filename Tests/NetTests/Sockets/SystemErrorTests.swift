import Glibc
import Net
import Testing

@Suite("System errors")
struct SystemErrorTests {
    @Test("name the call and the reason")
    func description() {
        #expect(
            SystemError("bind", code: EADDRINUSE).description == "bind: Address already in use"
        )
        #expect(SystemError("read", code: 9999).description == "read: error 9999")
    }
}
