import Foundation
import Net
import Testing

@Suite("A TLS configuration")
struct TLSConfigurationTests {
    let files: TestCertificates
    private let folder: TemporaryFolder

    init() throws {
        files = try TestCertificates.shared.get()
        folder = try TemporaryFolder()
    }

    private func expectRefusal(
        _ configuration: TLSConfiguration,
        file: String?,
        _ reason: String,
        at location: SourceLocation = #_sourceLocation
    ) {
        #expect(
            throws: TLSError.configuration(file: file, reason: reason),
            sourceLocation: location
        ) {
            _ = try TLSContext(configuration)
        }
    }

    private func server(
        chain: String? = nil,
        key: String? = nil,
        authorities: String? = nil
    ) -> TLSConfiguration {
        .server(
            .init(
                identity: .init(
                    certificateChainFile: chain ?? files.path("server.pem"),
                    privateKeyFile: key ?? files.path("server.key")
                ),
                clientAuthentication: authorities.map { .required(authoritiesFile: $0) } ?? .none
            )
        )
    }

    @Test("with a file that cannot be read names the file and says why")
    func unreadable() {
        let none = folder.path("none.pem")
        let missing = "cannot be read: No such file or directory"
        expectRefusal(server(chain: none), file: none, missing)
        expectRefusal(server(key: none), file: none, missing)
        expectRefusal(server(authorities: none), file: none, missing)
        expectRefusal(.client(.init(trust: .authorities(file: none))), file: none, missing)
    }

    @Test("with a file that holds something else names the file and says what it lacks")
    func otherContents() throws {
        for contents in ["", "hello\n", "-----BEGIN CERTIFICATE-----\n"] {
            let path = try folder.write(contents, to: "odd.pem")
            let certificate = "holds no certificate in PEM form"
            let key = "holds no usable private key in PEM form"
            if contents.hasPrefix("-----") {
                #expect(throws: TLSError.self) { try TLSContext(server(chain: path)) }
                expectRefusal(server(key: path), file: path, key)
            } else {
                expectRefusal(server(chain: path), file: path, certificate)
                expectRefusal(server(key: path), file: path, key)
                expectRefusal(server(authorities: path), file: path, certificate)
                expectRefusal(
                    .client(.init(trust: .authorities(file: path))),
                    file: path,
                    certificate
                )
            }
        }
        let key = files.path("server.key")
        expectRefusal(server(chain: key), file: key, "holds no certificate in PEM form")
        let chain = files.path("server.pem")
        expectRefusal(server(key: chain), file: chain, "holds no usable private key in PEM form")
    }

    @Test("with a damaged certificate is refused, also where it is the second of the chain")
    func damaged() throws {
        let good = try String(contentsOfFile: files.path("server.pem"), encoding: .utf8)
        let damaged = good.replacing("MII", with: "AAA")
        for contents in [damaged, good + damaged] {
            let path = try folder.write(contents, to: "damaged.pem")
            let error = #expect(throws: TLSError.self) { try TLSContext(server(chain: path)) }
            guard case .configuration(path, let reason)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(reason.hasPrefix("the certificate cannot be used: "))
        }
    }

    @Test("with the key of another certificate is refused, of the same kind or not")
    func mismatch() throws {
        let chain = files.path("server.pem")
        let reason = "the private key is not that of the certificate in \(chain)"
        let other = files.path("client.key")
        expectRefusal(server(key: other), file: other, reason)
        let rsa = folder.path("rsa.key")
        try openssl(["genrsa", "-out", rsa, "2048"])
        expectRefusal(server(key: rsa), file: rsa, reason)
    }

    @Test("with an encrypted key is refused without asking for the passphrase")
    func encryptedKey() throws {
        let reason = "the private key is encrypted"
        for kind in [["pkcs8", "-topk8"], ["ec", "-aes128"]] {
            let path = folder.path("encrypted.key")
            try openssl(
                kind + ["-in", files.path("server.key"), "-passout", "pass:word", "-out", path]
            )
            expectRefusal(server(key: path), file: path, reason)
        }
    }

    @Test("with a weak key is refused")
    func weakKey() throws {
        let (key, certificate) = (folder.path("weak.key"), folder.path("weak.pem"))
        try openssl([
            "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", key, "-out", certificate,
            "-subj", "/CN=weak",
        ])
        expectRefusal(
            server(chain: certificate, key: key),
            file: certificate,
            "the certificate cannot be used: ee key too small"
        )
    }

    @Test("with a protocol's name that is empty or too long is refused")
    func protocolNames() {
        for name in ["", String(repeating: "x", count: 256)] {
            expectRefusal(
                .client(.init(applicationProtocols: ["h2", name])),
                file: nil,
                "the application protocol \"\(name)\" has not 1 to 255 bytes"
            )
        }
    }

    @Test("reports when its certificate, or an authority sent along with it, expires")
    func expiry() throws {
        let now = Date.now.timeIntervalSince1970
        let day = 86_400.0
        func daysLeft(_ configuration: TLSConfiguration) throws -> Double? {
            try TLSContext(configuration).notAfterUnixSeconds.map { (Double($0) - now) / day }
        }
        let server = try #require(try daysLeft(server()))
        #expect(server > 19.9 && server < 20.1)
        let expired = try #require(
            try daysLeft(.server(.init(identity: files.identity("expired"))))
        )
        #expect(expired < 0)
        #expect(try daysLeft(.client(.init())) == nil)

        let texts = try ["server.pem", "expired.pem"].map {
            try String(contentsOfFile: files.path($0), encoding: .utf8)
        }
        let chain = try folder.write(texts.joined(), to: "chain.pem")
        let earliest = try #require(try daysLeft(self.server(chain: chain)))
        #expect(earliest < 0)
    }

    @Test("has errors that are a sentence for the log")
    func descriptions() {
        let cases: [(TLSError, String)] = [
            (.configuration(file: "a.pem", reason: "is bad"), "TLS configuration: a.pem: is bad"),
            (.configuration(file: nil, reason: "is bad"), "TLS configuration: is bad"),
            (
                .peerAlert(code: 42, name: "bad_certificate"),
                "TLS: the peer sent the fatal alert bad_certificate (42)"
            ),
            (
                .peerNotTrusted(code: 10, reason: "certificate has expired"),
                "TLS: the peer is not trusted: certificate has expired"
            ),
            (.protocolViolation(reason: "it is odd"), "TLS: it is odd"),
            (.cannotSend(reason: "it is over"), "TLS: cannot send: it is over"),
        ]
        for (error, text) in cases { #expect(error.description == text) }
    }
}
