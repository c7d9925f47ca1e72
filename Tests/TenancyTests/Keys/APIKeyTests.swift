import Crypto
import Telemetry
import TestKit
import Testing

@testable import Tenancy

@Suite("API keys")
struct APIKeyTests {
    /// Made by Python's integers, `hashlib` and `hmac`: id 00…0b, secret and pepper 00…1f.
    private static let golden =
        "sxt_live_00065eoDiDgza8qaZ_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4YaiKD"
    private static let goldenHash =
        "c55cb55be86e26df72c71e8b993f3b63a8cc6b5af4da056d182d649596b9f2a8"
    private static let live = known(APIKeyEnvironment("live"))

    @Test("and their hashes are what another program makes of the same")
    func golden() throws {
        let id = try #require(APIKeyID("00065eoDiDgza8qaZ"))
        let key = APIKey(Self.live, id, SecretBytes([UInt8](0..<32)))
        #expect(key.reveal() == Self.golden)
        let read = try APIKey(Self.golden)
        #expect(read.id == id && read.environment == Self.live)
        let peppers = try Fixture.ring(7)
        let hash = APIKeyHash(read, with: peppers)
        #expect(hash.code.hexadecimal == Self.goldenHash)
        #expect(hash == APIKeyHash(key, with: peppers))
        #expect(try hash.isHash(of: read, with: peppers))
    }

    @Test("differ from each other, and read back")
    func random() throws {
        var seen: Set<String> = []
        for _ in 0..<200 {
            let key = APIKey(environment: Self.live)
            let text = key.reveal()
            #expect(text.wholeMatch(of: /sxt_live_[0-9A-Za-z]{17}_[0-9A-Za-z]{49}/) != nil)
            #expect(try APIKey(text).id == key.id && APIKey(text).reveal() == text)
            seen.insert(text)
        }
        #expect(seen.count == 200)
    }

    @Test("with one character changed are told from wrong ones")
    func mistyped() {
        for place in 0..<Self.golden.count {
            var text = Array(Self.golden)
            text[place] = text[place] == "7" ? "8" : "7"
            #expect(throws: APIKey.Fault.self) { try APIKey(String(text)) }
        }
        for text in [
            Self.golden.replacing("live", with: "test"),
            Self.golden.replacing("00065", with: "00066"),
            Self.golden.replacing("003aUlTJ", with: "003aUlJT"),
            Self.golden.replacing("iKD", with: "iKE"),
        ] {
            #expect(throws: APIKey.Fault.mistyped) { try APIKey(text) }
        }
    }

    /// What is replaced in the golden key, and by what.
    @Test(
        "have no other form",
        arguments: [
            ("sxt", "sk"), ("sxt", "SXT"), ("sxt", " sxt"), ("_live_", "_li-ve_"),
            ("_live_", "__"), ("_live_", "_live_live_"), ("_live_", "_liveliveliveX_"),
            ("_live_", "_LIVE_"), ("a8qaZ", ""), ("a8qaZ", "a8qa-"), ("a8qaZ", "a8qaé"),
            ("00065eoDiDgza8qaZ", "zzzzzzzzzzzzzzzzz"), ("iKD", "iK"), ("iKD", "iKDA"),
            ("iKD", "iKD\n"), ("iKD", "iK-"), ("YaiKD", "zzzzzz"), ("003aUlTJ", "zzzzzzzz"),
        ]
    )
    func malformed(part: String, replacement: String) {
        let text = Self.golden.replacing(part, with: replacement)
        #expect(throws: APIKey.Fault.malformed, "\(text)") { try APIKey(text) }
    }

    @Test("are not looked for in longer texts", arguments: ["", "sxt", "sxt___"])
    func short(text: String) {
        #expect(throws: APIKey.Fault.malformed) { try APIKey(text) }
        let long = String(repeating: "sxt_", count: 5_000) + text
        #expect(throws: APIKey.Fault.malformed) { try APIKey(long) }
    }

    @Test("are found out by every bit of their text, and by the pepper")
    func wrong() throws {
        let peppers = try Fixture.ring(7)
        let key = try APIKey(Self.golden)
        let hash = APIKeyHash(key, with: peppers)
        for byte in 0..<32 {
            var secret = [UInt8](0..<32)
            secret[byte] ^= 1
            let other = APIKey(Self.live, key.id, SecretBytes(secret))
            #expect(try !hash.isHash(of: other, with: peppers))
        }
        let test = try #require(APIKeyEnvironment("test"))
        let elsewhere = APIKey(test, key.id, SecretBytes([UInt8](0..<32)))
        #expect(try !hash.isHash(of: elsewhere, with: peppers))
        #expect(throws: CryptoError.unknownKey(peppers.currentID)) {
            try hash.isHash(of: key, with: Fixture.ring(8))
        }
        let both = try Fixture.ring(8, 7)
        #expect(try hash.isHash(of: key, with: both))
        #expect(APIKeyHash(key, with: both).pepperID == both.currentID)
        #expect(try APIKeyHash(pepperID: hash.pepperID, code: hash.code) == hash)
        #expect(throws: CryptoError.self) { try APIKeyHash(pepperID: hash.pepperID, code: [1]) }
    }

    @Test("do not show their secrets when they are printed")
    func printing() throws {
        let key = try APIKey(Self.golden)
        let hash = APIKeyHash(key, with: try Fixture.ring(7))
        var dumped = ""
        dump(key, to: &dumped)
        dump(hash, to: &dumped)
        for text in [
            "\(key)", String(reflecting: key), dumped, "\(hash)", String(reflecting: hash),
        ] {
            #expect(!text.contains("003aUl") && !text.contains("YaiKD") && !text.contains("197"))
        }
        #expect("\(key)" == "sxt_live_00065eoDiDgza8qaZ_(secret)")
    }
}

