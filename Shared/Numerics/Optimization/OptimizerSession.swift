internal import CNLopt

/// One search: the library's handle, and what its callbacks need.
@safe
final class OptimizerSession {
    private let handle: nlopt_opt
    /// Where gradients go that the library does not ask for.
    private let spare: UnsafeMutablePointer<Double>
    private let optimizer: Optimizer
    /// What went wrong inside a callback, which may not throw; the search is then stopped.
    private var failure: OptimizationFailure?
    /// The lowest point so far, which the quasi-Newton search does not always end at.
    private var lowest: LowestPoint?
    /// What the function is divided by when the library sees it.
    private var steepness = 1.0
    /// So often a search that found no step is begun again from its lowest point.
    private static let restarts = 2
    /// The functions that the library asks; they live as long as the search.
    private var callbacks: [Callback] = []

    /// A function, and whom to tell of its failure; the library holds a pointer to it.
    private final class Callback {
        let function: Optimizer.Function
        /// Whether it is what is to be smallest.
        let isObjective: Bool
        unowned let session: OptimizerSession

        init(
            _ function: @escaping Optimizer.Function,
            isObjective: Bool,
            _ session: OptimizerSession
        ) {
            self.function = function
            self.isObjective = isObjective
            self.session = session
        }
    }

    init(_ optimizer: Optimizer, dimension: Int) throws(OptimizationFailure) {
        self.optimizer = optimizer
        let algorithm =
            switch optimizer.method {
            case .sequentialQuadratic: NLOPT_LD_SLSQP
            case .quasiNewton: NLOPT_LD_LBFGS
            }
        guard let count = UInt32(exactly: dimension),
            let handle = unsafe nlopt_create(algorithm, count)
        else { throw .failed("it has no memory") }
        unsafe self.handle = handle
        // Freed in `deinit`; as many numbers as the library's own gradients have.
        unsafe spare = .allocate(capacity: dimension)
        unsafe spare.initialize(repeating: 0, count: dimension)
    }

    deinit {
        unsafe nlopt_destroy(handle)
        unsafe spare.deallocate()
    }

    func minimize(
        from start: [Double],
        _ function: @escaping Optimizer.Function
    ) throws(OptimizationFailure) -> Optimizer.Result {
        var point = try configure(start)
        // Callbacks live in this object, which outlives the search.
        unsafe nlopt_set_min_objective(
            handle,
            Self.evaluate,
            pointer(to: function, isObjective: true)
        )
        for constraint in optimizer.notPositive {
            unsafe nlopt_add_inequality_constraint(
                handle,
                Self.evaluate,
                pointer(to: constraint),
                optimizer.constraintTolerance
            )
        }
        for constraint in optimizer.zero {
            unsafe nlopt_add_equality_constraint(
                handle,
                Self.evaluate,
                pointer(to: constraint),
                optimizer.constraintTolerance
            )
        }
        var evaluations = 0
        for _ in 0...Self.restarts {
            let left = optimizer.maximumEvaluations - evaluations
            unsafe nlopt_set_maxeval(handle, Int32(left))
            var value = Double.nan
            let code = unsafe nlopt_optimize(handle, &point, &value)
            if let failure { throw failure }
            evaluations += Int(unsafe nlopt_get_numevals(handle))
            var ending = Self.ending(code)
            if steepness != 1 || ending == nil, let lowest { (point, value) = lowest.place }
            if ending == nil {
                guard code == NLOPT_FAILURE, let lowest else { break }
                if lowest.isLevel(optimizer) {
                    ending = .rounding
                } else if evaluations >= optimizer.maximumEvaluations {
                    ending = .evaluationsUsedUp
                } else {
                    // Of so steep a function the first step was far too long.
                    steepness = lowest.steepness
                }
            }
            guard let ending else { continue }
            return Optimizer.Result(
                point: point,
                value: value,
                ending: ending,
                evaluations: evaluations
            )
        }
        let words = unsafe nlopt_get_errmsg(handle).map { unsafe String(cString: $0) }
        throw .failed(words ?? "it finds no step that leads down")
    }

    /// Why the library ended; nil if it failed.
    private static func ending(_ code: nlopt_result) -> Optimizer.Ending? {
        switch code {
        case NLOPT_SUCCESS, NLOPT_FTOL_REACHED, NLOPT_XTOL_REACHED, NLOPT_STOPVAL_REACHED:
            .converged
        case NLOPT_MAXEVAL_REACHED: .evaluationsUsedUp
        case NLOPT_ROUNDOFF_LIMITED: .rounding
        default: nil
        }
    }

    /// Sets bounds and tolerances, and moves the start into the bounds.
    private func configure(_ start: [Double]) throws(OptimizationFailure) -> [Double] {
        var point = start
        // Bounds have as many numbers as the point: the optimiser checked that.
        if !optimizer.lower.isEmpty {
            unsafe nlopt_set_lower_bounds(handle, optimizer.lower)
            for index in point.indices { point[index] = max(point[index], optimizer.lower[index]) }
        }
        if !optimizer.upper.isEmpty {
            unsafe nlopt_set_upper_bounds(handle, optimizer.upper)
            for index in point.indices { point[index] = min(point[index], optimizer.upper[index]) }
        }
        unsafe nlopt_set_xtol_rel(handle, optimizer.relativeTolerance)
        return point
    }

    private func pointer(
        to function: @escaping Optimizer.Function,
        isObjective: Bool = false
    ) -> UnsafeMutableRawPointer {
        let callback = Callback(function, isObjective: isObjective, self)
        callbacks.append(callback)
        return unsafe Unmanaged.passUnretained(callback).toOpaque()
    }

    /// What the library calls: it appends nothing, allocates nothing and throws nothing itself.
    private static let evaluate: nlopt_func = { count, x, gradient, data in
        guard let x = unsafe x, let data = unsafe data else { return .nan }
        let callback = unsafe Unmanaged<Callback>.fromOpaque(data).takeUnretainedValue()
        return unsafe callback.session.value(callback, Int(count), x, gradient)
    }

    private func value(
        _ callback: Callback,
        _ count: Int,
        _ x: UnsafePointer<Double>,
        _ gradient: UnsafeMutablePointer<Double>?
    ) -> Double {
        guard failure == nil else { return .nan }
        do {
            let point = unsafe UnsafeBufferPointer(start: x, count: count).span
            let place = unsafe gradient ?? spare
            var target = unsafe UnsafeMutableBufferPointer(start: place, count: count).mutableSpan
            let value = try callback.function(point, &target)
            guard value.isFinite && target.span.isFinite() else {
                stop(.notFinite)
                return value
            }
            guard callback.isObjective, optimizer.method == .quasiNewton else { return value }
            note(point, value, target.span)
            target.scale(by: 1 / steepness)
            return value / steepness
        } catch {
            stop(.threw("\(error)"))
            return .nan
        }
    }

    /// Keeps the lowest point that is allowed; of those as low, the flattest.
    private func note(_ point: Span<Double>, _ value: Double, _ gradient: Span<Double>) {
        if let lowest, lowest.value < value { return }
        guard optimizer.allows(point) else { return }
        let new = LowestPoint(point, value, gradient)
        if let lowest, lowest.value == value, lowest.steepness <= new.steepness { return }
        lowest = new
    }

    private func stop(_ failure: OptimizationFailure) {
        self.failure = failure
        unsafe nlopt_force_stop(handle)
    }
}
