/// One chain: what it needs to go on from a state to the next.
package final class Chain {
    private static let startAttempts = 100
    /// A step size, in units of the metric, that only an improper density accepts.
    private static let longestStep = 1e10
    /// A distance that no chain comes to, unless its density has no finite integral.
    private static let farthest = 1e150
    /// So many draws in a row that find nothing but points without a density are a diagnosis.
    private static let longestStandstill = 200

    private let configuration: SamplingConfiguration
    private let schedule: WarmupSchedule
    private let integrator: Integrator
    package private(set) var state: ChainState
    /// A parameter whose gradient a whole window found to be one number.
    private var flatParameter: Int?

    /// Goes on from a state, if the density there is what it was.
    init(
        _ density: any Density,
        _ configuration: SamplingConfiguration,
        from state: ChainState
    ) throws(SamplingFailure) {
        self.configuration = configuration
        self.state = state
        schedule = WarmupSchedule(draws: configuration.warmup)
        integrator = Self.integrator(density, configuration)
        integrator.use(state.metric)
        try checkDensity()
    }

    /// Whether the density is, to the bit, the one that the chain was saved with.
    ///
    /// Other data under the same name are found out here, and so is a machine on which the same
    /// density rounds differently: going on would give draws of neither.
    private func checkDensity() throws(SamplingFailure) {
        var gradient = Array(repeating: 0.0, count: state.gradient.count)
        var logDensity = 0.0
        try Self.diagnose(state.chain, state.draw) { () throws(Integrator.Fault) in
            logDensity = try integrator.evaluate(state.position, &gradient)
        }
        let isSame =
            logDensity.bitPattern == state.logDensity.bitPattern
            && gradient.map(\.bitPattern) == state.gradient.map(\.bitPattern)
        guard isSame else {
            throw .otherDensity(
                chain: state.chain,
                "at the last draw its logarithm or gradient is not what it was"
            )
        }
    }

    /// Starts at a given point, or at a random one with a finite density and gradient.
    package init(
        _ density: any Density,
        _ configuration: SamplingConfiguration,
        chain: Int,
        attempt: Int,
        start: [Double]?
    ) throws(SamplingFailure) {
        self.configuration = configuration
        schedule = WarmupSchedule(draws: configuration.warmup)
        integrator = Self.integrator(density, configuration)
        state = try Self.start(integrator, density.dimension, configuration, chain, attempt, start)
        integrator.use(state.metric)
        try Self.diagnose(state.chain, state.draw) { () throws(Integrator.Fault) in
            try self.findStep()
        }
        try check()
    }

    private static func integrator(
        _ density: any Density,
        _ configuration: SamplingConfiguration
    ) -> Integrator {
        Integrator(
            density,
            maximumDepth: configuration.maximumDepth,
            divergenceThreshold: configuration.divergenceThreshold
        )
    }

    private static func start(
        _ integrator: Integrator,
        _ dimension: Int,
        _ configuration: SamplingConfiguration,
        _ chain: Int,
        _ attempt: Int,
        _ start: [Double]?
    ) throws(SamplingFailure) -> ChainState {
        let zeros = Array(repeating: 0.0, count: dimension)
        var state = ChainState(
            chain: chain,
            position: start ?? zeros,
            logDensity: 0,
            gradient: zeros,
            random: RandomStream(
                seed: configuration.seed,
                stream: UInt64(attempt - 1) << 32 | UInt64(chain)
            ),
            metric: .diagonal(zeros),
            variances: zeros,
            stepSize: StepSize(target: configuration.targetAcceptance, initial: 1),
            diagonal: DiagonalEstimator(dimension: dimension),
            window: CovarianceEstimator(dimension: dimension)
        )
        for _ in 0..<(start == nil ? startAttempts : 1) {
            if start == nil {
                for index in 0..<dimension {
                    state.position[index] =
                        configuration.startRadius * (2 * state.random.uniform() - 1)
                }
            }
            // Each attempt starts from a clean gradient: the density may leave parts of it alone.
            state.gradient = zeros
            try diagnose(chain, 0) { () throws(Integrator.Fault) in
                state.logDensity = try integrator.evaluate(state.position, &state.gradient)
            }
            guard state.logDensity.isFinite, state.gradient.span.isFinite() else { continue }
            state.variances = DiagonalEstimator.initialVariances(state.position, state.gradient)
            state.metric = .diagonal(state.variances)
            return state
        }
        guard start == nil else {
            throw .badStart(chain: chain, logDensity: "\(state.logDensity)")
        }
        throw .noStart(chain: chain, attempts: startAttempts)
    }

    /// The kind of metric that distances are measured with.
    package var metricName: String {
        switch state.metric {
        case .diagonal: "diagonal"
        case .dense: "dense"
        case .lowRank: "low rank"
        }
    }

    /// Makes the next draw, and adapts if it is one of the warm-up.
    ///
    /// - Returns: what happened on the way; the draw is the state's position.
    /// - Throws: a diagnosis, if there is no way on.
    package func step() throws(SamplingFailure) -> Transition {
        var transition = Transition()
        try Self.diagnose(state.chain, state.draw) { () throws(Integrator.Fault) in
            transition = try integrator.advance(&state)
            let isHeld = transition.isOutside && !integrator.hasMoved
            state.standstill = isHeld ? state.standstill + 1 : 0
            state.draw += 1
            if state.draw <= schedule.end { try adapt(transition) }
        }
        try check()
        return transition
    }

    /// Whether the chain can go on.
    private func check() throws(SamplingFailure) {
        if let parameter = flatParameter {
            throw .flat(chain: state.chain, parameter: parameter)
        }
        if state.standstill >= Self.longestStandstill || state.stepSize.current < 1e-300 {
            throw .stuck(chain: state.chain, draw: state.draw)
        }
        let position = state.position
        let isAway = !(position.span.maximumMagnitude() < Self.farthest)
        if isAway || !(state.stepSize.current < Self.longestStep) {
            throw .improper(chain: state.chain, draw: state.draw)
        }
    }

    private func adapt(_ transition: Transition) throws(Integrator.Fault) {
        state.stepSize.update(acceptance: transition.acceptance)
        switch state.draw {
        case ..<schedule.early:
            state.diagonal.add(state.position, state.gradient)
            guard state.diagonal.isReady else { return }
            state.variances = state.diagonal.variances(before: state.variances)
            state.metric = .diagonal(state.variances)
            integrator.use(state.metric)
        case schedule.early..<schedule.secondWindow:
            state.window.add(
                state.position,
                state.gradient,
                isAtEdge: transition.isOutside
            )
        default: break
        }
        if state.draw == schedule.firstWindow || state.draw == schedule.secondWindow {
            flatParameter = state.window.flatParameter
            state.metric = state.window.metric(
                largestDense: configuration.largestDenseDimension,
                before: state.variances
            )
            integrator.use(state.metric)
            state.window = CovarianceEstimator(dimension: state.position.count)
            try findStep()
        }
        if state.draw == schedule.end { state.stepSize.settle() }
    }

    /// Starts step size adaptation anew, from what one step says.
    private func findStep() throws(Integrator.Fault) {
        let step = try integrator.reasonableStep(&state)
        state.stepSize = StepSize(target: configuration.targetAcceptance, initial: step)
    }

    /// Puts what goes wrong inside a density into words.
    private static func diagnose(
        _ chain: Int,
        _ draw: Int,
        _ body: () throws(Integrator.Fault) -> Void
    ) throws(SamplingFailure) {
        do {
            try body()
        } catch {
            switch error {
            case .threw(let cause):
                throw .densityThrew(chain: chain, draw: draw, "\(cause)")
            case .unbounded: throw .unbounded(chain: chain, draw: draw)
            }
        }
    }
}
