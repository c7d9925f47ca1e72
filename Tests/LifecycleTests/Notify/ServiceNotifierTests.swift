import TestKit
import Testing

@testable import Lifecycle

@Suite("A notifier of the service manager", .timeLimit(.minutes(5)))
struct ServiceNotifierTests {
    @Test("tells states by datagrams, to paths and abstract names", arguments: [false, true])
    func states(isAbstract: Bool) throws {
        let manager = ManagerSocket(isAbstract: isAbstract)
        let notifier = try ServiceNotifier(path: manager.path)
        #expect(notifier.tell([.ready]) == nil)
        #expect(manager.next() == "READY=1")
        #expect(notifier.tell([.stopping, .status("drains\nREADY=1")]) == nil)
        #expect(manager.next() == "STOPPING=1\nSTATUS=drains READY=1")
        #expect(notifier.tell([.watchdog]) == nil)
        #expect(manager.next() == "WATCHDOG=1")
    }

    @Test("says why nobody was told, and does not wait")
    func nobody() throws {
        let notifier = try ServiceNotifier(path: "/no/such/socket")
        #expect(notifier.tell([.ready]) == "sendto: No such file or directory")
        let manager = ManagerSocket(isAbstract: true)
        let flooding = try ServiceNotifier(path: manager.path)
        // The manager reads nothing: its queue is full some time.
        var refusal: String?
        for _ in 0..<100_000 where refusal == nil { refusal = flooding.tell([.watchdog]) }
        #expect(refusal?.hasPrefix("sendto: ") == true)
    }

    @Test(
        "refuses what is no address",
        arguments: [
            "run/notify", "@", "/", "vsock:2:1", "/a\0b", "/" + String(repeating: "x", count: 108),
        ]
    )
    func wrongPaths(path: String) {
        #expect(throws: ServiceNotifierError.self) { _ = try ServiceNotifier(path: path) }
    }
}
