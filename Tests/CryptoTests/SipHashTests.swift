import TestKit
import Testing
import Wire

@testable import Crypto

@Suite("SipHash", .timeLimit(.minutes(5)))
struct SipHashTests {
    private static func hash(by key: [UInt8]) throws -> SipHash {
        guard let hash = SipHash(key: key.rawBytes) else { throw CryptoError.malformed("a key") }
        return hash
    }

    private static func hexadecimal(_ hash: (UInt64, UInt64)) -> String {
        [hash.0, hash.1].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }.hexadecimal
    }

    /// The first of the authors' vectors of 128 bits: the key counts from 0, and so do messages.
    @Test("gives its authors' values")
    func vectors() throws {
        let hash = try Self.hash(by: Array(0..<16))
        let expected = [
            "a3817f04ba25a8e66df67214c7550293", "da87c1d86b99af44347659119b22fc45",
            "8177228da4a45dc7fca38bdef60affe4",
        ]
        for (count, text) in expected.enumerated() {
            let message = [UInt8](0..<UInt8(count))
            #expect(Self.hexadecimal(hash.hash(message.rawBytes)) == text)
        }
    }

    @Test("gives OpenSSL's values for messages of all lengths")
    func peer() async throws {
        var generator = SeededGenerator(seed: 7)
        let key = (0..<16).map { _ in UInt8(generator.number(in: 0...255)) }
        let messages = (0...70).map { count in
            (0..<count).map { _ in UInt8(generator.number(in: 0...255)) }
        }
        let hash = try Self.hash(by: key)
        let script = """
            for message in "$@"; do
                printf '%s' "${message#-}" | xxd -r -p |
                    openssl mac -macopt hexkey:\(key.hexadecimal) -macopt size:16 \\
                        -in /dev/stdin SIPHASH
            done
            """
        let words = messages.map { "-" + $0.hexadecimal }
        let output = try await OutsideProgram.run(["bash", "-c", script, "bash"] + words)
        #expect(output.status == 0, "\(output.errors)")
        let expected = output.text.split(separator: "\n").map { $0.lowercased() }
        #expect(messages.map { Self.hexadecimal(hash.hash($0.rawBytes)) } == expected)
    }

    @Test("takes keys of 16 bytes only", arguments: [0, 15, 17])
    func keys(count: Int) {
        let isTaken = SipHash(key: [UInt8](repeating: 1, count: count).rawBytes) != nil
        #expect(!isTaken)
    }
}
