internal import CLAPACKE

/// A matrix as rotation, scaling and rotation: A = U Σ Vᵀ, with min(m, n) singular values.
public struct SingularValues: Sendable {
    /// The singular values, `[k]`, largest first.
    public private(set) var values: [Double]
    /// U, `[m × k]`, orthonormal columns.
    public private(set) var left: Matrix
    /// Vᵀ, `[k × n]`, orthonormal rows.
    public private(set) var rightTransposed: Matrix

    /// Decomposes a matrix by divide and conquer.
    ///
    /// - Parameter matrix: `[m × n]`, both at least 1.
    /// - Throws: ``LinearAlgebraError`` if it is not finite, or the iteration does not converge.
    public init(_ matrix: Matrix) throws(LinearAlgebraError) {
        precondition(matrix.rows > 0 && matrix.columns > 0, "nothing has no singular values")
        try LAPACK.check(matrix)
        let count = min(matrix.rows, matrix.columns)
        values = Array(repeating: 0, count: count)
        left = Matrix(rows: matrix.rows, columns: count)
        rightTransposed = Matrix(rows: count, columns: matrix.columns)
        var work = matrix
        let (rows, columns) = (LAPACK.size(matrix.rows), LAPACK.size(matrix.columns))
        // The library works within the elements and writes k values, m·k and k·n elements.
        let code = unsafe work.withElements { elements in
            unsafe left.withElements { u in
                unsafe rightTransposed.withElements { vt in
                    LAPACK.call {
                        unsafe LAPACKE_dgesdd(
                            LAPACK_COL_MAJOR,
                            LAPACK.small,
                            rows,
                            columns,
                            elements,
                            rows,
                            &values,
                            u,
                            rows,
                            vt,
                            LAPACK.size(count)
                        )
                    }
                }
            }
        }
        let remaining = LAPACK.positive(code)
        guard remaining == 0 else { throw .noConvergence(remaining: remaining) }
    }

    /// The shortest x that makes |A x − b| smallest, also where columns depend on each other.
    ///
    /// - Parameters:
    ///   - vector: b, `[m]`.
    ///   - tolerance: singular values below this share of the largest count as zero.
    /// - Returns: x, `[n]`, and the rank that was found.
    public func leastSquares(
        _ vector: [Double],
        tolerance: Double = 1e-12
    ) -> (solution: [Double], rank: Int) {
        precondition(vector.count == left.rows, "the shapes do not fit")
        var coordinates = left.transposedTimes(vector.span)
        let threshold = tolerance * values[0]
        let rank = values.prefix { $0 > threshold }.count
        for index in coordinates.indices {
            coordinates[index] = index < rank ? coordinates[index] / values[index] : 0
        }
        return (rightTransposed.transposedTimes(coordinates.span), rank)
    }
}
