import TestKit
import Testing
import Wire

@testable import Crypto

@Suite("What is sealed")
struct SealingTests {
    /// McGrew and Viega: The Galois/Counter Mode of Operation, appendix B, the cases of AES-256
    /// with nonces of 96 bits, which are NIST's too.
    @Test("is what the inventors of GCM show", arguments: SealingCase.all)
    func vectors(test: SealingCase) throws {
        let key = try SealingKey(SecretBytes([UInt8](hexadecimal: test.key)))
        let plaintext = [UInt8](hexadecimal: test.plaintext)
        let context = [UInt8](hexadecimal: test.context)
        let sealed = key.seal(
            plaintext,
            for: context,
            nonce: [UInt8](hexadecimal: test.nonce)
        )
        #expect(sealed.hexadecimal == test.nonce + test.ciphertext + test.tag)
        let opened = try key.open(sealed, for: context)
        #expect(opened.array == plaintext)
    }

    @Test("does not open when any bit was changed, or a byte is missing or too many")
    func changed() throws {
        let (key, _) = SealingKey.random()
        let context = Array("tenant 7".utf8)
        let sealed = key.seal(Array("a secret".utf8), for: context)
        for bit in 0..<sealed.count * 8 {
            var changed = sealed
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: CryptoError.notAuthentic) {
                try key.open(changed, for: context)
            }
        }
        for count in 0..<sealed.count {
            let cut = Array(sealed[..<count])
            let expected: CryptoError =
                count < 28 ? .malformed("too short to have been sealed") : .notAuthentic
            #expect(throws: expected) { try key.open(cut, for: context) }
        }
        #expect(throws: CryptoError.notAuthentic) {
            try key.open((sealed + [0]), for: context)
        }
    }

    @Test("opens with its own key and for its own context only")
    func foreign() throws {
        let (key, _) = SealingKey.random()
        let (other, _) = SealingKey.random()
        let sealed = key.seal([1, 2, 3], for: [4])
        #expect(throws: CryptoError.notAuthentic) { try other.open(sealed, for: [4]) }
        #expect(throws: CryptoError.notAuthentic) { try key.open(sealed, for: [5]) }
        #expect(throws: CryptoError.notAuthentic) { try key.open(sealed, for: []) }
        #expect(throws: CryptoError.self) { try SealingKey(SecretBytes([1, 2, 3])) }
    }

    @Test("has another nonce each time")
    func nonces() {
        let (key, _) = SealingKey.random()
        let nonces = (0..<1_000).map { _ in
            Array(key.seal([], for: [])[..<SealingKey.nonceCount])
        }
        #expect(Set(nonces).count == nonces.count)
    }
}

@Suite("Envelopes")
struct EnvelopeTests {
    private static func ring(_ numbers: UInt32...) throws -> KeyRing<SealingKey> {
        var keys: [KeyID: SealingKey] = [:]
        for number in numbers {
            let bytes = [UInt8](repeating: UInt8(number), count: 32)
            keys[try #require(KeyID(number))] = try SealingKey(SecretBytes(bytes))
        }
        return try KeyRing(current: try #require(KeyID(numbers[0])), keys)
    }

    private let context = Array("t_1 stripe".utf8)
    private let secret = SecretBytes(utf8: "sk_live_51")

    @Test("open again from their stored form", arguments: [0, 1, 16, 4_096])
    func roundTrip(count: Int) throws {
        let keys = try Self.ring(1)
        let secret = SecretBytes(randomCount: count)
        let envelope = Envelope(sealing: secret, for: context, with: keys)
        #expect(envelope.bytes.count == count + Envelope.overhead)
        let stored = try Envelope(envelope.bytes)
        #expect(stored == envelope && stored.keyID == keys.currentID)
        #expect(try stored.open(for: context, with: keys).isSame(as: secret))
    }

    @Test("open after the key-encryption key has changed, with the old key as long as it is there")
    func rotation() throws {
        let old = try Self.ring(1)
        let both = try Self.ring(2, 1)
        let new = try Self.ring(2)
        let envelope = Envelope(sealing: secret, for: context, with: old)
        #expect(try envelope.open(for: context, with: both).isSame(as: secret))
        #expect(throws: CryptoError.unknownKey(old.currentID)) {
            try envelope.open(for: context, with: new)
        }
        let rewrapped = try envelope.rewrapped(for: context, with: both)
        #expect(rewrapped.keyID == new.currentID)
        #expect(try rewrapped.open(for: context, with: new).isSame(as: secret))
        // The secret itself was not sealed again.
        #expect(rewrapped.bytes[65...] == envelope.bytes[65...])
        #expect(try rewrapped.rewrapped(for: context, with: both) == rewrapped)
        #expect(throws: CryptoError.notAuthentic) {
            try envelope.rewrapped(for: [0], with: both)
        }
    }

