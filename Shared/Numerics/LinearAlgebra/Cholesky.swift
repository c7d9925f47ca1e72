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
        LAPACK.pinThreads()
        let size = LAPACK.size(order)
        // The library works within the n² elements.
        let minor = unsafe LAPACK.positive(
            lower.withElements {
                unsafe LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, LAPACK.lowerOrLeft, size, $0, size)
            }
        )
        guard minor == 0 else { throw .notPositiveDefinite(order: minor) }
        var elements = lower.mutableElements
        for column in 1..<max(order, 1) {
            for row in 0..<column { elements[column * order + row] = 0 }
        }
    }

    /// The logarithm of the determinant of A.
    public var logDeterminant: Double {
        var sum = 0.0
        for index in 0..<lower.rows { sum += Elementary.log(lower[index, index]) }
        return 2 * sum
    }

    /// Solves A x = b, in place.
    ///
    /// - Parameter vector: b, `[n]`; x in the end.
    public func solve(_ vector: inout MutableSpan<Double>) {
        Triangle.solve(lower, &vector)
        Triangle.solveTransposed(lower, &vector)
    }

    /// A⁻¹, `[n × n]`, exactly symmetric.
    public func inverse() -> Matrix {
        let order = lower.rows
        guard order > 0 else { return lower }
        var result = lower
        LAPACK.pinThreads()
        let size = LAPACK.size(order)
        // The library works within the n² elements; a root has no zero on its diagonal.
        let zero = unsafe LAPACK.positive(
            result.withElements {
                unsafe LAPACKE_dpotri_work(LAPACK_COL_MAJOR, LAPACK.lowerOrLeft, size, $0, size)
            }
        )
        precondition(zero == 0, "the root has a zero on its diagonal")
        var elements = result.mutableElements
        for column in 1..<max(order, 1) {
            for row in 0..<column {
                elements[column * order + row] = elements[row * order + column]
            }
        }
        return result
    }
}
