import HTTP2
import TestKit
import Testing
import Wire

@testable import Net

@Suite("Handlers of requests that come together", .timeLimit(.minutes(1)))
struct HandlerRunTests {
    /// Serves requests that say by `x-wait` whether their handler waits for a body that never ends.
    private static func fixture(_ journal: Journal<String>) throws -> ServerFixture {
        try ServerFixture(loops: 1) { exchange in
            let name = exchange.request["x-name"] ?? ""
            journal.add("\(name) begins")
            if exchange.request["x-wait"] != nil {
                do {
                    _ = try await exchange.body(upTo: 100)
                } catch {
                    journal.add("\(name) \(error)")
                }
            }
            journal.add("\(name) ends\(Task.isCancelled ? ", cancelled" : "")")
            exchange.respond([":status": "200"], endsStream: true)
        }
    }

    private static func request(_ id: UInt32, _ name: String, waits: Bool = false) -> [UInt8] {
        let fields = [("x-name", name)] + (waits ? [("x-wait", "1")] : [])
        return RawFrame.request(id, endsStream: !waits, fields).bytes
    }

    /// Waits until a client has an answer: all that was sent before has been handled by then.
    private static func settle(_ fixture: ServerFixture) async throws {
        let client = try await fixture.client()
        _ = try await client.request(ServerFixture.post())
        await client.close()
    }

    @Test("go on one after the other, and those that wait hold up and cancel none but themselves")
    func waiting() async throws {
        let journal = Journal<String>()
        let fixture = try Self.fixture(journal)
        let peer = try RawConnection(port: fixture.port)
        peer.send(
            clientGreeting + Self.request(1, "a") + Self.request(3, "b", waits: true)
                + Self.request(5, "c") + Self.request(7, "d", waits: true)
                + Self.request(9, "e", waits: true) + Self.request(11, "f")
        )
        // The answers of those that do not wait.
        while peer.frames.count(where: { $0.kind == .headers }) < 3 {
            peer.receive(waitingMilliseconds: 100)
        }
        #expect(
            journal.entries == [
                "a begins", "a ends", "b begins", "c begins", "c ends", "d begins", "e begins",
                "f begins", "f ends",
            ]
        )
        peer.send(RawFrame.reset(7, .cancel).bytes + Self.request(13, "g"))
        while peer.frames.count(where: { $0.kind == .headers }) < 4 {
            peer.receive(waitingMilliseconds: 100)
        }
        try await Self.settle(fixture)
        let rest = journal.entries.dropFirst(9).filter { !$0.hasPrefix(" ") }
        #expect(
            rest.sorted() == ["d closed(CANCEL)", "d ends, cancelled", "g begins", "g ends"]
        )
        peer.send(RawFrame.reset(3, .cancel).bytes + RawFrame.reset(9, .cancel).bytes)
        try await Self.settle(fixture)
        await fixture.stop()
        #expect(journal.entries.contains("b ends, cancelled"))
        #expect(journal.entries.contains("e ends, cancelled"))
    }
}
