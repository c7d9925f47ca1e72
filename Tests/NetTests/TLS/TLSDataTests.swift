import Net
import TestKit
import Testing
import Wire

@Suite("Data over TLS")
struct TLSDataTests {
    @Test(
        "arrives byte for byte both ways, in as few records as can be",
        arguments: [TLSVersion.tls12, .tls13],
        [0, 1, 100_000] + Array(16_383...16_393)
    )
    func sizes(version: TLSVersion, size: Int) throws {
        for cut in [Cut.nowhere, .randomly(seed: UInt64(size))] {
            let pair = try TLSPair.ready(version, cut: cut)
            for (from, to) in [(pair.client, pair.server), (pair.server, pair.client)] {
                let bytes = randomBytes(size)
                try from.session.send(bytes.rawBytes)
                let ciphertext = from.take()
                #expect(records(of: ciphertext).count == (size + 16_383) / 16_384)
                #expect(records(of: ciphertext).allSatisfy { $0.type == 23 })
                to.receive(ciphertext)
                #expect(to.error == nil)
                #expect(areSame(to.received, bytes))
            }
        }
    }

    @Test("arrives byte for byte, 5 MB each way", arguments: [TLSVersion.tls12, .tls13])
    func large(version: TLSVersion) throws {
        let pair = try TLSPair.ready(version, cut: .randomly(seed: 3))
        let up = randomBytes(5_000_000, seed: 4)
        let down = randomBytes(5_000_000, seed: 5)
        try pair.client.session.send(up.rawBytes)
        try pair.server.session.send(down.rawBytes)
        pair.settle()
        #expect(areSame(pair.server.received, up))
        #expect(areSame(pair.client.received, down))
    }

    @Test("arrives if it is cut after every byte")
    func byteByByte() throws {
        let pair = try TLSPair.ready(.tls13, cut: .afterEveryByte)
        let bytes = randomBytes(40_000)
        try pair.client.session.send(bytes.rawBytes)
        pair.settle()
        #expect(areSame(pair.server.received, bytes))
    }

    @Test("shares records however small the pieces are that it is sent in", arguments: 1...30)
    func coalescing(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let pair = try TLSPair.ready(.tls13)
        var sent: [UInt8] = []
        for _ in 0..<generator.number(in: 1...12) {
            let size = generator.pick([0, 1, 9, 100, 5_000, 16_383, 16_384, 16_385, 50_000])
            let bytes = randomBytes(size, seed: generator.next())
            try pair.client.session.send(bytes.rawBytes)
            sent += bytes
        }
        let ciphertext = pair.client.take()
        #expect(records(of: ciphertext).count == (sent.count + 16_383) / 16_384)
        #expect(pair.client.take() == [])
        pair.server.receive(ciphertext)
        #expect(areSame(pair.server.received, sent))
    }

    @Test("is appended to what a buffer holds, and ciphertext too")
    func appending() throws {
        let pair = try TLSPair.ready(.tls13)
        let small = randomBytes(10)
        for bytes in [small, randomBytes(100_000)] {
            try pair.client.session.send(bytes.rawBytes)
            var ciphertext = OutputBuffer()
            ciphertext.append("before")
            pair.client.session.takeCiphertext(into: &ciphertext)
            #expect(Array(copying: ciphertext.bytes.extracting(first: 6)) == Array("before".utf8))
            var plaintext = OutputBuffer()
            plaintext.append("before")
            try pair.server.session.receive(
                ciphertext.bytes.extracting(droppingFirst: 6),
                plaintext: &plaintext
            )
            #expect(Array(copying: plaintext.bytes) == Array("before".utf8) + bytes)
        }
    }

    @Test("cannot be sent before the handshake is done, nor after the end")
    func sendingTooEarlyOrLate() throws {
        let pair = try TLSPair.make()
        let bytes = randomBytes(3)
        #expect(throws: TLSError.cannotSend(reason: "the handshake is not finished")) {
            try pair.client.session.send(bytes.rawBytes)
        }
        pair.settle()
        pair.client.session.finish()
        #expect(throws: TLSError.cannotSend(reason: "the session was finished")) {
            try pair.client.session.send(bytes.rawBytes)
        }
    }

    @Test("ends with close_notify, each way by itself", arguments: [TLSVersion.tls12, .tls13])
    func finishing(version: TLSVersion) throws {
        let pair = try TLSPair.ready(version)
        let up = randomBytes(20_000, seed: 1)
        try pair.client.session.send(up.rawBytes)
        pair.client.session.finish()
        pair.client.session.finish()
        let last = pair.client.take()
        #expect(pair.client.take() == [])
        pair.server.receive(last)
        #expect(areSame(pair.server.received, up))
        #expect(pair.server.session.isPeerFinished)
        #expect(!pair.client.session.isPeerFinished)
        #expect(pair.server.error == nil)

        let down = randomBytes(40_000, seed: 2)
        try pair.server.session.send(down.rawBytes)
        pair.server.session.finish()
        pair.client.receive(pair.server.take())
        #expect(areSame(pair.client.received, down))
        #expect(pair.client.session.isPeerFinished)
        #expect(pair.client.error == nil)

        pair.client.receive([1, 2, 3])
        #expect(pair.client.error == nil && areSame(pair.client.received, down))
    }

    @Test("is none if the end is asked for before the handshake is done, but the end is told")
    func finishingEarly() throws {
        let pair = try TLSPair.make()
        pair.server.session.finish()
        pair.settle()
        #expect(pair.client.error == nil && pair.server.error == nil)
        #expect(pair.client.session.isPeerFinished)
    }

    @Test("that was cut off is not taken for its end")
    func truncation() throws {
        let pair = try TLSPair.ready(.tls13)
        let bytes = randomBytes(30_000)
        try pair.client.session.send(bytes.rawBytes)
        pair.client.session.finish()
        let ciphertext = pair.client.take()
        for end in [ciphertext.count - 1, ciphertext.count / 2] {
            let other = try TLSPair.ready(.tls13)
            try other.client.session.send(bytes.rawBytes)
            other.client.session.finish()
            other.server.receive(Array(other.client.take().prefix(end)))
            #expect(!other.server.session.isPeerFinished)
            #expect(other.server.error == nil)
            #expect(bytes.starts(with: other.server.received))
        }
    }

    @Test("that was altered is refused with an alert", arguments: [TLSVersion.tls12, .tls13])
    func altered(version: TLSVersion) throws {
        let pair = try TLSPair.ready(version)
        let bytes = randomBytes(20_000)
        try pair.client.session.send(bytes.rawBytes)
        var ciphertext = pair.client.take()
        ciphertext[17_000] ^= 1
        pair.server.receive(ciphertext)
        // The first record is good and was delivered.
        #expect(areSame(pair.server.received, Array(bytes.prefix(16_384))))
        #expect(
            pair.server.error
                == .protocolViolation(
                    reason: "the peer broke the protocol: decryption failed or bad record mac"
                )
        )
        #expect(!pair.server.session.isReady)
        pair.client.receive(pair.server.take())
        #expect(pair.client.error == .peerAlert(code: 20, name: "bad_record_mac"))
        let error = try #require(pair.server.error)
        var plaintext = OutputBuffer()
        #expect(throws: error) {
            try pair.server.session.receive(ciphertext.rawBytes, plaintext: &plaintext)
        }
        #expect(throws: error) { try pair.server.session.send(bytes.rawBytes) }
    }
}
