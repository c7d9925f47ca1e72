/// Importance weights whose largest are replaced by what a Pareto tail would have there.
///
/// Vehtari, Simpson, Gelman, Yao and Gabry, “Pareto smoothed importance sampling”, JMLR 25, 2024;
/// the tail is fitted after Zhang and Stephens, Technometrics 51, 2009.
public enum ParetoSmoothing {
    /// Smooths weights and says how heavy their tail is.
    ///
    /// - Parameters:
    ///   - logWeights: logarithms of weights, at least one, finite.
    ///   - relativeEfficiency: the effective sample size of the draws over their number, positive.
    /// - Returns: logarithms of smoothed weights that add up to 1, in the order given, and k-hat:
    ///   above 0.7 they are not to be relied on; ∞ if there is no tail to fit.
    public static func smooth(
        _ logWeights: [Double],
        relativeEfficiency: Double
    ) -> (logWeights: [Double], shape: Double) {
        let count = logWeights.count
        precondition(count > 0, "there are weights")
        let largest = logWeights.max() ?? 0
        var x = logWeights.map { $0 - largest }
        let order = x.indices.sorted { x[$0] < x[$1] }
        let n = Double(count)
        let wanted = min(n / 5, 3 * (n / relativeEfficiency).squareRoot()).rounded(.up)
        let cutoffPlace = max(0, count - Int(wanted) - 1)
        let cutoff = max(x[order[cutoffPlace]], Elementary.log(Double.leastNormalMagnitude))
        let tail = order.filter { x[$0] > cutoff }
        var shape = Double.infinity
        if tail.count > 4 {
            let base = Elementary.exp(cutoff)
            let fit = fit(tail.map { Elementary.exp(x[$0]) - base })
            shape = fit.shape
            if shape.isFinite {
                for (place, index) in tail.enumerated() {
                    let p = (Double(place) + 0.5) / Double(tail.count)
                    let excess = quantile(p, shape: shape, scale: fit.scale)
                    x[index] = min(0, Elementary.log(excess + base))
                }
            }
        }
        let total = logSum(x)
        return (x.map { $0 - total }, shape)
    }

    /// The shape and scale of a generalised Pareto distribution, by an empirical Bayes estimate.
    ///
    /// - Parameter sorted: positive excesses, smallest first.
    /// - Returns: a shape with a weak prior, and the scale.
    static func fit(_ sorted: [Double]) -> (shape: Double, scale: Double) {
        let count = sorted.count
        let n = Double(count)
        let candidates = 30 + Int(n.squareRoot())
        let quarter = sorted[Int(n / 4 + 0.5) - 1]
        let largest = sorted[count - 1]
        func shapeOf(_ b: Double) -> Double {
            sorted.map { Elementary.logOnePlus(-b * $0) }.span.sum() / n
        }
        let b = (1...candidates).map { index in
            let root = (Double(candidates) / (Double(index) - 0.5)).squareRoot()
            return (1 - root) / (3 * quarter) + 1 / largest
        }
        let scores = b.map { b in
            let k = shapeOf(b)
            return n * (Elementary.log(-(b / k)) - k - 1)
        }
        var weights = scores.map { score in
            1 / scores.map { Elementary.exp($0 - score) }.span.sum()
        }
        weights = weights.map { $0 >= 10 * Double.ulpOfOne ? $0 : 0 }
        let mean = b.span.dot(weights.span) / weights.span.sum()
        let k = shapeOf(mean)
        // A weak prior towards ½, worth ten observations.
        return ((n * k + 5) / (n + 10), -k / mean)
    }

    private static func quantile(_ p: Double, shape: Double, scale: Double) -> Double {
        let logarithm = Elementary.logOnePlus(-p)
        guard scale > 0 else { return .nan }
        if abs(shape) < Double.ulpOfOne { return -logarithm * scale }
        return SpecialFunctions.expMinusOne(-shape * logarithm) / shape * scale
    }

    static func logSum(_ x: [Double]) -> Double {
        let largest = x.max() ?? -.infinity
        guard largest.isFinite else { return largest }
        return largest + Elementary.log(x.map { Elementary.exp($0 - largest) }.span.sum())
    }
}

/// Leave-one-out cross-validation from one posterior: PSIS-LOO.
///
/// Vehtari, Gelman and Gabry, Statistics and Computing 27, 2017.
public struct LeaveOneOut: Equatable, Sendable {
    /// The expected log density of each observation, if it were new.
    public let pointwise: [Double]
    /// k-hat of each observation: above ``largestReliableShape`` its estimate is not reliable.
    public let shapes: [Double]
    /// The effective number of parameters.
    public let parameters: Double
    /// min(1 − 1 ÷ log₁₀ S, 0.7), S being the number of draws.
    public let largestReliableShape: Double

    /// The sum over observations.
    public var expectedLogDensity: Double { pointwise.span.sum() }

    /// The standard error of the sum.
    public var standardError: Double {
        let mean = Diagnostics.mean(pointwise)
        let squares = pointwise.map { ($0 - mean) * ($0 - mean) }
        return squares.span.sum().squareRoot()
    }

    /// Estimates from the log density of each observation at each draw.
    ///
    /// - Parameters:
    ///   - logDensities: `[observations][draws]`, all chains one after the other, finite.
    ///   - relativeEfficiency: the mean effective sample size of the parameters' means over the
    ///     number of draws; 1 for independent draws.
    public init(logDensities: [[Double]], relativeEfficiency: Double = 1) {
        precondition(!logDensities.isEmpty, "there are observations")
        let draws = Double(logDensities[0].count)
        var (pointwise, shapes): ([Double], [Double]) = ([], [])
        var inSample = 0.0
        for values in logDensities {
            let (weights, shape) = ParetoSmoothing.smooth(
                values.map { -$0 },
                relativeEfficiency: relativeEfficiency
            )
            pointwise.append(ParetoSmoothing.logSum(zip(weights, values).map { $0 + $1 }))
            shapes.append(shape)
            inSample += ParetoSmoothing.logSum(values) - Elementary.log(draws)
        }
        self.pointwise = pointwise
        self.shapes = shapes
        parameters = inSample - pointwise.span.sum()
        largestReliableShape = min(1 - Elementary.log(10) / Elementary.log(draws), 0.7)
    }
}
