import Synchronization
import TestKit
import Testing
import Wire

@testable import Crypto

@Suite("Secret bytes")
struct SecretBytesTests {
    @Test("are zeroed when the last copy is released, and not before")
    func zeroing() {
        let seen = Mutex<[UInt8]?>(nil)
        do {
            let copy: SecretBytes
            do {
                let secret = unsafe SecretBytes(
                    count: 3,
                    onRelease: { memory in
                        let left = unsafe Array(memory)
                        seen.withLock { $0 = left }
                    },
                    { unsafe $0.copyBytes(from: [7, 8, 9]) }
                )
                copy = secret
            }
            #expect(seen.withLock { $0 } == nil)
            #expect(copy.array == [7, 8, 9])
        }
        #expect(seen.withLock { $0 } == [0, 0, 0])
    }

    @Test("are not shown by printing, dumping or reflecting, nor by what holds them")
    func printing() {
        struct Holder {
            let secret: SecretBytes
            let many: [SecretBytes]
        }
        let secret = SecretBytes(utf8: "swordfish")
        let holder = Holder(secret: secret, many: [secret])
        var dumped = ""
        dump(holder, to: &dumped)
        let digits = Array("swordfish".utf8).hexadecimal
        for text in ["\(secret)", String(reflecting: secret), "\(holder)", dumped] {
            #expect(text.contains("(secret)"))
            #expect(!text.contains("swordfish") && !text.contains("115") && !text.contains(digits))
        }
        #expect(Mirror(reflecting: secret).children.isEmpty)
    }

    @Test("are the same if every byte is")
    func equality() {
        let secret = SecretBytes([UInt8](1...40))
        #expect(secret.isSame(as: SecretBytes([UInt8](1...40))))
        #expect(!secret.isSame(as: SecretBytes([UInt8](1...39))))
        #expect(SecretBytes([]).isSame(as: SecretBytes(utf8: "")))
        for position in 0..<40 {
            var other = [UInt8](1...40)
            other[position] ^= 0x80
            #expect(!secret.isSame(as: SecretBytes(other)))
        }
    }

    @Test("that are random differ, and fill what was asked for")
    func random() {
        for count in [0, 1, 15, 16, 17, 1_000] {
            #expect(SecretBytes(randomCount: count).count == count)
            #expect(SecureRandom.bytes(count).count == count)
        }
        let drawn = (0..<1_000).map { _ in SecureRandom.bytes(16) }
        #expect(Set(drawn).count == drawn.count)
        // Of 128,000 fair bits a share beyond nine standard deviations does not happen.
        let ones = drawn.joined().reduce(0) { $0 + $1.nonzeroBitCount }
        #expect((62_400...65_600).contains(ones))
        let generator = SecureRandom()
        #expect(generator.next() != generator.next())
    }
}
