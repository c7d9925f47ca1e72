/// Cholesky's root of matrices so small that calling a library costs more than the work.
///
/// All work in place on `[n × n]`, column after column; only the lower triangle is touched.
enum SmallCholesky {
    /// The largest order that is worth it: beyond, the library is faster.
    static let largestOrder = 16

    /// Replaces the lower triangle of a matrix by that of its root.
    ///
    /// - Parameters:
    ///   - a: the matrix.
    ///   - n: its order.
    /// - Returns: 0, or the order of the first leading minor that is not positive.
    static func factorize(_ a: UnsafeMutablePointer<Double>, _ n: Int) -> Int {
        for j in 0..<n {
            // Columns have `n` elements.
            let column = unsafe a + j * n
            let pivot = unsafe column[j]
            guard pivot > 0 else { return j + 1 }
            let root = pivot.squareRoot()
            unsafe column[j] = root
            let factor = 1 / root
            for i in (j + 1)..<max(n, j + 1) { unsafe column[i] *= factor }
            for k in (j + 1)..<max(n, j + 1) {
                unsafe axpy(-column[k], column + k, a + k * n + k, n - k)
            }
        }
        return 0
    }

    /// Replaces b by the x of L Lᵀ x = b.
    ///
    /// - Parameters:
    ///   - l: the root.
    ///   - b: `[n]`.
    ///   - n: the order.
    static func solve(
        _ l: UnsafePointer<Double>,
        _ b: UnsafeMutablePointer<Double>,
        _ n: Int
    ) {
        for j in 0..<n {
            let column = unsafe l + j * n
            let x = unsafe b[j] / column[j]
            unsafe b[j] = x
            unsafe axpy(-x, column + j + 1, b + j + 1, n - j - 1)
        }
        for j in stride(from: n - 1, through: 0, by: -1) {
            let column = unsafe l + j * n
            let rest = unsafe dot(column + j + 1, b + j + 1, n - j - 1)
            unsafe b[j] = (b[j] - rest) / column[j]
        }
    }

    /// Replaces the lower triangle of a root by that of the inverse of its square.
    ///
    /// - Parameters:
    ///   - l: the root.
    ///   - n: its order.
    static func invert(_ l: UnsafeMutablePointer<Double>, _ n: Int) {
        // First L⁻¹, from the last column on: each is the inverse of what follows, times itself.
        for j in stride(from: n - 1, through: 0, by: -1) {
            let column = unsafe l + j * n
            let pivot = unsafe 1 / column[j]
            for k in stride(from: n - 1, to: j, by: -1) {
                let inverse = unsafe l + k * n
                let factor = unsafe column[k]
                unsafe axpy(factor, inverse + k + 1, column + k + 1, n - k - 1)
                unsafe column[k] = factor * inverse[k]
            }
            unsafe column[j] = pivot
            for i in (j + 1)..<max(n, j + 1) { unsafe column[i] *= -pivot }
        }
        // Then L⁻ᵀ L⁻¹: products of columns, from their first common row on.
        for j in 0..<n {
            let column = unsafe l + j * n
            for i in j..<n {
                unsafe column[i] = dot(column + i, l + i * n + i, n - i)
            }
        }
    }

    /// The sum of products, in order: four or five of them on average, too few for lanes.
    @inline(__always)
    private static func dot(
        _ x: UnsafePointer<Double>,
        _ y: UnsafePointer<Double>,
        _ count: Int
    ) -> Double {
        var (sum, other) = (0.0, 0.0)
        var index = 0
        while index + 2 <= count {
            unsafe sum += x[index] * y[index]
            unsafe other += x[index + 1] * y[index + 1]
            index += 2
        }
        if index < count { unsafe sum += x[index] * y[index] }
        return sum + other
    }

    /// y += factor · x.
    @inline(__always)
    private static func axpy(
        _ factor: Double,
        _ x: UnsafePointer<Double>,
        _ y: UnsafeMutablePointer<Double>,
        _ count: Int
    ) {
        var index = 0
        while index + 4 <= count {
            unsafe Kernel.store(
                Kernel.load(y, index) + factor * Kernel.load(x, index),
                y,
                index
            )
            index += 4
        }
        while index < count {
            unsafe y[index] = y[index] + factor * x[index]
            index += 1
        }
    }
}
