/// One chain's trajectories: No-U-Turn sampling with multinomial weights.
///
/// Hoffman and Gelman, JMLR 15, 2014; Betancourt, “A conceptual introduction to Hamiltonian Monte
/// Carlo”, arXiv:1701.02434, appendix A. Everything a trajectory needs is asked for once; after
/// that no step asks for memory, unless the density does.
@safe
final class Integrator {
    private var density: any Density
    private let count: Int
    private let maximumDepth: Int
    private let threshold: Double
    private let memory: TrajectoryMemory
    private let metric: LoadedMetric
    private var forward: PhasePoint
    private var backward: PhasePoint
    /// All of the trajectory, and for each depth the second half of a stretch.
    private var whole: Stretch
    private var halves: [Stretch]

    // Of the trajectory that is under way.
    private var initialEnergy = 0.0
    private var acceptances = 0.0
    private var transition = Transition()
    /// Whether the last trajectory led to another point than it began at.
    private(set) var hasMoved = false

    init(_ density: any Density, maximumDepth: Int, divergenceThreshold: Double) {
        self.density = density
        count = density.dimension
        self.maximumDepth = maximumDepth
        threshold = divergenceThreshold
        let stretches = maximumDepth + 2
        memory = TrajectoryMemory(
            dimension: count,
            vectors: unsafe 2 * PhasePoint.vectors + stretches * Stretch.vectors
        )
        metric = LoadedMetric(dimension: count)
        unsafe forward = PhasePoint(memory)
        unsafe backward = PhasePoint(memory)
        unsafe whole = Stretch(memory)
        unsafe halves = []
        for _ in 0...maximumDepth { unsafe halves.append(Stretch(memory)) }
    }

    /// What went wrong inside a density.
    enum Fault: Error {
        case threw(any Error)
        case unbounded
    }

    /// Measures distances with another metric from now on.
    func use(_ metric: Metric) { self.metric.load(metric) }

    /// The log density and its gradient at a point.
    func evaluate(_ position: [Double], _ gradient: inout [Double]) throws(Fault) -> Double {
        precondition(position.count == count && gradient.count == count, "one place a dimension")
        var target = gradient.mutableSpan
        return try value(position.span, &target)
    }

    private func value(
        _ position: Span<Double>,
        _ gradient: inout MutableSpan<Double>
    ) throws(Fault) -> Double {
        let value: Double
        do {
            value = try density.logDensity(at: position, gradient: &gradient)
        } catch {
            throw .threw(error)
        }
        if value == .infinity { throw .unbounded }
        return value
    }

    /// One step of the leapfrog scheme, and the energy after it; NaN outside the support.
    ///
    /// The velocity follows the momentum: the metric is applied once a step, to the gradient.
    @inline(__always)
    private func leap(
        _ point: inout PhasePoint,
        _ step: Double
    ) throws(Fault) -> Double {
        let half = 0.5 * step
        let (q, p, v) = unsafe (point.position, point.momentum, point.velocity)
        let (g, w) = unsafe (point.gradient, point.acceleration)
        // All places have `count` elements, and none overlaps another.
        for index in 0..<count {
            unsafe p[index] += half * g[index]
            unsafe v[index] += half * w[index]
            unsafe q[index] += step * v[index]
        }
        let position = unsafe UnsafeBufferPointer(start: q, count: count).span
        var gradient = unsafe UnsafeMutableBufferPointer(start: g, count: count).mutableSpan
        unsafe point.logDensity = try value(position, &gradient)
        unsafe metric.apply(g, w)
        for index in 0..<count {
            unsafe p[index] += half * g[index]
            unsafe v[index] += half * w[index]
        }
        return unsafe 0.5 * Kernel.dot(p, v, count) - point.logDensity
    }

    /// Starts a trajectory with a momentum of its own.
    private func begin(_ state: inout ChainState) {
        // Positions and gradients have `count` elements.
        for index in 0..<count {
            unsafe forward.position[index] = state.position[index]
            unsafe forward.gradient[index] = state.gradient[index]
        }
        unsafe state.random.fillWithNormals(forward.momentum, count)
        unsafe forward.logDensity = state.logDensity
        unsafe metric.draw(forward.momentum, velocity: forward.velocity)
        unsafe metric.apply(forward.gradient, forward.acceleration)
        let product = unsafe Kernel.dot(forward.momentum, forward.velocity, count)
        initialEnergy = 0.5 * product - state.logDensity
    }

