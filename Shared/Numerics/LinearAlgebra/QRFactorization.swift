internal import CLAPACKE

/// A tall matrix as the product of orthonormal columns and an upper triangle: A = Q R.
public struct QRFactorization: Sendable {
    /// R above and on the diagonal, Householder's reflections below.
    private var packed: Matrix
    private var factors: [Double]

    /// Factorizes a matrix, in 2 m n² operations.
    ///
    /// - Parameter matrix: `[m × n]` with m ≥ n ≥ 1.
    /// - Throws: ``LinearAlgebraError/notFinite``.
    public init(_ matrix: Matrix) throws(LinearAlgebraError) {
        precondition(matrix.rows >= matrix.columns && matrix.columns > 0, "not a tall matrix")
        try LAPACK.check(matrix)
        packed = matrix
        factors = Array(repeating: 0, count: matrix.columns)
        let (rows, columns) = (LAPACK.size(matrix.rows), LAPACK.size(matrix.columns))
        // The library works within the m·n elements and writes n factors.
        let code = unsafe packed.withElements { elements in
            LAPACK.call {
                unsafe LAPACKE_dgeqrf(LAPACK_COL_MAJOR, rows, columns, elements, rows, &factors)
            }
        }
        precondition(code == 0, "argument \(-code) is wrong")
    }

    /// R, `[n × n]`, with zeros below its diagonal.
    public var upper: Matrix {
        var result = Matrix(rows: packed.columns, columns: packed.columns)
        for column in 0..<packed.columns {
            for row in 0...column { result[row, column] = packed[row, column] }
        }
        return result
    }

    /// Q, `[m × n]`.
    public func orthonormal() -> Matrix {
        var result = packed
        let (rows, columns) = (LAPACK.size(packed.rows), LAPACK.size(packed.columns))
        // The library works within the m·n elements.
        let code = unsafe result.withElements { elements in
            LAPACK.call {
                unsafe LAPACKE_dorgqr(
                    LAPACK_COL_MAJOR,
                    rows,
                    columns,
                    columns,
                    elements,
                    rows,
                    factors
                )
            }
        }
        precondition(code == 0, "argument \(-code) is wrong")
        return result
    }

    /// The x that makes |A x − b| smallest.
    ///
    /// - Parameter vector: b, `[m]`.
    /// - Returns: x, `[n]`, and the squared distance that is left.
    /// - Throws: ``LinearAlgebraError/singular(column:)`` if a column depends, to rounding, on
    ///   those before it; ``LinearAlgebraError/notFinite`` if b is not finite.
    public func leastSquares(
        _ vector: [Double]
    ) throws(LinearAlgebraError) -> (solution: [Double], residualSumOfSquares: Double) {
        precondition(vector.count == packed.rows, "the shapes do not fit")
        guard vector.span.isFinite() else { throw .notFinite }
        try checkRank()
        var rotated = vector
        let (rows, columns) = (LAPACK.size(packed.rows), LAPACK.size(packed.columns))
        // The library reads the factorization and works within the m elements.
        let code = LAPACK.call {
            unsafe LAPACKE_dormqr(
                LAPACK_COL_MAJOR,
                LAPACK.lowerOrLeft,
                LAPACK.transposed,
                rows,
                1,
                columns,
                packed.elements,
                rows,
                factors,
                &rotated,
                rows
            )
        }
        precondition(code == 0, "argument \(-code) is wrong")
        LAPACK.call {
            unsafe cblas_dtrsv(
                CblasColMajor,
                CblasUpper,
                CblasNoTrans,
                CblasNonUnit,
                columns,
                packed.elements,
                rows,
                &rotated,
                1
            )
        }
        let rest = rotated.span.extracting(packed.columns...)
        let residual = rest.dot(rest)
        return (Array(rotated[..<packed.columns]), residual)
    }

    /// A pivot that is nothing beside the largest element of its own column is rounding.
    private func checkRank() throws(LinearAlgebraError) {
        let tolerance = Double(packed.rows) * Double.ulpOfOne
        for column in 0..<packed.columns {
            var length = 0.0
            for row in 0...column { length = max(length, abs(packed[row, column])) }
            guard abs(packed[column, column]) > tolerance * length else {
                throw .singular(column: column)
            }
        }
    }
}
