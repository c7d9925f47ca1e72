/// Systems with a lower triangular matrix, solved in place in n² operations.
///
/// No library is called: chains draw momenta with these, all at the same time.
public enum Triangle {
    /// Solves L x = b.
    ///
    /// - Parameters:
    ///   - lower: `[n × n]`; what is above its diagonal is not read. A zero on the diagonal gives
    ///     infinities and NaN.
    ///   - vector: b, `[n]`; x in the end.
    public static func solve(_ lower: Matrix, _ vector: inout MutableSpan<Double>) {
        unsafe work(lower, &vector) { unsafe TriangularKernel.solve($0, $1, $2) }
    }

    /// Solves Lᵀ x = b.
    ///
    /// - Parameters:
    ///   - lower: `[n × n]`; what is above its diagonal is not read. A zero on the diagonal gives
    ///     infinities and NaN.
    ///   - vector: b, `[n]`; x in the end.
    public static func solveTransposed(_ lower: Matrix, _ vector: inout MutableSpan<Double>) {
        unsafe work(lower, &vector) { unsafe TriangularKernel.solveTransposed($0, $1, $2) }
    }

    /// Multiplies: b = L x, in place.
    ///
    /// - Parameters:
    ///   - lower: `[n × n]`; what is above its diagonal is not read.
    ///   - vector: x, `[n]`; b in the end.
    public static func multiply(_ lower: Matrix, _ vector: inout MutableSpan<Double>) {
        unsafe work(lower, &vector) { unsafe TriangularKernel.multiply($0, $1, $2) }
    }

    private static func work(
        _ lower: Matrix,
        _ vector: inout MutableSpan<Double>,
        _ kernel: (UnsafePointer<Double>, UnsafeMutablePointer<Double>, Int) -> Void
    ) {
        let count = vector.count
        precondition(lower.isSquare && lower.rows == count, "the shapes do not fit")
        // Both buffers live during the closures, and their shapes were checked.
        unsafe lower.elements.withUnsafeBufferPointer { elements in
            unsafe vector.withUnsafeMutableBufferPointer { buffer in
                guard let l = elements.baseAddress, let x = buffer.baseAddress else { return }
                unsafe kernel(l, x, count)
            }
        }
    }
}
