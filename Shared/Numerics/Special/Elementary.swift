/// Elementary functions of whole vectors, with the same bits on every machine.
///
/// A scalar form gives the bits that the vector form gives for the element, wherever it stands.
/// Largest errors in units of the last place, over the stated ranges, as tests measure them
/// against 64-bit mantissas:
///
/// | function | range | error |
/// |---|---|---|
/// | ``exp(_:_:)`` | −708 … 709.78 | 1.0 |
/// | ``exp(_:_:)`` | −745.13 … −708, subnormal | 1.5 |
/// | ``log(_:_:)`` | every positive number | 1.0 |
/// | ``logOnePlus(_:_:)`` | above −1 | 1.5 |
/// | ``tanh(_:_:)`` | everywhere | 2.5 |
/// | ``halfTanh(_:times:_:)`` | from 0, but for the product's rounding | 2.5 |
/// | ``sigmoid(_:_:)`` | above −708 | 2.5 |
///
/// NaN gives NaN; infinities give their limits; the logarithm of 0 is −∞ and of less is NaN.
public enum Elementary {
    /// e to the power of each element.
    ///
    /// - Parameters:
    ///   - x: `[n]`.
    ///   - result: `[n]`; 0 below −745.14, infinity above 709.79.
    public static func exp(_ x: Span<Double>, _ result: inout MutableSpan<Double>) {
        map(x, &result) { ElementaryLanes.exp($0) }
    }

    /// The natural logarithm of each element.
    ///
    /// - Parameters:
    ///   - x: `[n]`.
    ///   - result: `[n]`.
    public static func log(_ x: Span<Double>, _ result: inout MutableSpan<Double>) {
        map(x, &result) { ElementaryLanes.log($0) }
    }

    /// The natural logarithm of one more than each element, exact to rounding near zero.
    ///
    /// - Parameters:
    ///   - x: `[n]`.
    ///   - result: `[n]`.
    public static func logOnePlus(_ x: Span<Double>, _ result: inout MutableSpan<Double>) {
        map(x, &result) { ElementaryLanes.logOnePlus($0) }
    }

    /// The hyperbolic tangent of each element.
    ///
    /// - Parameters:
    ///   - x: `[n]`.
    ///   - result: `[n]`, from −1 to 1.
    public static func tanh(_ x: Span<Double>, _ result: inout MutableSpan<Double>) {
        map(x, &result) { ElementaryLanes.tanh($0) }
    }

    /// The logistic function of each element: 1 ÷ (1 + e⁻ˣ).
    ///
    /// - Parameters:
    ///   - x: `[n]`.
    ///   - result: `[n]`, from 0 to 1.
    public static func sigmoid(_ x: Span<Double>, _ result: inout MutableSpan<Double>) {
        map(x, &result) { ElementaryLanes.sigmoid($0) }
    }

    /// e to the power of a number.
    ///
    /// - Parameter x: any number.
    /// - Returns: the bits of ``exp(_:_:)``.
    public static func exp(_ x: Double) -> Double {
        ElementaryLanes.exp(SIMD4(repeating: x))[0]
    }

    /// The natural logarithm of a number.
    ///
    /// - Parameter x: any number.
    /// - Returns: the bits of ``log(_:_:)``.
    public static func log(_ x: Double) -> Double {
        ElementaryLanes.log(SIMD4(repeating: x))[0]
    }

    /// The natural logarithm of one more than a number.
    ///
    /// - Parameter x: any number.
    /// - Returns: the bits of ``logOnePlus(_:_:)``.
    public static func logOnePlus(_ x: Double) -> Double {
        ElementaryLanes.logOnePlus(SIMD4(repeating: x))[0]
    }

    /// The hyperbolic tangent of a number.
    ///
    /// - Parameter x: any number.
    /// - Returns: the bits of ``tanh(_:_:)``.
    public static func tanh(_ x: Double) -> Double {
        ElementaryLanes.tanh(SIMD4(repeating: x))[0]
    }

    /// The logistic function of a number.
    ///
    /// - Parameter x: any number.
    /// - Returns: the bits of ``sigmoid(_:_:)``.
    public static func sigmoid(_ x: Double) -> Double {
        ElementaryLanes.sigmoid(SIMD4(repeating: x))[0]
    }