@Suite("Records of API keys")
struct APIKeyRecordTests {
    private static let live = known(APIKeyEnvironment("live"))
    private static let start = UTCTimestamp(milliseconds: 1_800_000_000_000)
    private let key = APIKey(environment: live)

    private static func moment(_ seconds: Int64) -> UTCTimestamp {
        UTCTimestamp(milliseconds: start.milliseconds + seconds * 1_000)
    }

    private func record(
        _ scopes: String = "events:write",
        _ use: APIKeyRecord.Use = .server,
        expires: Int64? = nil,
        revoked: Int64? = nil
    ) throws -> APIKeyRecord {
        try APIKeyRecord(
            id: key.id,
            hash: APIKeyHash(key, with: Fixture.ring(7)),
            scopes: try #require(ScopeSet(text: scopes)),
            use: use,
            expiresAt: expires.map(Self.moment),
            revokedAt: revoked.map(Self.moment)
        )
    }

    private func check(
        _ record: APIKeyRecord,
        _ key: APIKey? = nil,
        from origin: String? = nil,
        after seconds: Int64 = 0
    ) throws {
        try record.check(
            key ?? self.key,
            from: origin,
            at: Self.moment(seconds),
            with: Fixture.ring(8, 7)
        )
    }

    @Test("let the right key through until it expires or is revoked")
    func time() throws {
        try check(record())
        try check(record(expires: 10), after: 9)
        #expect(throws: APIKeyRecord.Refusal.expired) { try check(record(expires: 10), after: 10) }
        #expect(throws: APIKeyRecord.Refusal.revoked) { try check(record(revoked: 10), after: 10) }
        try check(record(revoked: 10), after: 9)
        let revoked = try record().revoked(at: Self.moment(5))
        #expect(throws: APIKeyRecord.Refusal.revoked) { try check(revoked, after: 5) }
        // It stays revoked from the first time on.
        #expect(revoked.revoked(at: Self.moment(9)).revokedAt == Self.moment(5))
    }

    @Test("let no other key through, and tell it nothing of expiry")
    func wrongKey() throws {
        let stranger = APIKey(environment: Self.live)
        let forged = APIKey(Self.live, key.id, SecretBytes(randomCount: 32))
        for wrong in [stranger, forged] {
            for record in [try record(), try record(expires: -1), try record(revoked: -1)] {
                #expect(throws: APIKeyRecord.Refusal.wrongKey) { try check(record, wrong) }
            }
        }
        let record = try record()
        #expect(throws: APIKeyRecord.Refusal.unknownPepper) {
            try record.check(key, from: nil, at: Self.start, with: Fixture.ring(8))
        }
    }

    @Test("of browsers are for their origins and for writing events alone")
    func browsers() throws {
        let origins: Set<String> = ["https://shop.example", "http://localhost:3000"]
        let record = try record("events:write", .browser(origins: origins))
        for origin in origins { try check(record, from: origin) }
        for origin in [
            nil, "", "null", "https://shop.example:443", "http://shop.example",
            "https://shop.example.evil", "https://evil.shop.example", "https://shop.example/",
        ] as [String?] {
            #expect(throws: APIKeyRecord.Refusal.wrongOrigin) { try check(record, from: origin) }
        }
        for scopes in ["", "events:read", "events:read events:write"] {
            #expect(throws: APIKeyRecord.Fault.scopesOfBrowserKey) {
                try self.record(scopes, .browser(origins: origins))
            }
        }
        for origin in [
            "", "*", "shop.example", "https://", "https://Shop.example", "https://shop.example/",
            "https://*.example", "https://a:b", "https://a:0", "https://a:080", "https://a:65536",
            "file://a", "https://:80", "https://a b",
        ] {
            #expect(throws: APIKeyRecord.Fault.origin(origin)) {
                try self.record("events:write", .browser(origins: [origin]))
            }
        }
    }

    @Test("that are rotated leave the old key for the overlap, and never longer than it had")
    func rotation() throws {
        let use = APIKeyRecord.Use.browser(origins: ["https://shop.example"])
        let origin = "https://shop.example"
        for (expires, overlap, end) in [
            (nil, 100, 100), (50, 100, 50), (500, 100, 100), (nil, 0, 0),
        ]
            as [(Int64?, Int64, Int64)]
        {
            let record = try record("events:write", use, expires: expires)
            let rotation = record.rotated(
                overlap: .seconds(overlap),
                environment: Self.live,
                at: Self.start,
                with: try Fixture.ring(8, 7)
            )
            #expect(rotation.old.expiresAt == Self.moment(end))
            #expect(rotation.old.id == record.id && rotation.old.hash == record.hash)
            #expect(rotation.new.id == rotation.key.id && rotation.new.expiresAt == nil)
            #expect(rotation.new.scopes == record.scopes && rotation.new.use == use)
            if end > 0 { try check(rotation.old, from: origin, after: end - 1) }
            #expect(throws: APIKeyRecord.Refusal.expired) {
                try check(rotation.old, from: origin, after: end)
            }
            try check(rotation.new, rotation.key, from: origin, after: 1_000_000)
            #expect(throws: APIKeyRecord.Refusal.wrongKey) {
                try check(rotation.new, from: origin)
            }
            #expect(throws: APIKeyRecord.Refusal.wrongKey) {
                try check(rotation.old, rotation.key, from: origin)
            }
        }
    }

    @Test("end at the last moment there is if the overlap is longer")
    func longOverlap() throws {
        let rotation = try record().rotated(
            overlap: .seconds(Int64.max),
            environment: Self.live,
            at: Self.start,
            with: try Fixture.ring(7)
        )
        #expect(rotation.old.expiresAt == UTCTimestamp(milliseconds: .max))
    }
}
