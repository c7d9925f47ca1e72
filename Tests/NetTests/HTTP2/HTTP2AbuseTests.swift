import Foundation
import HTTP2
import TestKit
import Testing
import Wire

@testable import Net

/// The abuse set: all attacks at once, each over a socket of its own, while an honest client is
/// served.
@Suite("A server under attack", .timeLimit(.minutes(3)))
struct HTTP2AbuseTests {
    enum Attack: String, CaseIterable {
        case rapidReset, continuation, settings, ping, priority, emptyData, headerBomb
        case zeroWindow, slowHeaders, slowBody, silence, halfOpen, garbage, idle

        /// The code of the GOAWAY that ends it.
        var code: HTTP2ErrorCode {
            switch self {
            case .rapidReset, .continuation, .settings, .ping, .priority, .emptyData, .headerBomb,
                .slowHeaders:
                .enhanceYourCalm
            case .silence, .halfOpen: .settingsTimeout
            case .garbage: .protocolError
            // Stalled and slow streams are reset one by one; the connection ends as it idles.
            case .zeroWindow, .slowBody, .idle: .noError
            }
        }
    }

    /// Limits of time that a test can wait for.
    private static var configuration: HTTP2ServerConfiguration {
        var configuration = HTTP2ServerConfiguration()
        configuration.connection.handshakeTimeout = .seconds(3)
        configuration.connection.settingsTimeout = .seconds(3)
        configuration.connection.frameTimeout = .seconds(3)
        configuration.connection.bodyRateInterval = .seconds(3)
        configuration.connection.stallTimeout = .seconds(3)
        configuration.connection.idleTimeout = .seconds(5)
        configuration.connection.shutdownNoticeTimeout = .milliseconds(200)
        return configuration
    }

