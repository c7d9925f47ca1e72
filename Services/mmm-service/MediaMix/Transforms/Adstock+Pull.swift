internal import Numerics

extension Adstock {
    /// Adds what the parameters do to a function of the weights.
    ///
    /// - Parameters:
    ///   - parameters: `[parameterCount]`, those the weights were made of.
    ///   - weights: `[lags]`, what ``weights(_:into:)`` made of them.
    ///   - adjoint: `[lags]`, the function's derivatives by the weights.
    ///   - parametersAdjoint: `[parameterCount]`, to which those by the parameters are added.
    public func pullWeights(
        _ parameters: Span<Double>,
        weights: Span<Double>,
        adjoint: Span<Double>,
        into parametersAdjoint: inout MutableSpan<Double>
    ) {
        precondition(parameters.count == parameterCount, "the kind has a number of parameters")
        precondition(weights.count == lags, "there is a weight for each lag")
        precondition(adjoint.count == lags, "there is a derivative for each weight")
        precondition(parametersAdjoint.count == parameterCount, "each parameter has an adjoint")
        // Normalised or not, a parameter's adjoint is Σ d_l (adjoint_l − mean), where d_l is the
        // derivative of the weight with its sum held fixed.
        let mean = isNormalised ? weights.dot(adjoint) : 0
        let kernel = PulledWeights(weights: weights, adjoint: adjoint, mean: mean)
        switch kind {
        case .none: break
        case .geometric:
            parametersAdjoint[0] += kernel.geometric()
        case .delayed:
            let (share, peak) = kernel.delayed(parameters[0], peak: parameters[1])
            parametersAdjoint[0] += share
            parametersAdjoint[1] += peak
        case .weibullDensity, .weibullDistribution:
            let weibull = Weibull(scale: parameters[0], shape: parameters[1])
            let (scale, shape) =
                kind == .weibullDistribution
                ? kernel.distribution(weibull)
                : kernel.density(weibull, isNormalised: isNormalised)
            parametersAdjoint[0] += scale
            parametersAdjoint[1] += shape
        case .binomial, .shortBinomial:
            let share = Self.positive(parameters[0])
            var sum = 0.0
            for lag in 1..<max(lags, 1) {
                sum += weights[lag] * binomialLogarithm(lag) * (adjoint[lag] - mean)
            }
            parametersAdjoint[0] -= sum / (share * share)
        }
    }
}

/// Weights, and the derivatives of a function by them.
private struct PulledWeights: ~Escapable {
    let weights: Span<Double>
    let adjoint: Span<Double>
    /// Σ weights · adjoint if they are normalised, else 0.
    let mean: Double

    @_lifetime(copy weights, copy adjoint)
    init(weights: Span<Double>, adjoint: Span<Double>, mean: Double) {
        self.weights = weights
        self.adjoint = adjoint
        self.mean = mean
    }

    func geometric() -> Double {
        var sum = 0.0
        for lag in 1..<max(weights.count, 1) {
            // l α^(l−1), which no division by α spoils at 0.
            sum += Double(lag) * weights[lag - 1] * (adjoint[lag] - mean)
        }
        return sum
    }

    func delayed(_ share: Double, peak: Double) -> (share: Double, peak: Double) {
        let share = Adstock.positive(share)
        var (first, second) = (0.0, 0.0)
        for lag in weights.indices {
            let distance = Double(lag) - peak
            let change = weights[lag] * (adjoint[lag] - mean) * distance
            first += change * distance
            second += change
        }
        return (first / share, -2 * Elementary.log(share) * second)
    }

    func distribution(_ weibull: Weibull) -> (scale: Double, shape: Double) {
        var hazards = InlineArray<208, Double>(repeating: 0)
        var span = hazards.mutableSpan
        var used = span._mutatingExtracting(..<weights.count)
        weibull.fillHazards(&used)
        var (sum, logSum) = (0.0, 0.0)
        var (scale, shape) = (0.0, 0.0)
        for lag in weights.indices {
            let change = weights[lag] * (adjoint[lag] - mean)
            scale += change * sum
            shape -= change * logSum
            sum += used[lag]
            logSum += used[lag] * weibull.logRatio(lag)
        }
        return (scale * weibull.shape / weibull.scale, shape)
    }

    func density(
        _ weibull: Weibull,
        isNormalised: Bool
    ) -> (scale: Double, shape: Double) {
        var densities = InlineArray<208, Double>(repeating: 0)
        var hazards = InlineArray<208, Double>(repeating: 0)
        var densitySpan = densities.mutableSpan
        var hazardSpan = hazards.mutableSpan
        var p = densitySpan._mutatingExtracting(..<weights.count)
        var z = hazardSpan._mutatingExtracting(..<weights.count)
        weibull.fillDensities(&p)
        weibull.fillHazards(&z)
        var (least, most) = (0, 0)
        for lag in weights.indices {
            if p[lag] < p[least] { least = lag }
            if p[lag] > p[most] { most = lag }
        }
        let low = p[least]
        // All weights are 1 then, whatever the parameters are.
        guard low < 1 else { return (0, 0) }
        let top = weibull.slopes(most, hazard: z[most])
        let bottom = weibull.slopes(least, hazard: z[least])
        var (scale, shape, sum) = (0.0, 0.0, 0.0)
        for lag in weights.indices {
            let stretched = (p[lag] - low) / (1 - low)
            let own = weibull.slopes(lag, hazard: z[lag])
            let change = adjoint[lag] - mean
            let rest = low * (1 - stretched)
            scale += change * (p[lag] * (own.scale - top.scale) - rest * (bottom.scale - top.scale))
            shape += change * (p[lag] * (own.shape - top.shape) - rest * (bottom.shape - top.shape))
            sum += stretched
        }
        let divisor = (1 - low) * (isNormalised ? sum : 1)
        return (scale / divisor / weibull.scale, shape / divisor)
    }
}
