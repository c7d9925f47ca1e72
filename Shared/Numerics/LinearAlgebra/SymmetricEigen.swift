internal import CLAPACKE

/// The eigenvalues of a symmetric matrix, and an orthonormal vector for each: A = V Λ Vᵀ.
public struct SymmetricEigen: Sendable {
    /// The eigenvalues, `[n]`, smallest first.
    public private(set) var values: [Double]
    /// The vectors, `[n × n]`: a column for each value.
    public private(set) var vectors: Matrix

    /// Decomposes a matrix by divide and conquer, in about 9 n³ operations.
    ///
    /// - Parameter matrix: symmetric `[n × n]`; only its lower triangle is read.
    /// - Throws: ``LinearAlgebraError`` if it is not finite, or the iteration does not converge.
    public init(_ matrix: Matrix) throws(LinearAlgebraError) {
        precondition(matrix.isSquare, "only a square matrix has eigenvalues")
        try LAPACK.check(matrix)
        vectors = matrix
        values = Array(repeating: 0, count: matrix.rows)
        guard matrix.rows > 0 else { return }
        let size = LAPACK.size(matrix.rows)
        // The library works within the n² elements and writes n values.
        let remaining = unsafe LAPACK.positive(
            vectors.withElements { elements in
                LAPACK.call {
                    unsafe LAPACKE_dsyevd(
                        LAPACK_COL_MAJOR,
                        LAPACK.vectors,
                        LAPACK.lowerOrLeft,
                        size,
                        elements,
                        size,
                        &values
                    )
                }
            }
        )
        guard remaining == 0 else { throw .noConvergence(remaining: remaining) }
    }
}
