import Wire

@testable import Crypto

// Expectations cannot take what borrows; tests hand over arrays.

extension SHA256 {
    mutating func update(_ bytes: [UInt8]) { update(bytes.rawBytes) }

    static func digest(of bytes: [UInt8]) -> Digest { digest(of: bytes.rawBytes) }
}

extension AuthenticationKey {
    func code(for message: [UInt8]) -> [UInt8] { code(for: message.rawBytes) }

    func isValid(_ code: [UInt8], for message: [UInt8]) -> Bool {
        isValid(code.rawBytes, for: message.rawBytes)
    }
}

extension KeyDerivation {
    static func key(
        from secret: SecretBytes,
        salt: [UInt8] = [],
        purpose: [UInt8],
        count: Int
    ) -> SecretBytes {
        key(from: secret, salt: salt.rawBytes, purpose: purpose.rawBytes, count: count)
    }
}

extension SealingKey {
    func seal(_ plaintext: [UInt8], for context: [UInt8]) -> [UInt8] {
        seal(plaintext.rawBytes, for: context.rawBytes)
    }

    func seal(_ plaintext: [UInt8], for context: [UInt8], nonce: [UInt8]) -> [UInt8] {
        seal(plaintext.rawBytes, for: context.rawBytes, nonce: nonce)
    }

    func open(_ sealed: [UInt8], for context: [UInt8]) throws(CryptoError) -> SecretBytes {
        try open(sealed.rawBytes, for: context.rawBytes)
    }
}

extension Envelope {
    init(sealing secret: SecretBytes, for context: [UInt8], with keys: KeyRing<SealingKey>) {
        self.init(sealing: secret, for: context.rawBytes, with: keys)
    }

    func open(
        for context: [UInt8],
        with keys: KeyRing<SealingKey>
    ) throws(CryptoError) -> SecretBytes {
        try open(for: context.rawBytes, with: keys)
    }

    func rewrapped(
        for context: [UInt8],
        with keys: KeyRing<SealingKey>
    ) throws(CryptoError) -> Envelope {
        try rewrapped(for: context.rawBytes, with: keys)
    }
}

extension Hexadecimal {
    static func encode(_ bytes: [UInt8]) -> String { encode(bytes.rawBytes) }
}

extension StrictBase64 {
    func encode(_ bytes: [UInt8]) -> String { encode(bytes.rawBytes) }
}

extension Base62 {
    static func encode(_ bytes: [UInt8]) -> String { encode(bytes.rawBytes) }
}

extension SecretBytes {
    /// What is secret elsewhere.
    var array: [UInt8] { Array(copying: bytes) }
}
