/// Memory for everything that a trajectory of a given dimension and depth needs, asked for once.
@safe
final class TrajectoryMemory {
    let dimension: Int
    private let storage: UnsafeMutablePointer<Double>
    private let stride: Int
    private let capacity: Int
    private var used = 0

    init(dimension: Int, vectors: Int) {
        self.dimension = dimension
        // Vectors start on cache lines of their own.
        stride = (dimension + 7) & ~7
        capacity = vectors
        // Freed in `deinit`; vectors do not outlive their owner, the integrator.
        unsafe storage = .allocate(capacity: max(1, stride * vectors))
        unsafe storage.initialize(repeating: 0, count: max(1, stride * vectors))
    }

    deinit {
        unsafe storage.deinitialize(count: max(1, stride * capacity))
        unsafe storage.deallocate()
    }

    /// The next vector that nobody has.
    func vector() -> UnsafeMutablePointer<Double> {
        precondition(used < capacity, "as many vectors as were asked for")
        defer { used += 1 }
        return unsafe storage + used * stride
    }
}

/// A point of a trajectory that can be gone on from.
@unsafe
struct PhasePoint {
    static let vectors = 5

    let position: UnsafeMutablePointer<Double>
    let momentum: UnsafeMutablePointer<Double>
    /// The metric times the momentum.
    let velocity: UnsafeMutablePointer<Double>
    let gradient: UnsafeMutablePointer<Double>
    /// The metric times the gradient.
    let acceleration: UnsafeMutablePointer<Double>
    var logDensity = 0.0

    init(_ memory: TrajectoryMemory) {
        unsafe position = memory.vector()
        unsafe momentum = memory.vector()
        unsafe velocity = memory.vector()
        unsafe gradient = memory.vector()
        unsafe acceleration = memory.vector()
    }

    mutating func copy(_ other: PhasePoint, _ count: Int) {
        unsafe Kernel.copy(other.position, position, count)
        unsafe Kernel.copy(other.momentum, momentum, count)
        unsafe Kernel.copy(other.velocity, velocity, count)
        unsafe Kernel.copy(other.gradient, gradient, count)
        unsafe Kernel.copy(other.acceleration, acceleration, count)
        unsafe logDensity = other.logDensity
    }
}

/// A stretch of a trajectory, summed up: its ends, the sum of its momenta, and a point of it.
@unsafe
struct Stretch {
    static let vectors = 7

    /// The sum of the momenta.
    var sum: UnsafeMutablePointer<Double>
    /// The momentum and the velocity where it begins, and where it ends.
    var firstMomentum: UnsafeMutablePointer<Double>
    var firstVelocity: UnsafeMutablePointer<Double>
    var lastMomentum: UnsafeMutablePointer<Double>
    var lastVelocity: UnsafeMutablePointer<Double>
    /// The point that was drawn from it, and the gradient there.
    var position: UnsafeMutablePointer<Double>
    var gradient: UnsafeMutablePointer<Double>
    var logDensity = 0.0
    /// The energy of the drawn point.
    var energy = 0.0
    /// ln of the sum of e to the −(energy − initial energy).
    var logWeight = -Double.infinity

    init(_ memory: TrajectoryMemory) {
        unsafe sum = memory.vector()
        unsafe firstMomentum = memory.vector()
        unsafe firstVelocity = memory.vector()
        unsafe lastMomentum = memory.vector()
        unsafe lastVelocity = memory.vector()
        unsafe position = memory.vector()
        unsafe gradient = memory.vector()
    }

    /// Becomes the stretch of one point.
    mutating func set(_ point: PhasePoint, energy: Double, logWeight: Double, _ count: Int) {
        unsafe Kernel.copy(point.momentum, sum, count)
        unsafe Kernel.copy(point.momentum, firstMomentum, count)
        unsafe Kernel.copy(point.velocity, firstVelocity, count)
        unsafe Kernel.copy(point.momentum, lastMomentum, count)
        unsafe Kernel.copy(point.velocity, lastVelocity, count)
        unsafe Kernel.copy(point.position, position, count)
        unsafe Kernel.copy(point.gradient, gradient, count)
        unsafe (logDensity, self.energy) = (point.logDensity, energy)
        unsafe self.logWeight = logWeight
    }

    /// Exchanges beginning and end.
    mutating func reverse() {
        unsafe swap(&firstMomentum, &lastMomentum)
        unsafe swap(&firstVelocity, &lastVelocity)
    }

    /// Takes over the drawn point of another stretch, which gets this one's.
    mutating func takePoint(of other: inout Stretch) {
        unsafe swap(&position, &other.position)
        unsafe swap(&gradient, &other.gradient)
        unsafe (logDensity, energy) = (other.logDensity, other.energy)
    }

    /// Goes on with a stretch that begins where this one ends.
    ///
    /// - Parameters:
    ///   - next: the stretch; of no use in the end.
    ///   - logWeight: of both together.
    ///   - count: the dimension.
    /// - Returns: whether the whole makes no U-turn, nor each half with the point next to it
    ///   (Betancourt 2017, appendix A.4; the checks across the middle are Stan's since 2.21).
    mutating func append(
        _ next: inout Stretch,
        logWeight: Double,
        _ count: Int
    ) -> Bool {
        let goesOnAcross =
            unsafe Kernel.dot(firstVelocity, sum, plus: next.firstMomentum, count) > 0
            && Kernel.dot(next.firstVelocity, sum, plus: next.firstMomentum, count) > 0
            && Kernel.dot(lastVelocity, next.sum, plus: lastMomentum, count) > 0
            && Kernel.dot(next.lastVelocity, next.sum, plus: lastMomentum, count) > 0
        unsafe Kernel.axpy(1, next.sum, sum, count)
        unsafe swap(&lastMomentum, &next.lastMomentum)
        unsafe swap(&lastVelocity, &next.lastVelocity)
        unsafe self.logWeight = logWeight
        return unsafe goesOnAcross && Kernel.dot(firstVelocity, sum, count) > 0
            && Kernel.dot(lastVelocity, sum, count) > 0
    }
}
