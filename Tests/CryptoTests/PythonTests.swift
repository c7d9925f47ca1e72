import TestKit
import Testing
import Wire

@testable import Crypto

/// The `cryptography` package has an OpenSSL of its own, newer than the system's, whose Argon2 is
/// not libargon2.
@Suite("Python's cryptography", .timeLimit(.minutes(5)))
struct PythonTests {
    @Test("computes what we compute", arguments: [1, 2])
    func vectors(seed: Int) async throws {
        let output = try await OutsideProgram.run(
            OutsideProgram.python,
            OutsideProgram.repository + "/Tests/CryptoTests/Peers/vectors.py",
            "\(seed)"
        )
        #expect(output.status == 0, "\(output.errors)")
        var counts: [Substring: Int] = [:]
        for line in output.text.split(separator: "\n") {
            let words = line.split(separator: " ")
            let fields = words.dropFirst().map { [UInt8](hexadecimal: $0 == "-" ? "" : "\($0)") }
            try check(words[0], fields, line)
            counts[words[0], default: 0] += 1
        }
        let each = ["sha256": 200, "hmac": 200, "hkdf": 200, "gcm": 200, "argon2id": 20]
        #expect(counts == Dictionary(uniqueKeysWithValues: each.map { ($0[...], $1) }))
    }

    private func check(_ kind: Substring, _ fields: [[UInt8]], _ line: Substring) throws {
        let result = try #require(fields.last)
        switch kind {
        case "sha256":
            #expect(SHA256.digest(of: fields[0]).bytes == result, "\(line)")
        case "hmac":
            let key = AuthenticationKey(SecretBytes(fields[0]))
            #expect(key.code(for: fields[1]) == result, "\(line)")
        case "hkdf":
            let key = KeyDerivation.key(
                from: SecretBytes(fields[0]),
                salt: fields[1],
                purpose: fields[2],
                count: result.count
            )
            #expect(key.array == result, "\(line)")
        case "gcm":
            let key = try SealingKey(SecretBytes(fields[0]))
            let sealed = key.seal(
                fields[2],
                for: fields[3],
                nonce: fields[1]
            )
            #expect(sealed == fields[1] + result, "\(line)")
            let opened = try key.open(sealed, for: fields[3])
            #expect(opened.array == fields[2], "\(line)")
        default:
            let text = String(decoding: result, as: UTF8.self)
            let kept = try PasswordHash(text)
            #expect(kept.text == text)
            let hasher = PasswordHasher(memory: 64, passes: 1, lanes: 1)
            #expect(try hasher.isPassword(SecretBytes(fields[0]), of: kept), "\(line)")
            #expect(try !hasher.isPassword(SecretBytes(fields[0] + [0]), of: kept), "\(line)")
        }
    }
}
