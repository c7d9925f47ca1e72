import TestKit
import Testing
import Wire

@testable import Crypto

@Suite("Passwords", .timeLimit(.minutes(5)))
struct PasswordTests {
    private static let hasher = PasswordHasher(memory: 64, passes: 1, lanes: 1)

    @Test("are hashed as in RFC 9106, section 5.3")
    func vector() throws {
        let hash = try Argon2id.hash(
            SecretBytes([UInt8](repeating: 1, count: 32)),
            salt: [UInt8](repeating: 2, count: 16),
            key: [UInt8](repeating: 3, count: 8),
            associated: [UInt8](repeating: 4, count: 12),
            cost: Argon2id.Cost(memory: 32, passes: 3, lanes: 4),
            count: 32
        )
        #expect(
            hash.hexadecimal == "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
        )
    }

    /// From the test program of the reference implementation, `src/test.c` of P-H-C's argon2.
    @Test("are told by the strings that the reference implementation writes")
    func referenceStrings() throws {
        let text =
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc"
        let kept = try PasswordHash(text)
        #expect(kept.text == text)
        #expect(try Self.hasher.isPassword(SecretBytes(utf8: "password"), of: kept))
        #expect(try !Self.hasher.isPassword(SecretBytes(utf8: "passwore"), of: kept))
        let hasher = PasswordHasher(memory: 256, passes: 2, lanes: 2)
        let same = try hasher.hash(SecretBytes(utf8: "password"), salt: Array("somesalt".utf8))
        #expect(same.text == text)
    }

    @Test("are recognised after they were stored, and no others are")
    func roundTrip() throws {
        let kept = try Self.hasher.hash(SecretBytes(utf8: "pässwörd 1"))
        let stored = try PasswordHash(kept.text)
        #expect(stored == kept)
        #expect(try Self.hasher.isPassword(SecretBytes(utf8: "pässwörd 1"), of: stored))
        for wrong in ["pässwörd 2", "pässwörd 1 ", "Pässwörd 1", "p"] {
            #expect(try !Self.hasher.isPassword(SecretBytes(utf8: wrong), of: stored))
        }
        let again = try Self.hasher.hash(SecretBytes(utf8: "pässwörd 1"))
        #expect(again != kept && again.text != kept.text)
    }

    @Test("of accounts that there are not are wrong")
    func noAccount() throws {
        #expect(try !Self.hasher.isPassword(SecretBytes(utf8: "anything"), of: nil))
    }

    @Test("are hashed again when the cost has changed")
    func outdated() throws {
        let kept = try Self.hasher.hash(SecretBytes(utf8: "secret"))
        #expect(!Self.hasher.isOutdated(kept))
        for hasher in [
            PasswordHasher(), PasswordHasher(memory: 65, passes: 1, lanes: 1),
            PasswordHasher(memory: 64, passes: 2, lanes: 1),
            PasswordHasher(memory: 64, passes: 1, lanes: 2),
        ] {
            #expect(hasher.isOutdated(kept))
            // What was hashed before can still be told.
            #expect(try hasher.isPassword(SecretBytes(utf8: "secret"), of: kept))
        }
    }

    @Test("cost what RFC 9106 recommends if nothing else is said")
    func defaults() throws {
        let kept = try PasswordHasher().hash(SecretBytes(utf8: "secret"))
        #expect(kept.text.hasPrefix("$argon2id$v=19$m=65536,t=3,p=4$"))
    }

    @Test("have 1 to 1,024 bytes", arguments: [0, 1, 1_024, 1_025])
    func lengths(count: Int) throws {
        let password = SecretBytes([UInt8](repeating: 65, count: count))
        if (1...1_024).contains(count) {
            let kept = try Self.hasher.hash(password)
            #expect(try Self.hasher.isPassword(password, of: kept))
        } else {
            let error = CryptoError.malformed(
                "a password has 1 to 1,024 bytes, this one \(count)"
            )
            #expect(throws: error) { try Self.hasher.hash(password) }
            #expect(throws: error) { try Self.hasher.isPassword(password, of: nil) }
        }
    }

    private static let salt = "c29tZXNhbHQ"
    private static let hash = "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"

    @Test(
        "kept in another form are refused",
        arguments: [
            "", "$", "$argon2id", "argon2id$v=19$m=64,t=1,p=1$\(salt)$\(hash)",
            "$argon2i$v=19$m=64,t=1,p=1$\(salt)$\(hash)",
            "$argon2id$v=16$m=64,t=1,p=1$\(salt)$\(hash)",
            "$argon2id$m=64,t=1,p=1$\(salt)$\(hash)",
            "$argon2id$v=19$t=1,m=64,p=1$\(salt)$\(hash)",
            "$argon2id$v=19$m=064,t=1,p=1$\(salt)$\(hash)",
            "$argon2id$v=19$m=+64,t=1,p=1$\(salt)$\(hash)",
            "$argon2id$v=19$m=64,t=1$\(salt)$\(hash)",
            "$argon2id$v=19$m=64,t=1,p=1,keyid=A$\(salt)$\(hash)",
            "$argon2id$v=19$m=7,t=1,p=1$\(salt)$\(hash)",
            "$argon2id$v=19$m=262145,t=1,p=1$\(salt)$\(hash)",
            "$argon2id$v=19$m=99999999999999999999,t=1,p=1$\(salt)$\(hash)",
            "$argon2id$v=19$m=64,t=0,p=1$\(salt)$\(hash)",
            "$argon2id$v=19$m=64,t=65,p=1$\(salt)$\(hash)",
            "$argon2id$v=19$m=64,t=1,p=0$\(salt)$\(hash)",
            "$argon2id$v=19$m=64,t=1,p=9$\(salt)$\(hash)",
            "$argon2id$v=19$m=64,t=1,p=1$c29tZQ$\(hash)",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)=$\(hash)",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)$c29tZXNhbHQ",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)$\(hash)$",
            "$argon2id$v=19$m=64,t=1,p=1$\(salt)$\(hash)\n",
            String(repeating: "$", count: 513),
        ]
    )
    func malformed(text: String) {
        #expect(throws: CryptoError.self) { try PasswordHash(text) }
    }

    @Test("do not show their hashes when they are printed")
    func printing() throws {
        let kept = try Self.hasher.hash(SecretBytes(utf8: "secret"))
        var dumped = ""
        dump(kept, to: &dumped)
        for text in ["\(kept)", String(reflecting: kept), dumped] {
            #expect(text.contains("argon2id(64 KiB, 1 passes, 1 lanes)"))
            #expect(!text.contains(StrictBase64.standard.encode(kept.hash)))
        }
        #expect(Mirror(reflecting: kept).children.isEmpty)
    }
}
