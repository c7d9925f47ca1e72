import TestKit
import Testing
import Wire

@testable import Crypto

@Suite("Digests and codes")
struct DigestTests {
    /// FIPS 180-4's examples, and the empty message.
    @Test(
        "of SHA-256 are those of NIST's examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func sha256(message: String, digest: String) {
        #expect("\(SHA256.digest(of: Array(message.utf8)))" == digest)
    }

    @Test("of a million letters in parts of any size are that of NIST's example")
    func parts() {
        let letters = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        var generator = SeededGenerator(seed: 1)
        var hash = SHA256()
        var position = 0
        while position < letters.count {
            let end = min(position + generator.number(in: 0...3_000), letters.count)
            hash.update(Array(letters[position..<end]))
            position = end
        }
        let digest = hash.finish()
        #expect(
            "\(digest)" == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        )
        #expect(digest == SHA256.digest(of: letters))
    }

    /// RFC 4231, §4; the fifth case shows 16 bytes only.
    @Test("of HMAC are those of RFC 4231", arguments: HMACCase.all)
    func hmac(test: HMACCase) {
        let key = AuthenticationKey(SecretBytes([UInt8](hexadecimal: test.key)))
        let message = [UInt8](hexadecimal: test.message)
        let code = key.code(for: message)
        #expect(code.hexadecimal.hasPrefix(test.code))
        #expect(key.isValid(code, for: message))
    }

    @Test("that were changed, cut or made for something else are not valid")
    func forged() {
        let key = AuthenticationKey(SecretBytes([UInt8](1...32)))
        let message = Array("what was said".utf8)
        let code = key.code(for: message)
        for bit in 0..<code.count * 8 {
            var forged = code
            forged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!key.isValid(forged, for: message))
        }
        for count in 0..<code.count {
            #expect(!key.isValid(Array(code[..<count]), for: message))
        }
        #expect(!key.isValid((code + [0]), for: message))
        #expect(!key.isValid(code, for: (message + [0])))
        let other = AuthenticationKey(SecretBytes([UInt8](2...33)))
        #expect(!other.isValid(code, for: message))
    }

    /// RFC 5869, appendices A.1 to A.3.
    @Test("keys are derived as in RFC 5869", arguments: DerivationCase.all)
    func derivation(test: DerivationCase) {
        let key = KeyDerivation.key(
            from: SecretBytes([UInt8](hexadecimal: test.secret)),
            salt: [UInt8](hexadecimal: test.salt),
            purpose: [UInt8](hexadecimal: test.purpose),
            count: test.key.count / 2
        )
        #expect(Array(copying: key.bytes).hexadecimal == test.key)
    }

    @Test("keys may be as long as HKDF allows, and each length begins as the longer ones")
    func lengths() {
        let secret = SecretBytes([UInt8](1...32))
        let purpose = Array("test".utf8)
        let longest = KeyDerivation.key(
            from: secret,
            purpose: purpose,
            count: KeyDerivation.maximumCount
        )
        for count in [1, 31, 32, 33, 64, 65, 8_159, 8_160] {
            let key = KeyDerivation.key(from: secret, purpose: purpose, count: count)
            #expect(key.array == Array(longest.array[..<count]))
        }
    }
}

/// A case of RFC 4231.
struct HMACCase: Sendable, CustomTestStringConvertible {
    let number: Int
    let key: String
    let message: String
    let code: String

    var testDescription: String { "case \(number)" }

    private static let longKey = String(repeating: "aa", count: 131)

    static let all = [
        HMACCase(
            number: 1,
            key: String(repeating: "0b", count: 20),
            message: "4869205468657265",
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        HMACCase(
            number: 2,
            key: "4a656665",
            message: "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        HMACCase(
            number: 3,
            key: String(repeating: "aa", count: 20),
            message: String(repeating: "dd", count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        HMACCase(
            number: 4,
            key: "0102030405060708090a0b0c0d0e0f10111213141516171819",
            message: String(repeating: "cd", count: 50),
            code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
        ),
        HMACCase(
            number: 5,
            key: String(repeating: "0c", count: 20),
            message: Array("Test With Truncation".utf8).hexadecimal,
            code: "a3b6167473100ee06e0c796c2955552b"
        ),
        HMACCase(
            number: 6,
            key: longKey,
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)
                .hexadecimal,
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
        HMACCase(
            number: 7,
            key: longKey,
            message: Array(
                ("This is a test using a larger than block-size key and a larger than block-size "
                    + "data. The key needs to be hashed before being used by the HMAC algorithm.")
                    .utf8
            ).hexadecimal,
            code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
        ),
    ]
}

/// A case of RFC 5869.
struct DerivationCase: Sendable, CustomTestStringConvertible {
    let name: String
    let secret: String
    let salt: String
    let purpose: String
    let key: String

    var testDescription: String { name }

    private static func range(_ bytes: ClosedRange<UInt8>) -> String { Array(bytes).hexadecimal }

    static let all = [
        DerivationCase(
            name: "A.1",
            secret: String(repeating: "0b", count: 22),
            salt: "000102030405060708090a0b0c",
            purpose: "f0f1f2f3f4f5f6f7f8f9",
            key: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                + "34007208d5b887185865"
        ),
        DerivationCase(
            name: "A.2",
            secret: range(0x00...0x4f),
            salt: range(0x60...0xaf),
            purpose: range(0xb0...0xff),
            key: "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                + "cc30c58179ec3e87c14c01d5c1f3434f1d87"
        ),
        DerivationCase(
            name: "A.3",
            secret: String(repeating: "0b", count: 22),
            salt: "",
            purpose: "",
            key: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                + "9d201395faa4b61a96c8"
        ),
    ]
}
