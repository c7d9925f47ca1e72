extension Adstock {
    /// Carries a medium over: Σ w_l x_{t−l} for each period t, with nothing before the first.
    ///
    /// - Parameters:
    ///   - x: `[periods]`.
    ///   - weights: `[lags]`, at least one; more of them than periods do no harm.
    ///   - result: `[periods]`, to be filled.
    public static func carry(
        _ x: Span<Double>,
        weights: Span<Double>,
        into result: inout MutableSpan<Double>
    ) {
        precondition(result.count == x.count, "there is a result for each period")
        precondition(!weights.isEmpty, "the same period has a weight")
        // The buffers live during the closures, and have the counts that are passed on.
        unsafe x.withUnsafeBufferPointer { x in
            unsafe weights.withUnsafeBufferPointer { weights in
                unsafe result.withUnsafeMutableBufferPointer { result in
                    unsafe Convolution.carry(x, weights, result)
                }
            }
        }
    }

    /// Adds what the weights and the medium do to a function of what ``carry(_:weights:into:)``
    /// gives.
    ///
    /// - Parameters:
    ///   - x: `[periods]`, what was carried over.
    ///   - weights: `[lags]`, the weights it was carried over by.
    ///   - adjoint: `[periods]`, the function's derivatives by the result.
    ///   - weightsAdjoint: `[lags]`, to which those by the weights are added.
    ///   - xAdjoint: `[periods]`, to which those by the medium are added.
    public static func pullCarry(
        x: Span<Double>,
        weights: Span<Double>,
        adjoint: Span<Double>,
        into weightsAdjoint: inout MutableSpan<Double>,
        x xAdjoint: inout MutableSpan<Double>
    ) {
        precondition(weightsAdjoint.count == weights.count, "there is an adjoint for each weight")
        pullCarry(x: x, adjoint: adjoint, into: &weightsAdjoint)
        pullCarry(weights: weights, adjoint: adjoint, x: &xAdjoint)
    }

    /// Adds what the weights alone do to a function of what ``carry(_:weights:into:)`` gives.
    ///
    /// - Parameters:
    ///   - x: `[periods]`, what was carried over.
    ///   - adjoint: `[periods]`, the function's derivatives by the result.
    ///   - weightsAdjoint: `[lags]`, to which those by the weights are added.
    public static func pullCarry(
        x: Span<Double>,
        adjoint: Span<Double>,
        into weightsAdjoint: inout MutableSpan<Double>
    ) {
        precondition(adjoint.count == x.count, "there is a derivative for each period")
        // The buffers live during the closures, and have the counts that are passed on.
        unsafe x.withUnsafeBufferPointer { x in
            unsafe adjoint.withUnsafeBufferPointer { adjoint in
                unsafe weightsAdjoint.withUnsafeMutableBufferPointer { weightsAdjoint in
                    unsafe Convolution.addWeights(x, adjoint, weightsAdjoint)
                }
            }
        }
    }

    /// Adds what the medium alone does to a function of what ``carry(_:weights:into:)`` gives.
    ///
    /// - Parameters:
    ///   - weights: `[lags]`, the weights it was carried over by, at least one.
    ///   - adjoint: `[periods]`, the function's derivatives by the result.
    ///   - xAdjoint: `[periods]`, to which those by the medium are added.
    public static func pullCarry(
        weights: Span<Double>,
        adjoint: Span<Double>,
        x xAdjoint: inout MutableSpan<Double>
    ) {
        precondition(xAdjoint.count == adjoint.count, "there is an adjoint for each period")
        precondition(!weights.isEmpty, "the same period has a weight")
        // The buffers live during the closures, and have the counts that are passed on.
        unsafe adjoint.withUnsafeBufferPointer { adjoint in
            unsafe weights.withUnsafeBufferPointer { weights in
                unsafe xAdjoint.withUnsafeMutableBufferPointer { xAdjoint in
                    unsafe Convolution.addInput(adjoint, weights, xAdjoint)
                }
            }
        }
    }
}
