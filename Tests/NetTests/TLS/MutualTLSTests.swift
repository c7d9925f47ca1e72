import Net
import Testing

@Suite("Mutual TLS")
struct MutualTLSTests {
    @Test("tells the server who the client is", arguments: [TLSVersion.tls12, .tls13])
    func good(version: TLSVersion) throws {
        let pair = try TLSPair.make(
            clientAuthentication: true,
            client: "client",
            versions: version...version,
            cut: .randomly(seed: 7)
        )
        pair.settle()
        #expect(pair.server.error == nil && pair.client.error == nil)
        #expect(pair.server.session.isReady && pair.client.session.isReady)
        let identity = try #require(pair.server.session.peerCertificate)
        #expect(identity.commonName == "client one")
        #expect(identity.dnsNames == ["client.test"])
        #expect(identity.uris == ["spiffe://test/client"])
        let files = try TestCertificates.shared.get()
        let printed = try openssl([
            "x509", "-in", files.path("client.pem"), "-noout", "-fingerprint", "-sha256",
        ])
        let fingerprint = identity.sha256Fingerprint
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
            .joined(separator: ":")
        #expect(printed.contains("=" + fingerprint + "\n"))
    }

    @Test(
        "refuses a client without a certificate, or with one of another authority, or expired",
        arguments: [TLSVersion.tls12, .tls13],
        [String?.none, "stranger", "expired"]
    )
    func bad(version: TLSVersion, client: String?) throws {
        let pair = try TLSPair.make(
            clientAuthentication: true,
            client: client,
            versions: version...version
        )
        pair.settle()
        let (code, reason): (Int32, String) =
            switch client {
            case nil: (0, "it gave no certificate")
            case "expired": (10, "certificate has expired")
            default: (20, "unable to get local issuer certificate")
            }
        #expect(pair.server.error == .peerNotTrusted(code: code, reason: reason))
        #expect(!pair.server.session.isReady)
        let alert: TLSError =
            switch (client, version) {
            case (nil, .tls12): .peerAlert(code: 40, name: "handshake_failure")
            case (nil, .tls13): .peerAlert(code: 116, name: "certificate_required")
            case ("expired", _): .peerAlert(code: 45, name: "certificate_expired")
            default: .peerAlert(code: 48, name: "unknown_ca")
            }
        #expect(pair.client.error == alert)
        #expect(pair.server.session.peerCertificate == nil)
    }

    @Test("does not happen if the server does not ask")
    func notAsked() throws {
        let pair = try TLSPair.make(client: "client")
        pair.settle()
        #expect(pair.server.session.isReady)
        #expect(pair.server.session.peerCertificate == nil)
    }
}
