import Crypto
import Platform
import Tenancy
import Testing
import Wire

@Suite("The keys that services are given")
struct ContextKeyTests {
    private static func root() throws -> KeyRing<SecretBytes> {
        let secrets = [UInt8(1), 2].map { byte in
            StrictBase64.url.encode([UInt8](repeating: byte, count: 32).rawBytes)
        }
        return try KeyRing<SecretBytes>(text: "7:\(secrets[0]),3:\(secrets[1])")
    }

    private static func name(_ text: String) throws -> ServiceName {
        try #require(ServiceName(text))
    }

    private static func context() throws -> TenantContext {
        TenantContext(
            tenant: try #require(TenantID("000000000000001")),
            actor: try #require(Actor(.user, "42")),
            scopes: .none
        )
    }

    @Test("are enough to call those it may call, and no others, and as nobody else")
    func pairs() throws {
        let root = try Self.root()
        for caller in ServiceGraph.all {
            let own = try ServiceGraph.keys(of: caller, from: root)
            let bundle = try ContextKeyBundle(text: own.reveal())
            let issuer = ContextIssuer(
                try Self.name(caller),
                keys: try bundle.signing(as: Self.name(caller))
            )
            for callee in ServiceGraph.all {
                let audience = try Self.name(callee)
                guard ServiceGraph.callees(of: caller).contains(callee) else {
                    #expect(throws: ContextIssuer.UnknownAudience.self) {
                        try issuer.token(for: Self.context(), to: audience)
                    }
                    continue
                }
                let token = try issuer.token(for: try Self.context(), to: audience)
                let keys = try ServiceGraph.keys(of: callee, from: root).verifying(at: audience)
                let verifier = ContextVerifier(audience, keys: keys)
                #expect(try verifier.verify(token).context == Self.context())
                // What the caller holds says nothing of any other that may call the same service.
                let others = try bundle.verifying(at: audience).keys.filter { $0.text != caller }
                #expect(others.isEmpty)
            }
        }
    }

    @Test("sign the pages of a service's lists, if the gateway may call it")
    func pages() throws {
        let keys = try ServiceGraph.keys(of: "ingest", from: Self.root())
        let ingest = try Self.name("ingest")
        #expect(throws: Never.self) { try keys.pageTokens(of: ingest) }
        let others = keys.reveal().split(separator: "\n").filter { !$0.hasPrefix("gateway ") }
        let bundle = try ContextKeyBundle(text: others.joined(separator: "\n"))
        #expect(throws: CryptoError.self) { try bundle.pageTokens(of: ingest) }
    }

    @Test("are those of an installation that is one process")
    func derivation() throws {
        let root = try Self.root()
        let (gateway, mmm) = (try Self.name("gateway"), try Self.name("mmm"))
        let whole = try KeyRing.contextKeys(from: root, issuer: gateway, audience: mmm)
        let bundle = try ServiceGraph.keys(of: "mmm", from: root)
        let part = try #require(try bundle.verifying(at: mmm)[gateway])
        #expect(part.ids == whole.ids && part.currentID == whole.currentID)
        let message = Array("a".utf8)
        for id in whole.ids {
            let code = try whole.key(id).code(for: message.rawBytes)
            #expect(try part.key(id).isValid(code.rawBytes, for: message.rawBytes))
        }
    }

    @Test(
        "are refused if a line is wrong, without a word of a key",
        arguments: [
            "gateway mmm", "gateway mmm 1:secret", "Gateway mmm 1:x", "gateway  mmm 1:x",
            "gateway mmm 1:\(secret)\ngateway mmm 1:\(secret)",
        ]
    )
    func malformed(_ text: String) {
        let error = #expect(throws: CryptoError.self) { try ContextKeyBundle(text: text) }
        #expect(!"\(String(describing: error))".contains("AQEB"))
    }

    private static let secret = StrictBase64.url.encode(
        [UInt8](repeating: 1, count: 32).rawBytes
    )
}
