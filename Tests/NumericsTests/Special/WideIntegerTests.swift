import Numerics
import TestKit
import Testing

@Suite("Integers of 128 bits")
struct WideIntegerTests {
    @Test("are rounded to the nearest number as the standard library does", arguments: 1...4)
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5_000 {
            let bits = Int.random(in: 0..<128, using: &random)
            let high = UInt64.random(in: .min ... .max, using: &random)
            let low = UInt64.random(in: .min ... .max, using: &random)
            let number = Int128(truncatingIfNeeded: UInt128(high) << 64 | UInt128(low)) >> bits
            #expect(number.nearestDouble == Double(number), "\(number)")
        }
    }

    @Test("halfway between two numbers go to the even one")
    func halfway() {
        for exponent in 0..<74 {
            let odd = Int128((1 << 53) + 1) << exponent
            let next = Int128((1 << 54) + 3) << exponent
            for number in [odd, -odd, next, odd + 1, odd - 1, next + 1, next - 1] {
                #expect(number.nearestDouble == Double(number), "\(number)")
            }
        }
        for number in [0, 1, -1, .max, .min, .max - 1, Int128(UInt64.max), Int128(UInt64.max) + 1] {
            #expect(number.nearestDouble == Double(number), "\(number)")
        }
    }
}
