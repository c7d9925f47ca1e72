internal import CLAPACKE

/// The lower triangular root of a symmetric positive definite matrix: A = L Lᵀ.
public struct Cholesky: Equatable, Sendable {
    /// L, `[n × n]`, with zeros above its diagonal.
    public private(set) var lower: Matrix

    /// Factorizes a matrix, in n³/3 operations.
    ///
    /// - Parameter matrix: symmetric `[n × n]`; only its lower triangle is read.
    /// - Throws: ``LinearAlgebraError`` if it is not positive definite or not finite.
    public init(_ matrix: Matrix) throws(LinearAlgebraError) {
        precondition(matrix.isSquare, "only a square matrix has this root")
        lower = matrix
        try factorize()
    }

    /// A root that was computed before.
    init(lower: Matrix) {
        precondition(lower.isSquare, "a root is a square matrix")
        self.lower = lower
    }

    /// Factorizes another matrix of the same order, without asking for memory.
    ///
    /// - Parameter fill: writes the lower triangle of the matrix; it finds zeros above the
    ///   diagonal and must leave them.
    /// - Throws: ``LinearAlgebraError`` if it is not positive definite or not finite; then the
    ///   root is of no use.
    public mutating func refactorize(_ fill: (inout Matrix) -> Void) throws(LinearAlgebraError) {
        fill(&lower)
        try factorize()
    }

    private mutating func factorize() throws(LinearAlgebraError) {
        let order = lower.rows
        guard order > 0 else { return }
        try LAPACK.check(lower)
        let minor = order <= SmallCholesky.largestOrder ? factorizeSmall() : factorizeLarge()
        guard minor == 0 else { throw .notPositiveDefinite(order: minor) }
        var elements = lower.mutableElements
        for column in 1..<max(order, 1) {
            for row in 0..<column { elements[column * order + row] = 0 }
        }
    }

    private mutating func factorizeSmall() -> Int {
        let order = lower.rows
        // The matrix has `order` columns of as many rows.
        return unsafe lower.withElements { elements in
            guard let elements = unsafe elements else { return 0 }
            return unsafe SmallCholesky.factorize(elements, order)
        }
    }

    private mutating func factorizeLarge() -> Int {
        let size = LAPACK.size(lower.rows)
        // The library works within the n² elements.
        return unsafe LAPACK.positive(
            lower.withElements { elements in
                LAPACK.call {
                    unsafe LAPACKE_dpotrf_work(
                        LAPACK_COL_MAJOR,
                        LAPACK.lowerOrLeft,
                        size,
                        elements,
                        size
                    )
                }
            }
        )
    }

    /// The logarithm of the determinant of A.
    public var logDeterminant: Double {
        var (sum, product) = (0.0, 1.0)
        for index in 0..<lower.rows {
            product *= lower[index, index]
            // One logarithm for many pivots, as long as their product stays far from the ends.
            if !(product > 1e-100 && product < 1e100) || index + 1 == lower.rows {
                sum += Elementary.log(product)
                product = 1
            }
        }
        return 2 * sum
    }

    /// Solves A x = b, in place.
    ///
    /// - Parameter vector: b, `[n]`; x in the end.
    public func solve(_ vector: inout MutableSpan<Double>) {
        let order = lower.rows
        if order <= SmallCholesky.largestOrder {
            precondition(vector.count == order, "the shapes do not fit")
            // Both buffers live during the closures, and their shapes were checked.
            unsafe lower.elements.withUnsafeBufferPointer { root in
                unsafe vector.withUnsafeMutableBufferPointer { buffer in
                    guard let l = root.baseAddress, let b = buffer.baseAddress else { return }
                    unsafe SmallCholesky.solve(l, b, order)
                }
            }
            return
        }
        Triangle.solve(lower, &vector)
        Triangle.solveTransposed(lower, &vector)
    }

    /// A⁻¹, `[n × n]`, exactly symmetric.
    public func inverse() -> Matrix {
        let order = lower.rows
        guard order > 0 else { return lower }
        var result = lower
        if order <= SmallCholesky.largestOrder {
            // The matrix has `order` columns of as many rows.
            unsafe result.withElements { elements in
                guard let elements = unsafe elements else { return }
                unsafe SmallCholesky.invert(elements, order)
            }
        } else {
            let size = LAPACK.size(order)
            // The library works within the n² elements; a root has no zero on its diagonal.
            let zero = unsafe LAPACK.positive(
                result.withElements { elements in
                    LAPACK.call {
                        unsafe LAPACKE_dpotri_work(
                            LAPACK_COL_MAJOR,
                            LAPACK.lowerOrLeft,
                            size,
                            elements,
                            size
                        )
                    }
                }
            )
            precondition(zero == 0, "the root has a zero on its diagonal")
        }
        var elements = result.mutableElements
        for column in 1..<max(order, 1) {
            for row in 0..<column {
                elements[column * order + row] = elements[row * order + column]
            }
        }
        return result
    }
}
