/// A metric in memory that the steps of a trajectory can read without counting references.
@safe
final class LoadedMetric {
    private enum Kind { case diagonal, dense, lowRank }

    private let count: Int
    private var kind = Kind.diagonal
    private var rank = 0
    private var root = Matrix(rows: 0, columns: 0)
    /// A covariance, if the metric has been dense.
    private var packed = PackedSymmetric(order: 0)
    /// Variances or scales, `[n]`.
    private var main: UnsafeMutableBufferPointer<Double>
    /// Directions, `[n × k]`; and of each what a product, a velocity and a momentum take, `[k]`.
    private var directions: UnsafeMutableBufferPointer<Double>
    private var factors: UnsafeMutableBufferPointer<Double>
    /// `[n]` and `[k]`.
    private var scratch: UnsafeMutableBufferPointer<Double>
    private var shares: UnsafeMutableBufferPointer<Double>

    init(dimension: Int) {
        count = dimension
        // Empty until a metric is loaded; all are freed in `deinit`.
        unsafe main = .allocate(capacity: 0)
        unsafe directions = .allocate(capacity: 0)
        unsafe factors = .allocate(capacity: 0)
        unsafe shares = .allocate(capacity: 0)
        unsafe scratch = .allocate(capacity: dimension)
        unsafe scratch.initialize(repeating: 0)
    }

    deinit {
        unsafe main.deallocate()
        unsafe directions.deallocate()
        unsafe factors.deallocate()
        unsafe scratch.deallocate()
        unsafe shares.deallocate()
    }

    /// Takes over a metric; asks for memory only if the kind of metric has changed.
    func load(_ metric: Metric) {
        switch metric {
        case .diagonal(let variances):
            kind = .diagonal
            unsafe fill(&main, variances)
        case .dense(let covariance, let root):
            kind = .dense
            if packed.order != count { packed = PackedSymmetric(order: count) }
            packed.load(covariance)
            self.root = root.lower
        case .lowRank(let metric):
            kind = .lowRank
            rank = metric.variances.count
            unsafe fill(&main, metric.scales)
            unsafe fill(&directions, metric.directions.elements)
            let roots = metric.variances.map { $0.squareRoot() }
            unsafe fill(
                &factors,
                metric.variances.map { $0 - 1 } + roots.map { $0 - 1 } + roots.map { 1 / $0 - 1 }
            )
            unsafe fill(&shares, Array(repeating: 0, count: rank))
        }
    }

    private func fill(_ buffer: inout UnsafeMutableBufferPointer<Double>, _ values: [Double]) {
        if buffer.count != values.count {
            unsafe buffer.deallocate()
            unsafe buffer = .allocate(capacity: values.count)
        }
        _ = unsafe buffer.initialize(from: values)
    }

    /// Fills the target with the metric times the source.
    ///
    /// - Parameters:
    ///   - source: `[n]`.
    ///   - target: `[n]`, another place.
    func apply(_ source: UnsafePointer<Double>, _ target: UnsafeMutablePointer<Double>) {
        guard let main = unsafe main.baseAddress, let scratch = unsafe scratch.baseAddress else {
            return
        }
        switch kind {
        case .diagonal:
            for index in 0..<count { unsafe target[index] = main[index] * source[index] }
        case .dense: unsafe packed.times(source, target)
        case .lowRank:
            for index in 0..<count {
                unsafe scratch[index] = main[index] * source[index]
                unsafe target[index] = scratch[index]
            }
            unsafe stretch(scratch, target, factor: 0)
            for index in 0..<count { unsafe target[index] *= main[index] }
        }
    }

    /// Turns standard normal numbers into a momentum and its velocity.
    ///
    /// - Parameters:
    ///   - momentum: `[n]`, standard normal numbers; a momentum in the end.
    ///   - velocity: `[n]`, filled.
    func draw(
        _ momentum: UnsafeMutablePointer<Double>,
        velocity: UnsafeMutablePointer<Double>
    ) {
        guard let main = unsafe main.baseAddress, let scratch = unsafe scratch.baseAddress else {
            return
        }
        switch kind {
        case .diagonal:
            for index in 0..<count {
                let scale = unsafe main[index].squareRoot()
                unsafe velocity[index] = scale * momentum[index]
                unsafe momentum[index] = momentum[index] / scale
            }
        case .dense:
            unsafe Kernel.copy(momentum, velocity, count)
            // Both places have as many elements as the root has rows.
            var p = unsafe UnsafeMutableBufferPointer(start: momentum, count: count).mutableSpan
            Triangle.solveTransposed(root, &p)
            var v = unsafe UnsafeMutableBufferPointer(start: velocity, count: count).mutableSpan
            Triangle.multiply(root, &v)
        case .lowRank:
            unsafe Kernel.copy(momentum, scratch, count)
            unsafe Kernel.copy(momentum, velocity, count)
            unsafe stretch(scratch, velocity, factor: 1)
            unsafe stretch(scratch, momentum, factor: 2)
            for index in 0..<count {
                unsafe velocity[index] *= main[index]
                unsafe momentum[index] /= main[index]
            }
        }
    }

    /// target += U f(Λ) Uᵀ source, with the first, second or third f.
    private func stretch(
        _ source: UnsafePointer<Double>,
        _ target: UnsafeMutablePointer<Double>,
        factor: Int
    ) {
        guard rank > 0, let directions = unsafe directions.baseAddress,
            let shares = unsafe shares.baseAddress
        else { return }
        unsafe Kernel.transposedTimes(
            directions,
            source,
            shares,
            rows: count,
            columns: rank,
            stride: count
        )
        for index in 0..<rank { unsafe shares[index] *= factors[factor * rank + index] }
        unsafe Kernel.addTimes(
            directions,
            shares,
            target,
            rows: count,
            columns: rank,
            stride: count
        )
    }
}
