/// Loops of causal convolutions over plain memory.
///
/// A sum over lags runs from lag 0 upwards whatever the block it is computed in, so bits do not
/// depend on where a period stands. Products are fused with sums in so many words, which gives the
/// same bits wherever it is computed.
enum Convolution {
    typealias Numbers = UnsafeBufferPointer<Double>
    typealias Targets = UnsafeMutableBufferPointer<Double>
    private typealias Four = SIMD4<Double>
    private typealias Eight = SIMD8<Double>
    private typealias Sixteen = SIMD16<Double>

    /// result_t = Σ w_l x_{t−l}; as many results as x has elements.
    static func carry(_ x: Numbers, _ weights: Numbers, _ result: Targets) {
        guard let x0 = x.baseAddress, let w = weights.baseAddress,
            let y = result.baseAddress, !x.isEmpty
        else { return }
        let count = x.count
        // From this period on all lags reach into the data.
        let whole = min(weights.count, count) - 1
        for period in 0..<whole {
            var sum = 0.0
            for lag in 0...period { unsafe sum.addProduct(w[lag], x0[period - lag]) }
            unsafe y[period] = sum
        }
        var period = whole
        while period + 16 <= count {
            var sum = Sixteen.zero
            // Lags reach back to period − whole ≥ 0, and 16 periods are left.
            for lag in 0...whole { unsafe add(load(x0 + (period - lag)), w[lag], to: &sum) }
            unsafe store(sum, y + period)
            period += 16
        }
        while period + 4 <= count {
            var sum = Four.zero
            for lag in 0...whole { unsafe add(load(x0 + (period - lag)), w[lag], to: &sum) }
            unsafe store(sum, y + period)
            period += 4
        }
        while period < count {
            var sum = 0.0
            for lag in 0...whole { unsafe sum.addProduct(w[lag], x0[period - lag]) }
            unsafe y[period] = sum
            period += 1
        }
    }

    /// target_t += Σ w_l adjoint_{t+l}; as many targets as the adjoint has elements.
    static func addInput(_ adjoint: Numbers, _ weights: Numbers, _ target: Targets) {
        guard let a = adjoint.baseAddress, let w = weights.baseAddress,
            let y = target.baseAddress, !adjoint.isEmpty
        else { return }
        let count = adjoint.count
        let last = min(weights.count, count) - 1
        // Up to this period all lags reach into the data.
        let whole = count - last
        var period = 0
        while period + 16 <= whole {
            var sum: Sixteen = unsafe load(y + period)
            // The furthest element read is period + 15 + last < count.
            for lag in 0...last { unsafe add(load(a + (period + lag)), w[lag], to: &sum) }
            unsafe store(sum, y + period)
            period += 16
        }
        while period + 4 <= whole {
            var sum: Four = unsafe load(y + period)
            for lag in 0...last { unsafe add(load(a + (period + lag)), w[lag], to: &sum) }
            unsafe store(sum, y + period)
            period += 4
        }
        while period < count {
            var sum = unsafe y[period]
            for lag in 0...min(last, count - 1 - period) {
                unsafe sum.addProduct(w[lag], a[period + lag])
            }
            unsafe y[period] = sum
            period += 1
        }
    }

    /// target_l += Σ adjoint_t x_{t−l}; x has as many elements as the adjoint.
    static func addWeights(_ x: Numbers, _ adjoint: Numbers, _ target: Targets) {
        guard let x0 = x.baseAddress, let a = adjoint.baseAddress,
            let y = target.baseAddress
        else { return }
        let lags = min(target.count, x.count)
        var lag = 0
        while lag + 4 <= lags {
            unsafe addFour(x0, a + lag, x.count - lag, y + lag)
            lag += 4
        }
        while lag < lags {
            unsafe y[lag] += dot(x0, a + lag, x.count - lag)
            lag += 1
        }
    }

    /// target_l += Σ a_t x_{t−l} for l from 0 to 3; both have `count` elements, four at least.
    @inline(__always)
    private static func addFour(
        _ x: UnsafePointer<Double>,
        _ a: UnsafePointer<Double>,
        _ count: Int,
        _ target: UnsafeMutablePointer<Double>
    ) {
        var (s0, s1, s2, s3) = (Eight.zero, Eight.zero, Eight.zero, Eight.zero)
        var t = 3
        while t + 8 <= count {
            let factor: Eight = unsafe load(a + t)
            unsafe s0.addProduct(factor, load(x + t))
            unsafe s1.addProduct(factor, load(x + (t - 1)))
            unsafe s2.addProduct(factor, load(x + (t - 2)))
            unsafe s3.addProduct(factor, load(x + (t - 3)))
            t += 8
        }
        var sums = Four(fold(s0), fold(s1), fold(s2), fold(s3))
        while t < count {
            unsafe sums += Four(x[t], x[t - 1], x[t - 2], x[t - 3]) * a[t]
            t += 1
        }
        // The first periods, which some of the lags do not reach.
        unsafe sums += Four(
            a[0] * x[0] + a[1] * x[1] + a[2] * x[2],
            a[1] * x[0] + a[2] * x[1],
            a[2] * x[0],
            0
        )
        unsafe store(load(target) + sums, target)
    }

    /// A fused product is rounded once, as one of single numbers is.
    @inline(__always)
    private static func add<Vector: SIMD>(_ x: Vector, _ weight: Double, to sum: inout Vector)
    where Vector.Scalar == Double {
        sum.addProduct(x, Vector(repeating: weight))
    }

    @inline(__always)
    private static func dot(
        _ x: UnsafePointer<Double>,
        _ y: UnsafePointer<Double>,
        _ count: Int
    ) -> Double {
        var sums = Sixteen.zero
        var index = 0
        while index + 16 <= count {
            unsafe sums.addProduct(load(x + index), load(y + index))
            index += 16
        }
        var sum = fold(sums.lowHalf + sums.highHalf)
        while index < count {
            unsafe sum += x[index] * y[index]
            index += 1
        }
        return sum
    }

    @inline(__always)
    private static func fold(_ x: Eight) -> Double {
        let four = x.lowHalf + x.highHalf
        return (four[0] + four[1]) + (four[2] + four[3])
    }

    /// As many elements as the vector has; callers see to it that they are there.
    @inline(__always)
    private static func load<Vector: SIMD>(_ x: UnsafePointer<Double>) -> Vector
    where Vector.Scalar == Double {
        unsafe UnsafeRawPointer(x).loadUnaligned(as: Vector.self)
    }

    /// As many elements as the vector has; callers see to it that there is room.
    @inline(__always)
    private static func store<Vector: SIMD>(
        _ vector: Vector,
        _ x: UnsafeMutablePointer<Double>
    ) where Vector.Scalar == Double {
        unsafe UnsafeMutableRawPointer(x).storeBytes(of: vector, as: Vector.self)
    }
}
