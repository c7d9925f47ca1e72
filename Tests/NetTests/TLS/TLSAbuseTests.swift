import Net
import TestKit
import Testing
import Wire

@Suite("A TLS session refuses")
struct TLSAbuseTests {
    private func server() throws -> TLSEnd {
        let files = try TestCertificates.shared.get()
        let context = try TLSContext(.server(.init(identity: files.identity("server"))))
        return TLSEnd(TLSSession(server: context), cut: .randomly(seed: 1))
    }

    @Test(
        "plain HTTP, and says that it is that",
        arguments: [
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2"), ("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1"),
            ("DELETE /a HTTP/1.1\r\n\r\n", "HTTP/1.1"), ("CONNECT a:1 HTTP/1.1\r\n", "HTTP/1.1"),
        ]
    )
    func plainHTTP(text: String, name: String) throws {
        let server = try server()
        server.receive(Array(text.utf8))
        #expect(
            server.error
                == .protocolViolation(reason: "the peer speaks \(name) in the clear, not TLS")
        )
    }

    @Test("a server that answers in plain HTTP")
    func plainAnswer() throws {
        let pair = try TLSPair.make()
        pair.client.receive(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        #expect(
            pair.client.error
                == .protocolViolation(reason: "the peer speaks HTTP/1.1 in the clear, not TLS")
        )
    }

    @Test("garbage, at once or in time", arguments: 1...200)
    func garbage(seed: UInt64) throws {
        let server = try server()
        server.receive(randomBytes(100_000, seed: seed))
        guard case .protocolViolation = server.error else {
            Issue.record("\(String(describing: server.error))")
            return
        }
    }

    @Test("a ClientHello or a whole handshake with any byte altered", arguments: 1...60)
    func altered(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let pair = try TLSPair.make()
        var hello = pair.client.take()
        hello[generator.number(in: 0...hello.count - 1)] ^= UInt8(generator.number(in: 1...255))
        pair.server.receive(hello)
        // Some bytes are free (the name, the order of suites), but then the transcripts differ.
        pair.client.receive(pair.server.take())
        pair.server.receive(pair.client.take())
        #expect(!pair.server.session.isReady)
    }

    @Test("nothing but waits while a handshake is incomplete")
    func truncated() throws {
        let pair = try TLSPair.make()
        let hello = pair.client.take()
        pair.server.receive(Array(hello.dropLast()))
        #expect(pair.server.error == nil)
        #expect(pair.server.take() == [])
        #expect(!pair.server.session.isReady && !pair.server.session.isPeerFinished)
        pair.server.receive([hello[hello.count - 1]])
        #expect(pair.server.take() != [])
    }

    @Test("a handshake without end")
    func endless() throws {
        let server = try server()
        // A ClientHello that claims 130,000 bytes, and then records of one byte each.
        var bytes: [UInt8] = [0x16, 3, 1, 0, 4, 1, 0x01, 0xFB, 0xD0]
        for _ in 0..<30_000 { bytes += [0x16, 3, 1, 0, 1, 0] }
        server.receive(bytes)
        #expect(
            server.error
                == .protocolViolation(reason: "the peer's handshake exceeds 131072 bytes")
        )
    }

    @Test("an alert instead of a ClientHello", arguments: [0, 40, 90])
    func alertFirst(code: UInt8) throws {
        let server = try server()
        server.receive([0x15, 3, 3, 0, 2, code == 40 ? 2 : 1, code])
        #expect(
            server.error
                == .protocolViolation(reason: "the peer broke the protocol: unexpected message")
        )
    }

    @Test("an alert in the middle of the handshake", arguments: [0, 40])
    func alertWithin(code: UInt8) throws {
        let pair = try TLSPair.make()
        pair.server.receive(pair.client.take())
        pair.client.receive([0x15, 3, 3, 0, 2, code == 40 ? 2 : 1, code])
        #expect(
            pair.client.error
                == (code == 40
                    ? .peerAlert(code: 40, name: "handshake_failure")
                    : .protocolViolation(reason: "the peer left during the handshake"))
        )
        #expect(pair.client.session.isPeerFinished == (code == 0))
    }

    @Test("a flood of KeyUpdate, but takes what is usual")
    func keyUpdates() throws {
        let pair = try TLSPair.ready(.tls13)
        let bytes = randomBytes(2 * TLSSession.messageLimitInterval)
        // More than the limit in all, but with data in between.
        for _ in 0..<2 {
            for index in 0..<TLSSession.messageLimit {
                // The server answers those that ask for its own update.
                let isRequest = index < 10
                #expect(OpenSSLCalls.updateKey(pair.client.session, isRequest: isRequest))
            }
            try pair.client.session.send(bytes.rawBytes)
            pair.server.receive(pair.client.take())
            #expect(pair.server.error == nil)
        }
        #expect(areSame(pair.server.received, bytes + bytes))
        try pair.server.session.send(bytes.rawBytes)
        pair.settle()
        #expect(pair.server.error == nil && pair.client.error == nil)
        #expect(areSame(pair.client.received, bytes))

        for _ in 0...TLSSession.messageLimit {
            #expect(OpenSSLCalls.updateKey(pair.client.session, isRequest: true))
        }
        pair.server.receive(pair.client.take())
        #expect(
            pair.server.error
                == .protocolViolation(
                    reason: "the peer sent more than 32 handshake messages or warnings "
                        + "within 1048576 bytes of data"
                )
        )
        pair.client.receive(pair.server.take())
        #expect(pair.client.session.isPeerFinished)
    }

    @Test("to renegotiate")
    func renegotiation() throws {
        let pair = try TLSPair.ready(.tls12)
        #expect(OpenSSLCalls.renegotiate(pair.client.session))
        pair.server.receive(pair.client.take())
        #expect(pair.server.error == nil)
        // A warning, upon which OpenSSL's own client gives up.
        pair.client.receive(pair.server.take())
        #expect(pair.client.error != nil)
    }

    @Test("to lose what is sent while the peer is in the middle of a message")
    func sendingWithinMessage() throws {
        var blockedCount = 0
        for end in stride(from: 1, to: 3_000, by: 41) {
            // Tickets with the client's certificate in them take several records of 512 bytes.
            let pair = try TLSPair.make(
                clientAuthentication: true,
                client: "client",
                versions: .tls13 ... .tls13
            )
            #expect(OpenSSLCalls.limitRecords(pair.server.session, bytes: 512))
            pair.server.receive(pair.client.take())
            pair.client.receive(pair.server.take())
            pair.server.receive(pair.client.take())
            let tickets = pair.server.take()
            pair.client.receive(Array(tickets.prefix(end)))

            let bytes = randomBytes(40_000)
            try pair.client.session.send(Array(bytes[..<10]).rawBytes)
            try pair.client.session.send(Array(bytes[10...]).rawBytes)
            pair.client.session.finish()
            var ciphertext = pair.client.take()
            if ciphertext.isEmpty { blockedCount += 1 }
            pair.client.receive(Array(tickets.dropFirst(end)))
            ciphertext += pair.client.take()
            pair.server.receive(ciphertext)
            #expect(pair.client.error == nil && pair.server.error == nil)
            #expect(areSame(pair.server.received, bytes))
            #expect(pair.server.session.isPeerFinished)
        }
        #expect(blockedCount > 0)
    }
}
