internal import Numerics

/// A Weibull distribution of lags, as far as the weights of an adstock need it.
struct Weibull {
    /// Positive; far from 0.
    let scale: Double
    let logScale: Double
    /// Positive; far from 0.
    let shape: Double

    init(scale: Double, shape: Double) {
        self.scale = Adstock.positive(scale)
        self.shape = Adstock.positive(shape)
        logScale = Elementary.log(self.scale)
    }

    /// ln(t ÷ λ) at t = lag + 1.
    @inline(__always)
    func logRatio(_ lag: Int) -> Double { Adstock.logarithms[lag + 1] - logScale }

    /// (t ÷ λ)^k at t = lag + 1, for every lag; at most e^600, so that products stay finite.
    func fillHazards(_ hazards: inout MutableSpan<Double>) {
        for lag in hazards.indices { hazards[lag] = min(shape * logRatio(lag), 600) }
        Elementary.exp(&hazards)
    }

    /// The density at t = lag + 1 for every lag, as a share of the highest of them.
    func fillDensities(_ densities: inout MutableSpan<Double>) {
        fillHazards(&densities)
        var highest = -Double.infinity
        for lag in densities.indices {
            densities[lag] = (shape - 1) * Adstock.logarithms[lag + 1] - densities[lag]
            highest = max(highest, densities[lag])
        }
        for lag in densities.indices { densities[lag] -= highest }
        Elementary.exp(&densities)
    }

    /// The derivatives of the logarithm of the density at t = lag + 1, by the logarithm of the
    /// scale and by the shape, but for what all lags have in common.
    @inline(__always)
    func slopes(_ lag: Int, hazard: Double) -> (scale: Double, shape: Double) {
        (shape * hazard, Adstock.logarithms[lag + 1] - hazard * logRatio(lag))
    }
}