    @Test("do not open for another context, with another key of the same id, or changed")
    func tampering() throws {
        let keys = try Self.ring(1)
        let bytes = Envelope(sealing: secret, for: context, with: keys).bytes
        #expect(throws: CryptoError.notAuthentic) {
            try Envelope(bytes).open(for: Array("t_2 stripe".utf8), with: keys)
        }
        let other = SealingKey.random().key
        let impostor = try KeyRing(current: keys.currentID, [keys.currentID: other])
        #expect(throws: CryptoError.notAuthentic) {
            try Envelope(bytes).open(for: context, with: impostor)
        }
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: CryptoError.self) {
                try Envelope(changed).open(for: context, with: keys)
            }
        }
        for count in 0..<bytes.count {
            #expect(throws: CryptoError.self) {
                try Envelope(Array(bytes[..<count])).open(for: context, with: keys)
            }
        }
    }

    @Test("cannot be put together from parts of two")
    func mixing() throws {
        let keys = try Self.ring(1)
        let first = Envelope(sealing: secret, for: context, with: keys).bytes
        let second = Envelope(sealing: secret, for: context, with: keys).bytes
        #expect(throws: CryptoError.notAuthentic) {
            try Envelope(Array(first[..<65] + second[65...])).open(
                for: context,
                with: keys
            )
        }
    }

    @Test("and their keys show nothing when they are printed")
    func printing() throws {
        let keys = try Self.ring(1)
        let envelope = Envelope(sealing: secret, for: context, with: keys)
        #expect("\(envelope)" == "envelope(key 1, \(envelope.bytes.count) bytes)")
        var dumped = ""
        dump(envelope, to: &dumped)
        dump(keys, to: &dumped)
        dump(AuthenticationKey(secret), to: &dumped)
        #expect(!dumped.contains("sk_live") && !dumped.contains("- 1\n"))
    }
}

/// A case of the inventors' paper.
struct SealingCase: Sendable, CustomTestStringConvertible {
    let number: Int
    var key = String(repeating: "feffe9928665731c6d6a8f9467308308", count: 2)
    var nonce = "cafebabefacedbaddecaf888"
    let plaintext: String
    var context = ""
    let ciphertext: String
    let tag: String

    var testDescription: String { "case \(number)" }

    private static let zeroKey = String(repeating: "00", count: 32)
    private static let zeroNonce = String(repeating: "00", count: 12)
    private static let text =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255"
    private static let sealedText =
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"

    static let all = [
        SealingCase(
            number: 13,
            key: zeroKey,
            nonce: zeroNonce,
            plaintext: "",
            ciphertext: "",
            tag: "530f8afbc74536b9a963b4f1c4cb738b"
        ),
        SealingCase(
            number: 14,
            key: zeroKey,
            nonce: zeroNonce,
            plaintext: String(repeating: "00", count: 16),
            ciphertext: "cea7403d4d606b6e074ec5d3baf39d18",
            tag: "d0d1c8a799996bf0265b98b5d48ab919"
        ),
        SealingCase(
            number: 15,
            plaintext: text,
            ciphertext: sealedText,
            tag: "b094dac5d93471bdec1a502270e3cc6c"
        ),
        SealingCase(
            number: 16,
            plaintext: String(text.prefix(120)),
            context: "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            ciphertext: String(sealedText.prefix(120)),
            tag: "76fc6ece0f4e1768cddf8853bb2d551b"
        ),
    ]
}
