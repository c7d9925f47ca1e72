import Glibc
import Testing

@testable import Lifecycle

@Suite("Signals that stop")
struct StopPolicyTests {
    @Test("ask for an orderly stop first, and then end the process as shells count")
    func order() {
        var terminated = StopPolicy()
        #expect(terminated.take(SIGTERM) == .stop)
        #expect(terminated.take(SIGTERM) == .end(status: 143))
        var interrupted = StopPolicy()
        #expect(interrupted.take(SIGTERM) == .stop)
        #expect(interrupted.take(SIGINT) == .end(status: 130))
        #expect(interrupted.take(SIGTERM) == .end(status: 143))
    }
}
