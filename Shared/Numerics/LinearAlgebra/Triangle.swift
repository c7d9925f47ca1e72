internal import CLAPACKE

/// Systems of equations with a lower triangular matrix, solved in place in n² operations.
public enum Triangle {
    /// Solves L x = b.
    ///
    /// - Parameters:
    ///   - lower: `[n × n]`; what is above its diagonal is not read. A zero on the diagonal gives
    ///     infinities and NaN.
    ///   - vector: b, `[n]`; x in the end.
    public static func solve(_ lower: Matrix, _ vector: inout MutableSpan<Double>) {
        solve(lower, CblasNoTrans, &vector)
    }

    /// Solves Lᵀ x = b.
    ///
    /// - Parameters:
    ///   - lower: `[n × n]`; what is above its diagonal is not read. A zero on the diagonal gives
    ///     infinities and NaN.
    ///   - vector: b, `[n]`; x in the end.
    public static func solveTransposed(_ lower: Matrix, _ vector: inout MutableSpan<Double>) {
        solve(lower, CblasTrans, &vector)
    }

    /// Multiplies: b = L x, in place.
    ///
    /// - Parameters:
    ///   - lower: `[n × n]`; what is above its diagonal is not read.
    ///   - vector: x, `[n]`; b in the end.
    public static func multiply(_ lower: Matrix, _ vector: inout MutableSpan<Double>) {
        precondition(lower.isSquare && lower.rows == vector.count, "the shapes do not fit")
        guard vector.count > 0 else { return }
        LAPACK.pinThreads()
        let size = LAPACK.size(lower.rows)
        // Shapes were checked; the library keeps no pointer.
        unsafe vector.withUnsafeMutableBufferPointer { buffer in
            unsafe cblas_dtrmv(
                CblasColMajor,
                CblasLower,
                CblasNoTrans,
                CblasNonUnit,
                size,
                lower.elements,
                size,
                buffer.baseAddress,
                1
            )
        }
    }

    private static func solve(
        _ lower: Matrix,
        _ form: CBLAS_TRANSPOSE,
        _ vector: inout MutableSpan<Double>
    ) {
        precondition(lower.isSquare && lower.rows == vector.count, "the shapes do not fit")
        guard vector.count > 0 else { return }
        LAPACK.pinThreads()
        let size = LAPACK.size(lower.rows)
        // Shapes were checked; the library keeps no pointer.
        unsafe vector.withUnsafeMutableBufferPointer { buffer in
            unsafe cblas_dtrsv(
                CblasColMajor,
                CblasLower,
                form,
                CblasNonUnit,
                size,
                lower.elements,
                size,
                buffer.baseAddress,
                1
            )
        }
    }
}
