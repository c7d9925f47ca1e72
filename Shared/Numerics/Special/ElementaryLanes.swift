/// Elementary functions of four numbers at once, in plain sums and products.
///
/// Polynomials interpolate at Chebyshev's nodes; the names of errors are those of
/// ``Elementary``, which states what they come to. Nothing is fused, so bits are the same on
/// every machine.
enum ElementaryLanes {
    typealias Four = SIMD4<Double>
    private typealias Bits = SIMD4<UInt64>

    /// ln 2 in two parts, the first with so few bits that its multiples up to 2¹¹ are exact.
    private static let ln2High = 0x1.62e42p-1
    private static let ln2Low = 0x1.fdf473de6af28p-22
    /// Added to a number below 2⁵¹, it leaves the nearest integer in the lowest bits.
    private static let rounder = 0x1.8p52

    @inline(__always)
    private static func bits(_ x: Four) -> Bits {
        // Both are 32 bytes without padding.
        unsafe unsafeBitCast(x, to: Bits.self)
    }

    @inline(__always)
    private static func number(_ bits: Bits) -> Four {
        // Both are 32 bytes without padding.
        unsafe unsafeBitCast(bits, to: Four.self)
    }

    @inline(__always)
    static func magnitude(_ x: Four) -> Four {
        number(bits(x) & Bits(repeating: 0x7fff_ffff_ffff_ffff))
    }

    @inline(__always)
    private static func withSign(of x: Four, _ y: Four) -> Four {
        number(bits(y) | (bits(x) & Bits(repeating: 0x8000_0000_0000_0000)))
    }

    /// x = k ln 2 + (high − low), with |high − low| ≤ ½ ln 2, and e^r = 1 + high + rest.
    @inline(__always)
    private static func reduced(_ x: Four) -> (integer: Bits, high: Four, rest: Four) {
        let shifted = x * 0x1.71547652b82fep+0 + rounder
        let k = shifted - rounder
        let high = x - k * ln2High
        let low = k * ln2Low
        let r = high - low
        let r2 = r * r
        let r4 = r2 * r2
        let p01 = 0x1.0000000000001p-1 + r * 0x1.5555555555556p-3
        let p23 = 0x1.5555555553d63p-5 + r * 0x1.11111111109b3p-7
        let p45 = 0x1.6c16c1788bd90p-10 + r * 0x1.a01a01a7c41d5p-13
        let p67 = 0x1.a019b90d2ae7ap-16 + r * 0x1.71de0dae63bb3p-19
        let p89 = 0x1.289185613a3d6p-22 + r * 0x1.af38a9b0ec855p-26
        let p = (p01 + r2 * p23) + r4 * ((p45 + r2 * p67) + r4 * p89)
        return (bits(shifted) &- bits(Four(repeating: rounder)), high, r2 * p - low)
    }

    @inline(__always)
    static func exp(_ x: Four) -> Four {
        // Beyond these, powers round to infinity and to 0.
        let low = x.replacing(with: Four(repeating: 710), where: x .> 710)
        let (k, high, rest) = reduced(low.replacing(with: Four(repeating: -746), where: x .< -746))
        let sum = 1 + high
        let value = sum + ((high - (sum - 1)) + rest)
        // Two factors, for one alone can leave the range of exponents where the product does not.
        let biased = k &+ Bits(repeating: 2046)
        let half = biased &>> 1
        return value * number(half &<< 52) * number((biased &- half) &<< 52)
    }

    /// e^x − 1, for x from 0 to 50 only.
    @inline(__always)
    private static func expMinusOne(_ x: Four) -> Four {
        let (k, high, rest) = reduced(x)
        let power = number((k &+ Bits(repeating: 1023)) &<< 52)
        let a = power - 1
        let b = power * high
        let sum = a + b
        let part = sum - a
        let error = (a - (sum - part)) + (b - part)
        return sum + (error + power * rest)
    }

    @inline(__always)
    static func tanh(_ x: Four) -> Four {
        // From 22 on it rounds to 1.
        let size = magnitude(x)
        let t = expMinusOne(2 * size.replacing(with: Four(repeating: 22), where: size .> 22))
        let value = t / (t + 2)
        // NaN stays NaN: it is not large, and all steps pass it on.
        return withSign(of: x, value)
    }

    @inline(__always)
    static func sigmoid(_ x: Four) -> Four {
        let e = exp(0 - magnitude(x))
        let one = Four(repeating: 1)
        return e.replacing(with: one, where: x .>= 0) / (1 + e)
    }

    @inline(__always)
    static func log(_ x: Four) -> Four {
        logarithm(x, correction: .zero)
    }

    @inline(__always)
    static func logOnePlus(_ x: Four) -> Four {
        let u = 1 + x
        // What rounding took from the sum, exactly.
        let part = u - 1
        let lost = (1 - (u - part)) + (x - part)
        let isPlain = (u .> 0) .& (u .< .infinity)
        let correction = (lost / u).replacing(with: 0, where: .!isPlain)
        let value = logarithm(u, correction: correction)
        return value.replacing(with: x, where: x .== 0)
    }

    /// ln x + correction, the correction being far smaller than 1.
    @inline(__always)
    private static func logarithm(_ x: Four, correction: Four) -> Four {
        let isSubnormal = x .< Double.leastNormalMagnitude
        let normal = x.replacing(with: x * 0x1p54, where: isSubnormal)
        let pattern = bits(normal)
        // x = 2^k m with m from √½ to √2; k is taken from the bits with an offset of 1024.
        let distance = pattern &- Bits(repeating: 0x3fe6_a09e_667f_3bcd)
        let exponent = (distance &+ Bits(repeating: 1024 << 52)) &>> 52
        let mantissa = number(pattern &- ((exponent &- Bits(repeating: 1024)) &<< 52))
        let counted = number(exponent | bits(Four(repeating: 0x1p52))) - (0x1p52 + 1024)
        let k = counted - Four.zero.replacing(with: 54, where: isSubnormal)
        let f = mantissa - 1
        let s = f / (2 + f)
        let z = s * s
        let w = z * z
        let odd =
            0x1.5555555555558p-1
            + w * (0x1.2492492df281ap-2 + w * (0x1.7462b51cb66b1p-3 + w * 0x1.2b5900de53b32p-3))
        let even =
            0x1.99999999952d7p-2 + w * (0x1.c71c62e3f11e6p-3 + w * 0x1.39fe51a7c18f9p-3)
        let series = z * (odd + z * even)
        let half = 0.5 * f * f
        let low = s * (half + series) + (k * ln2Low + correction)
        let value = k * ln2High + (f - (half - low))
        return value.replacing(with: .infinity, where: x .== .infinity)
            .replacing(with: -.infinity, where: x .== 0)
            .replacing(with: .nan, where: .!(x .>= 0))
    }
}