    /// ln(1 + eˣ), without overflow.
    ///
    /// - Parameter x: any number.
    /// - Returns: a number that is not negative.
    public static func softplus(_ x: Double) -> Double {
        max(x, 0) + logOnePlus(exp(-abs(x)))
    }

    /// ln(eˣ + eʸ), without overflow.
    ///
    /// - Parameters:
    ///   - x: any number, −∞ among them.
    ///   - y: likewise.
    /// - Returns: at least the larger of the two; NaN if one is.
    public static func logSumExp(_ x: Double, _ y: Double) -> Double {
        sumAndShare(x, y).logSum
    }

    /// ln(eˣ + eʸ), and what part of the sum eʸ is.
    ///
    /// - Parameters:
    ///   - x: any number, −∞ among them.
    ///   - y: likewise.
    /// - Returns: as ``logSumExp(_:_:)``, and from 0 to 1; NaN if one is, or both are infinite.
    static func sumAndShare(_ x: Double, _ y: Double) -> (logSum: Double, share: Double) {
        if x.isNaN || y.isNaN { return (.nan, .nan) }
        let (low, high) = x < y ? (x, y) : (y, x)
        let ratio = exp(low - high)
        let share = (x < y ? 1 : ratio) / (1 + ratio)
        return (high.isInfinite ? high : high + logOnePlus(ratio), share)
    }

    /// Four elements at a time.
    @inline(__always)
    private static func map(
        _ x: Span<Double>,
        _ result: inout MutableSpan<Double>,
        _ function: (SIMD4<Double>) -> SIMD4<Double>
    ) {
        precondition(x.count == result.count, "one result for each element")
        // Both buffers live during the closures, and have as many elements.
        unsafe x.withUnsafeBufferPointer { source in
            unsafe result.withUnsafeMutableBufferPointer { target in
                guard let x = source.baseAddress, let y = target.baseAddress else { return }
                unsafe map(x, y, target.count, function)
            }
        }
    }

    /// Likewise, with each result in its element's place.
    @inline(__always)
    static func map(
        _ x: inout MutableSpan<Double>,
        _ function: (SIMD4<Double>) -> SIMD4<Double>
    ) {
        // The buffer lives during the closure; four are read before they are written.
        unsafe x.withUnsafeMutableBufferPointer { target in
            guard let x = target.baseAddress else { return }
            unsafe map(x, x, target.count, function)
        }
    }

    @inline(__always)
    private static func map(
        _ x: UnsafePointer<Double>,
        _ y: UnsafeMutablePointer<Double>,
        _ count: Int,
        _ function: (SIMD4<Double>) -> SIMD4<Double>
    ) {
        guard count >= 4 else {
            unsafe mapFew(x, y, count, function)
            return
        }
        // The last four overlap those before; they are read first, for those may be written to.
        let last = unsafe Kernel.load(x, count - 4)
        var index = 0
        while index + 4 <= count {
            unsafe Kernel.store(function(Kernel.load(x, index)), y, index)
            index += 4
        }
        if index < count { unsafe Kernel.store(function(last), y, count - 4) }
    }

    /// Fewer than four, filled up with zeros.
    ///
    /// They lie in memory: lane by lane, the compiler would make scalars of the whole function.
    @inline(__always)
    private static func mapFew(
        _ x: UnsafePointer<Double>,
        _ y: UnsafeMutablePointer<Double>,
        _ count: Int,
        _ function: (SIMD4<Double>) -> SIMD4<Double>
    ) {
        var room = InlineArray<4, Double>(repeating: 0)
        var span = room.mutableSpan
        for index in 0..<count { unsafe span[index] = x[index] }
        // The room has four elements, and lives during the closure.
        unsafe span.withUnsafeMutableBufferPointer { buffer in
            guard let few = buffer.baseAddress else { return }
            unsafe Kernel.store(function(Kernel.load(few, 0)), few, 0)
            for index in 0..<count { unsafe y[index] = few[index] }
        }
    }
}
