import Foundation
import Net
import TestKit
import Testing
import Wire

@Suite("TLS sessions give their memory back", .serialized)
struct TLSMemoryApartTests {
    @Test("all of it, over 2,000 handshakes and failures")
    func handshakes() throws {
        let files = try TestCertificates.shared.get()
        let server = try TLSContext(.server(.init(identity: files.identity("server"))))
        let client = try TLSContext(
            .client(.init(trust: .authorities(file: files.path("ca.pem"))))
        )
        let bytes = randomBytes(20_000)
        func run(_ count: Int) throws {
            for index in 0..<count {
                let name = index % 10 == 0 ? "wrong.test" : "server.test"
                let pair = try TLSPair(client: client, server: server, serverName: name)
                pair.settle()
                if pair.client.session.isReady { try pair.client.session.send(bytes.rawBytes) }
                if index % 3 == 0 { pair.settle() }
            }
        }
        // Enough to fill the 256 MB of freed memory that the address sanitizer holds back.
        try run(1_000)
        // If sessions leaked, each round would grow the process by 21 MB; what other tests do
        // If sessions leaked, each round would grow the process by 21 MB; what another test does
        // meanwhile is seen by some of the rounds only.
        let growths = try (0..<4).map { _ in
            let before = try ThisProcess.residentBytes()
            try run(500)
            return try ThisProcess.residentBytes() - before
        }
        let least = try #require(growths.min())
        #expect(least < 10_000_000, "bytes for 1,000 sessions: \(growths)")
    }

    @Test("after a burst: the buffer that took it has the memory")
    func burst() throws {
        let count = 150
        let pairs = try (0..<count).map { _ in try TLSPair.ready(.tls13) }
        let bytes = [UInt8](repeating: 7, count: 4_000_000)
        let before = try ThisProcess.residentBytes()
        for pair in pairs {
            try pair.client.session.send(bytes.rawBytes)
            var output = OutputBuffer()
            pair.client.session.takeCiphertext(into: &output)
            #expect(output.count > bytes.count)
        }
        let growth = try ThisProcess.residentBytes() - before
        // Kept memory would be 600 MB; the address sanitizer holds 256 MB of what was freed back.
        #expect(growth < 400_000_000, "\(growth) bytes for \(count) idle sessions")
    }
}
