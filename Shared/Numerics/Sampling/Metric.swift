/// What distances are measured with: an estimate of the posterior covariance.
///
/// The inverse of a mass matrix: velocities are the metric times momenta.
enum Metric: Equatable, Sendable {
    /// Variances.
    case diagonal([Double])
    /// A covariance and its root.
    case dense(Matrix, Cholesky)
    /// Scales D and directions U with variances Λ: D (I + U (Λ − I) Uᵀ) D.
    case lowRank(LowRank)

    struct LowRank: Equatable, Sendable {
        // `[n]`
        let scales: [Double]
        // `[n × k]`, orthonormal columns.
        let directions: Matrix
        // `[k]`
        let variances: [Double]
    }

    /// target = metric · source, without asking for memory.
    ///
    /// - Parameters:
    ///   - source: `[n]`.
    ///   - target: `[n]`, another place.
    ///   - count: n.
    ///   - scratch: `[n]`, yet another.
    func apply(
        _ source: UnsafePointer<Double>,
        _ target: UnsafeMutablePointer<Double>,
        _ count: Int,
        scratch: UnsafeMutablePointer<Double>
    ) {
        switch self {
        case .diagonal(let variances):
            // As many variances as dimensions.
            unsafe variances.withUnsafeBufferPointer { variances in
                for index in 0..<count { unsafe target[index] = variances[index] * source[index] }
            }
        case .dense(let covariance, _):
            unsafe covariance.elements.withUnsafeBufferPointer { elements in
                guard let start = elements.baseAddress else { return }
                unsafe Kernel.symmetricTimes(start, source, target, count)
            }
        case .lowRank(let metric):
            for index in 0..<count {
                unsafe scratch[index] = metric.scales[index] * source[index]
                unsafe target[index] = scratch[index]
            }
            unsafe metric.stretch(scratch, target, count) { $0 - 1 }
            for index in 0..<count { unsafe target[index] *= metric.scales[index] }
        }
    }

    /// Turns standard normal numbers into a momentum and its velocity.
    ///
    /// - Parameters:
    ///   - momentum: `[n]`, standard normal numbers; a momentum in the end.
    ///   - velocity: `[n]`, filled.
    ///   - count: n.
    ///   - scratch: `[n]`, a place of its own.
    func draw(
        _ momentum: UnsafeMutablePointer<Double>,
        velocity: UnsafeMutablePointer<Double>,
        _ count: Int,
        scratch: UnsafeMutablePointer<Double>
    ) {
        switch self {
        case .diagonal(let variances):
            for index in 0..<count {
                let scale = variances[index].squareRoot()
                unsafe velocity[index] = scale * momentum[index]
                unsafe momentum[index] = momentum[index] / scale
            }
        case .dense(_, let root):
            unsafe Kernel.copy(momentum, velocity, count)
            // Both places have as many elements as the root has rows.
            var p = unsafe UnsafeMutableBufferPointer(start: momentum, count: count).mutableSpan
            Triangle.solveTransposed(root.lower, &p)
            var v = unsafe UnsafeMutableBufferPointer(start: velocity, count: count).mutableSpan
            Triangle.multiply(root.lower, &v)
        case .lowRank(let metric):
            unsafe Kernel.copy(momentum, scratch, count)
            unsafe metric.stretch(scratch, momentum, count) { 1 / $0.squareRoot() - 1 }
            for index in 0..<count { unsafe momentum[index] /= metric.scales[index] }
            unsafe Kernel.copy(scratch, velocity, count)
            unsafe metric.stretch(scratch, velocity, count) { $0.squareRoot() - 1 }
            for index in 0..<count { unsafe velocity[index] *= metric.scales[index] }
        }
    }
}

extension Metric.LowRank {
    /// target += U f(Λ) Uᵀ source.
    fileprivate func stretch(
        _ source: UnsafePointer<Double>,
        _ target: UnsafeMutablePointer<Double>,
        _ count: Int,
        _ factor: (Double) -> Double
    ) {
        // Each column has as many elements as the places.
        unsafe directions.elements.withUnsafeBufferPointer { elements in
            guard let start = elements.baseAddress else { return }
            for (column, variance) in variances.enumerated() {
                let direction = unsafe start + column * count
                let share = unsafe Kernel.dot(direction, source, count)
                unsafe Kernel.axpy(factor(variance) * share, direction, target, count)
            }
        }
    }
}