    @Test("ends each attack, stays small, and serves others")
    func attacks() async throws {
        let failures = Journal<HTTP2ErrorCode>()
        var configuration = Self.configuration
        configuration.onFailure = { failures.add($1.code) }
        let fixture = try ServerFixture(configuration)
        let port = fixture.port
        let before = try ThisProcess.residentBytes()
        let honest = try await fixture.client()
        let ended = Journal<Attack>()
        await withTaskGroup(of: Void.self) { group in
            for attack in Attack.allCases {
                group.addTask {
                    let code = await onThread { try Self.run(attack, port) }
                    switch code {
                    case .success(let code):
                        // One that is busy sending may lose the GOAWAY to the reset after it.
                        #expect(code == nil || code == attack.code.rawValue, "\(attack)")
                    case .failure(let error):
                        Issue.record(error, "\(attack)")
                    }
                    ended.add(attack)
                }
            }
            // On the client's own loop: the other tests may keep the tasks' threads busy.
            group.addTask(executorPreference: honest.loop) {
                await #expect(throws: Never.self) {
                    while ended.entries.count < Attack.allCases.count {
                        let answer = try await honest.request(
                            ServerFixture.post(),
                            body: .pattern(1_000)
                        )
                        #expect(answer.body.count == 1_000)
                    }
                }
            }
        }
        await honest.close()
        let expected = Attack.allCases.map(\.code).filter { $0 != .noError }
        #expect(failures.entries.map(\.rawValue).sorted() == expected.map(\.rawValue).sorted())
        // The attackers are gone, and what they cost was given back.
        await expectNoConnections(fixture.server)
        #expect(fixture.group.loops.allSatisfy { $0.load == 0 })
        // A bomb unfolds to 48 MB a request, and floods go on until they are stopped; other tests
        // need memory at the same time, under the address sanitizer some hundreds of MB more.
        #expect(try ThisProcess.residentBytes() - before < 600 << 20)
        await fixture.stop()
    }

    /// Attacks, and reads until the server has closed the connection.
    private static func run(_ attack: Attack, _ port: Int) throws -> UInt32? {
        let peer = try RawConnection(port: port)
        switch attack {
        case .silence: break
        case .garbage: peer.send(Array("GET / HTTP/1.1\r\nhost: a\r\n\r\n".utf8))
        // The first bytes of a TLS handshake that never goes on.
        case .halfOpen: peer.send(Array(clientGreeting[..<20]))
        case .zeroWindow:
            peer.send(clientGreeting + RawFrame.settings([(4, 0)]).bytes)
            for number in 0..<100 {
                let id = UInt32(number * 2 + 1)
                peer.send(
                    RawFrame.request(id).bytes
                        + RawFrame(.data, flags: 1, stream: id, [UInt8](repeating: 1, count: 500))
                        .bytes
                )
            }
        default:
            peer.send(clientGreeting)
            flood(attack, peer)
        }
        return peer.waitForEnd()
    }

    private static func flood(_ attack: Attack, _ peer: RawConnection) {
        switch attack {
        case .rapidReset:
            repeatUntilClosed(peer) {
                RawFrame.request($0).bytes + RawFrame.reset($0, .cancel).bytes
            }
        case .continuation:
            var first = RawFrame.request(1)
            first.flags = 0
            peer.send(first.bytes)
            repeatUntilClosed(peer) { _ in
                RawFrame(.continuation, stream: 1, RawFrame.literal("x", "y")).bytes
            }
        case .settings: repeatUntilClosed(peer) { _ in RawFrame.settings([(3, 100)]).bytes }
        case .ping:
            repeatUntilClosed(peer) { _ in RawFrame(.ping, [UInt8](repeating: 0, count: 8)).bytes }
        case .priority:
            repeatUntilClosed(peer) { RawFrame(.priority, stream: $0, [0, 0, 0, 0, 16]).bytes }
        case .emptyData:
            peer.send(RawFrame.request(1).bytes)
            repeatUntilClosed(peer) { _ in RawFrame(.data, stream: 1).bytes }
        case .headerBomb:
            let large = RawFrame.indexedLiteral("x", String(repeating: "a", count: 4_000))
            repeatUntilClosed(peer) {
                var frame = RawFrame.request($0, endsStream: true)
                frame.payload += large + [UInt8](repeating: 0x80 | 62, count: 12_000)
                return frame.bytes
            }
        case .slowHeaders:
            trickle(RawFrame.request(1, [("x", String(repeating: "a", count: 99))]).bytes, peer)
        case .slowBody:
            peer.send(RawFrame.request(1).bytes)
            trickle(RawFrame(.data, stream: 1, [UInt8](repeating: 0, count: 30)).bytes, peer)
        default: break
        }
    }

    private static func repeatUntilClosed(
        _ peer: RawConnection,
        _ bytes: (UInt32) -> [UInt8]
    ) {
        for number in 0..<100_000 where peer.goAwayCode == nil {
            if !peer.send(bytes(UInt32(number * 2 + 1))) { return }
        }
    }

    /// A byte at a time, more slowly than the limits allow.
    private static func trickle(_ bytes: [UInt8], _ peer: RawConnection) {
        for byte in bytes where peer.goAwayCode == nil && peer.send([byte]) {
            peer.receive(waitingMilliseconds: 100)
        }
    }

    /// The peer may see its connection close a moment before the server has counted it.
    private func expectNoConnections(_ server: HTTP2Server) async {
        for _ in 0..<100_000 where server.connections > 0 { await Task.yield() }
        #expect(server.connections == 0)
    }

    @Test("that does not finish its TLS handshake is sent away")
    func halfOpenTLS() async throws {
        let files = try TestCertificates.shared.get()
        var configuration = Self.configuration
        configuration.tls = try ReloadableTLSContext(
            .server(.init(identity: files.identity("server")))
        )
        let fixture = try ServerFixture(configuration)
        let port = fixture.port
        let isClosed = await onThread {
            let peer = try RawConnection(port: port)
            // The head of a handshake record that promises 512 bytes.
            peer.send([22, 3, 1, 2, 0, 1, 0])
            _ = peer.waitForEnd()
            return peer.isClosed
        }
        #expect(try isClosed.get())
        await expectNoConnections(fixture.server)
        await fixture.stop()
    }
}

/// Runs what blocks on a thread of its own: the tasks' threads are few.
private func onThread<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
) async -> Result<Value, any Error> {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: Result { try work() }) }
    }
}
