/// What mix models ask most for, of eight numbers at once.
///
/// Products are fused with sums here, in so many words: a fused product is rounded once wherever it
/// is computed, so that bits are the same on every machine.
enum ElementaryEights {
    typealias Eight = SIMD8<Double>
    private typealias Bits = SIMD8<UInt64>

    @inline(__always)
    private static func sum(_ a: Eight, _ x: Eight, _ y: Double) -> Eight {
        a.addingProduct(x, Eight(repeating: y))
    }

    @inline(__always)
    private static func sum(_ a: Double, _ x: Eight, _ y: Double) -> Eight {
        Eight(repeating: a).addingProduct(x, Eight(repeating: y))
    }

    /// tanh(x ÷ 2) of numbers that are not negative, as (e^x − 1) ÷ (e^x + 1).
    @inline(__always)
    static func halfTanh(_ x: Eight) -> Eight {
        // From 40 on the response rounds to 1.
        let x = x.replacing(with: Eight(repeating: 40), where: x .> 40)
        let rounder = 0x1.8p52
        // x = k ln 2 + r, with |r| ≤ ½ ln 2.
        let shifted = sum(rounder, x, 0x1.71547652b82fep+0)
        let k = shifted - rounder
        let r = sum(sum(x, k, -0x1.62e42fefa39efp-1), k, -0x1.abc9e3b39803fp-56)
        let r2 = r * r
        let r4 = r2 * r2
        let p01 = sum(0x1.0000000000001p-1, r, 0x1.5555555555556p-3)
        let p23 = sum(0x1.5555555553d63p-5, r, 0x1.11111111109b3p-7)
        let p45 = sum(0x1.6c16c1788bd90p-10, r, 0x1.a01a01a7c41d5p-13)
        let p67 = sum(0x1.a019b90d2ae7ap-16, r, 0x1.71de0dae63bb3p-19)
        let p89 = sum(0x1.289185613a3d6p-22, r, 0x1.af38a9b0ec855p-26)
        let low = p01.addingProduct(p23, r2)
        let p = low.addingProduct(p45.addingProduct(p67, r2).addingProduct(p89, r4), r4)
        // e^r − 1, and 2^k from the lowest bits of the sum that k was rounded in.
        let rest = r.addingProduct(r2, p)
        // Both are 64 bytes without padding.
        let bits = unsafe unsafeBitCast(shifted, to: Bits.self)
        let power = unsafe unsafeBitCast((bits &+ 1023) &<< 52, to: Eight.self)
        let t = (power - 1).addingProduct(power, rest)
        return t / (t + 2)
    }
}

extension Elementary {
    /// tanh of half of a multiple of each element.
    ///
    /// - Parameters:
    ///   - x: `[n]`, none below 0.
    ///   - factor: what each is multiplied by, not below 0.
    ///   - result: `[n]`, from 0 to 1.
    public static func halfTanh(
        _ x: Span<Double>,
        times factor: Double,
        _ result: inout MutableSpan<Double>
    ) {
        precondition(x.count == result.count, "one result for each element")
        // Both buffers live during the closures, and have as many elements.
        unsafe x.withUnsafeBufferPointer { source in
            unsafe result.withUnsafeMutableBufferPointer { target in
                guard let x = source.baseAddress, let y = target.baseAddress else { return }
                unsafe halfTanh(x, factor, y, target.count)
            }
        }
    }

    private static func halfTanh(
        _ x: UnsafePointer<Double>,
        _ factor: Double,
        _ y: UnsafeMutablePointer<Double>,
        _ count: Int
    ) {
        var index = 0
        while index + 8 <= count {
            // Eight elements are left of both.
            let part = unsafe UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Double>.self)
            let value = ElementaryEights.halfTanh(part * factor)
            unsafe UnsafeMutableRawPointer(y + index).storeBytes(of: value, as: SIMD8<Double>.self)
            index += 8
        }
        guard index < count else { return }
        var room = InlineArray<8, Double>(repeating: 0)
        var span = room.mutableSpan
        for lane in 0..<(count - index) { unsafe span[lane] = x[index + lane] }
        // The room has eight elements, and lives during the closure.
        unsafe span.withUnsafeMutableBufferPointer { buffer in
            guard let few = buffer.baseAddress else { return }
            let part = unsafe UnsafeRawPointer(few).loadUnaligned(as: SIMD8<Double>.self)
            let value = ElementaryEights.halfTanh(part * factor)
            unsafe UnsafeMutableRawPointer(few).storeBytes(of: value, as: SIMD8<Double>.self)
            for lane in 0..<(count - index) { unsafe y[index + lane] = few[lane] }
        }
    }
}