    /// Draws the next point of a chain.
    ///
    /// - Parameter state: where the chain is; where it goes on from in the end.
    /// - Returns: what happened on the way.
    /// - Throws: what went wrong inside the density; then the state is as it was, but for its
    ///   random numbers.
    func advance(_ state: inout ChainState) throws(Fault) -> Transition {
        let step = state.stepSize.current
        begin(&state)
        unsafe backward.copy(forward, count)
        unsafe whole.set(forward, energy: initialEnergy, logWeight: 0, count)
        transition = Transition()
        transition.stepSize = step
        acceptances = 0
        hasMoved = false
        while transition.depth < maximumDepth {
            let goesForward = state.random.next() & 1 == 0
            let depth = transition.depth
            let isSound =
                goesForward
                ? try unsafe build(depth, &forward, step, &state.random)
                : try unsafe build(depth, &backward, -step, &state.random)
            transition.depth += 1
            guard isSound else { break }
            // The new stretch is drawn from with a preference: away from where the chain was.
            let preference = unsafe halves[depth].logWeight - whole.logWeight
            if preference >= 0 || state.random.uniform() < Elementary.exp(preference) {
                unsafe whole.takePoint(of: &halves[depth])
                hasMoved = true
            }
            if !goesForward { unsafe whole.reverse() }
            let total = unsafe Elementary.logSumExp(whole.logWeight, halves[depth].logWeight)
            let goesOn = unsafe whole.append(&halves[depth], logWeight: total, count)
            if !goesForward { unsafe whole.reverse() }
            guard goesOn else { break }
        }
        for index in 0..<count {
            unsafe state.position[index] = whole.position[index]
            unsafe state.gradient[index] = whole.gradient[index]
        }
        unsafe state.logDensity = whole.logDensity
        unsafe transition.logDensity = whole.logDensity
        unsafe transition.energy = whole.energy
        transition.acceptance = acceptances / Double(max(1, transition.steps))
        return transition
    }

    /// Follows the trajectory for 2^depth steps, into the stretch of that depth.
    ///
    /// - Returns: whether there was neither a divergence nor a U-turn on the way.
    private func build(
        _ depth: Int,
        _ point: inout PhasePoint,
        _ step: Double,
        _ random: inout RandomStream
    ) throws(Fault) -> Bool {
        guard depth > 0 else { return try unsafe buildPoint(&point, step) }
        guard try unsafe build(depth - 1, &point, step, &random) else { return false }
        // The first half moves up, so that its place is free for the second.
        unsafe halves.swapAt(depth, depth - 1)
        guard try unsafe build(depth - 1, &point, step, &random) else { return false }
        var second = unsafe halves[depth - 1]
        let (total, share) = unsafe Elementary.sumAndShare(
            halves[depth].logWeight,
            second.logWeight
        )
        if random.uniform() < share {
            unsafe halves[depth].takePoint(of: &second)
        }
        let goesOn = unsafe halves[depth].append(&second, logWeight: total, count)
        unsafe halves[depth - 1] = second
        return goesOn
    }

    /// One step, as a stretch of one point.
    private func buildPoint(
        _ point: inout PhasePoint,
        _ step: Double
    ) throws(Fault) -> Bool {
        let energy = try unsafe leap(&point, step)
        transition.steps += 1
        let error = energy - initialEnergy
        guard error <= threshold else {
            transition.isDivergent = true
            transition.isOutside = !energy.isFinite
            return false
        }
        acceptances += error <= 0 ? 1 : Elementary.exp(-error)
        unsafe halves[0].set(point, energy: energy, logWeight: -error, count)
        return true
    }

    /// A step size at which one step is accepted about as often as is wanted.
    ///
    /// - Returns: a step size; infinite or 0 if no step is too long, or short enough.
    func reasonableStep(_ state: inout ChainState) throws(Fault) -> Double {
        let wanted = Elementary.log(state.stepSize.target)
        var step = state.stepSize.current
        var direction = 0
        while step.isPositive && step < 1e12 && step > 1e-15 {
            begin(&state)
            let energy = try unsafe leap(&forward, step)
            let isAccepted = initialEnergy - energy > wanted
            // Doubles, or halves, until the answer changes.
            if direction == 0 { direction = isAccepted ? 1 : -1 }
            if isAccepted != (direction == 1) { return step }
            step *= direction == 1 ? 2 : 0.5
        }
        return step >= 1e12 ? .infinity : 0
    }
}
