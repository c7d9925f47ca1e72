import Crypto
import Telemetry
import TestKit
import Testing

@testable import Tenancy

@Suite("Secrets of tenants")
struct TenantSecretsTests {
    private static func secrets(_ numbers: UInt32...) throws -> TenantSecrets {
        var keys: [KeyID: SealingKey] = [:]
        for number in numbers {
            let bytes = [UInt8](repeating: UInt8(number), count: 32)
            keys[try #require(KeyID(number))] = try SealingKey(SecretBytes(bytes))
        }
        return TenantSecrets(try KeyRing(current: try #require(KeyID(numbers[0])), keys))
    }

    private let name = known(SecretName("connectors.meta.token"))
    private let secret = SecretBytes(utf8: "EAAG-0123456789-abcd")

    @Test("open for their tenant under their name, and nowhere else")
    func binding() throws {
        let secrets = try Self.secrets(1)
        let envelope = try secrets.seal(secret, named: name, of: Fixture.acme)
        #expect(try secrets.open(envelope, named: name, of: Fixture.acme).isSame(as: secret))
        let other = try #require(SecretName("connectors.meta.tokens"))
        #expect(throws: CryptoError.notAuthentic) {
            try secrets.open(envelope, named: name, of: Fixture.other)
        }
        #expect(throws: CryptoError.notAuthentic) {
            try secrets.open(envelope, named: other, of: Fixture.acme)
        }
        #expect(throws: CryptoError.notAuthentic) {
            try Self.secrets(2, 1).rewrapped(envelope, named: name, of: Fixture.other)
        }
    }

    @Test("are rewrapped when the key-encryption key has changed")
    func rotation() throws {
        let envelope = try Self.secrets(1).seal(secret, named: name, of: Fixture.acme)
        let both = try Self.secrets(2, 1)
        #expect(both.isOutdated(envelope))
        let rewrapped = try both.rewrapped(envelope, named: name, of: Fixture.acme)
        #expect(!both.isOutdated(rewrapped))
        let new = try Self.secrets(2)
        #expect(try new.open(rewrapped, named: name, of: Fixture.acme).isSame(as: secret))
        #expect(throws: CryptoError.unknownKey(envelope.keyID)) {
            try new.open(envelope, named: name, of: Fixture.acme)
        }
    }

    @Test("have 1 to 65,536 bytes", arguments: [0, 1, 65_536, 65_537])
    func lengths(count: Int) throws {
        let secrets = try Self.secrets(1)
        let secret = SecretBytes(randomCount: count)
        guard (1...65_536).contains(count) else {
            #expect(throws: CryptoError.self) {
                try secrets.seal(secret, named: name, of: Fixture.acme)
            }
            return
        }
        let envelope = try secrets.seal(secret, named: name, of: Fixture.acme)
        #expect(try secrets.open(envelope, named: name, of: Fixture.acme).isSame(as: secret))
    }

    @Test("have plain names")
    func names() {
        for text in ["a", "llm", "connectors.meta-ads.token_2"] {
            #expect(SecretName(text)?.text == text)
        }
        for text in ["", "A", "1a", ".a", "a b", "a\0", "é", String(repeating: "a", count: 64)] {
            #expect(SecretName(text) == nil)
        }
    }

    @Test("show their last four characters if enough is left that nobody knows")
    func summaries() {
        let now = UTCTimestamp(milliseconds: 0)
        for (text, shown) in [
            ("EAAG-0123456789-abcd", "abcd"), ("0123456789abcdef", "cdef"),
            ("0123456789abcde", nil), ("abc", nil), ("", nil), ("0123456789abcd e", nil),
            ("0123456789abcdé", nil),
        ] as [(String, String?)] {
            let summary = SecretSummary(name, of: SecretBytes(utf8: text), setAt: now)
            #expect(summary.lastFour == shown && summary.name == name && summary.setAt == now)
        }
    }
}
