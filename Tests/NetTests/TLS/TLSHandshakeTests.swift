import Net
import TestKit
import Testing
import Wire

@Suite("A TLS handshake")
struct TLSHandshakeTests {
    @Test(
        "agrees on version, suite and protocol, wherever its bytes are cut",
        arguments: [TLSVersion.tls12, .tls13],
        [.nowhere, .afterEveryByte] + (1...20).map { Cut.randomly(seed: $0) }
    )
    func handshake(version: TLSVersion, cut: Cut) throws {
        let pair = try TLSPair.make(versions: version...version, cut: cut)
        #expect(!pair.client.session.isReady && !pair.server.session.isReady)
        #expect(pair.client.session.protocolVersion == nil)
        #expect(pair.client.session.cipherSuite == nil)
        #expect(pair.client.session.peerCertificate == nil)
        pair.settle()
        for end in [pair.client, pair.server] {
            #expect(end.error == nil)
            #expect(end.session.isReady)
            #expect(end.session.protocolVersion == version)
            #expect(end.session.negotiatedProtocol == "h2")
            #expect(end.session.cipherSuite?.contains("GCM") == true)
            #expect(!end.session.isPeerFinished)
        }
        #expect(pair.server.session.peerCertificate == nil)
        #expect(pair.client.session.peerCertificate?.commonName == "server")
    }

    @Test("takes the newest version that both allow, and fails if there is none")
    func versions() throws {
        let pair = try TLSPair.make()
        pair.settle()
        #expect(pair.server.session.protocolVersion == .tls13)

        let files = try TestCertificates.shared.get()
        let mixed = try TLSPair(
            client: TLSContext(
                .client(
                    .init(
                        trust: .authorities(file: files.path("ca.pem")),
                        versions: .tls12 ... .tls12
                    )
                )
            ),
            server: TLSContext(
                .server(.init(identity: files.identity("server"), versions: .tls13 ... .tls13))
            )
        )
        mixed.settle()
        #expect(mixed.client.error == .peerAlert(code: 70, name: "protocol_version"))
        #expect(
            mixed.server.error
                == .protocolViolation(
                    reason: "the peer broke the protocol: unsupported protocol"
                )
        )
    }

    @Test("agrees on the server's most preferred protocol")
    func protocolPreference() throws {
        let pair = try TLSPair.make(
            serverProtocols: ["acme", "h2", "http/1.1"],
            clientProtocols: ["http/1.1", "h2"]
        )
        pair.settle()
        #expect(pair.server.session.negotiatedProtocol == "h2")
        #expect(pair.client.session.negotiatedProtocol == "h2")
    }

    @Test(
        "is refused by a server that shares no protocol with the client",
        arguments: [TLSVersion.tls12, .tls13],
        [["http/1.1"], []]
    )
    func noSharedProtocol(version: TLSVersion, offered: [String]) throws {
        let pair = try TLSPair.make(clientProtocols: offered, versions: version...version)
        pair.settle()
        #expect(pair.server.error == .noSharedProtocol(ours: ["h2"]))
        #expect(pair.client.error == .peerAlert(code: 120, name: "no_application_protocol"))
        #expect(!pair.server.session.isReady && !pair.client.session.isReady)
    }

    @Test("fails at a client whose server selects no protocol")
    func noSelectedProtocol() throws {
        let pair = try TLSPair.make(serverProtocols: [])
        pair.settle()
        #expect(pair.client.error == .noSharedProtocol(ours: ["h2"]))
        #expect(!pair.client.session.isReady)
        #expect(pair.server.session.isPeerFinished)
        #expect(
            pair.client.error?.description == "TLS: the peer speaks none of our protocols: h2"
        )
    }

    @Test("needs no protocol if neither side asks for one")
    func withoutProtocols() throws {
        let pair = try TLSPair.make(serverProtocols: [], clientProtocols: [])
        pair.settle()
        #expect(pair.client.session.isReady && pair.server.session.isReady)
        #expect(pair.client.session.negotiatedProtocol == nil)
    }

    @Test(
        "accepts a server of the right name or address",
        arguments: [
            "server.test", "SERVER.test", "server.test.", "a.wild.test", "127.0.0.1", "::1", nil,
        ]
    )
    func rightServer(name: String?) throws {
        let pair = try TLSPair.make(serverName: name)
        pair.settle()
        #expect(pair.client.error == nil)
        #expect(pair.client.session.isReady && pair.server.session.isReady)
    }

    @Test(
        "refuses a server of another name or address",
        arguments: [
            ("server", "other.test", 62, "hostname mismatch, expected other.test"),
            ("server", "a.b.wild.test", 62, "hostname mismatch, expected a.b.wild.test"),
            ("server", "127.0.0.2", 64, "IP address mismatch, expected 127.0.0.2"),
            // The common name is right, but only the alternative names count.
            ("elsewhere", "server.test", 62, "hostname mismatch, expected server.test"),
            ("expired", "server.test", 10, "certificate has expired"),
            ("stranger", "server.test", 20, "unable to get local issuer certificate"),
        ]
    )
    func wrongServer(server: String, name: String, code: Int32, reason: String) throws {
        for version in [TLSVersion.tls12, .tls13] {
            let pair = try TLSPair.make(
                server: server,
                serverName: name,
                versions: version...version
            )
            pair.settle()
            #expect(pair.client.error == .peerNotTrusted(code: code, reason: reason))
            guard case .peerAlert = pair.server.error else {
                Issue.record("the server got no alert: \(String(describing: pair.server.error))")
                return
            }
            #expect(!pair.client.session.isReady)
        }
    }

    @Test(
        "takes no name that is none",
        arguments: ["", ".", "a b", "münchen.test", "a/b", "127.0.0.1\0", "[::1]"]
    )
    func badNames(name: String) throws {
        let files = try TestCertificates.shared.get()
        let client = try TLSContext(
            .client(.init(trust: .authorities(file: files.path("ca.pem"))))
        )
        #expect(
            throws: TLSError.configuration(
                file: nil,
                reason: "the server name \"\(name)\" is neither a host name nor an address"
            )
        ) {
            _ = try TLSSession(client: client, serverName: name)
        }
    }

    @Test("trusts the authorities of the system, which do not know the test's")
    func systemTrust() throws {
        let files = try TestCertificates.shared.get()
        let pair = try TLSPair(
            client: TLSContext(.client(.init())),
            server: TLSContext(.server(.init(identity: files.identity("server"))))
        )
        pair.settle()
        guard case .peerNotTrusted = pair.client.error else {
            Issue.record("trusted")
            return
        }
        #expect(pair.server.error == .peerAlert(code: 48, name: "unknown_ca"))
    }
}
