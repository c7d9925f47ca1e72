public import Numerics

/// What is believed of a parameter before the data are seen.
public enum Prior: Sendable, Hashable {
    /// Normal, with its mean and standard deviation.
    case normal(mean: Double, scale: Double)
    /// The positive half of a normal distribution around 0.
    case halfNormal(scale: Double)
    /// A number whose logarithm is normal, with that one's mean and standard deviation.
    case logNormal(mean: Double, scale: Double)
    /// Gamma; its mean is shape ÷ rate.
    case gamma(shape: Double, rate: Double)
    /// Beta; its mean is a ÷ (a + b).
    case beta(_ a: Double, _ b: Double)
    /// Any number of an interval alike.
    case uniform(lower: Double, upper: Double)
    /// Laplace, which pulls towards its mean and has wider tails than the normal one.
    case laplace(mean: Double, scale: Double)
    /// Student's t.
    case studentT(degrees: Double, mean: Double, scale: Double)
    /// Exponential; its mean is 1 ÷ rate.
    case exponential(rate: Double)
    /// Normal, cut at two bounds.
    case truncatedNormal(mean: Double, scale: Double, lower: Double, upper: Double)
    /// The parameter is known and not sampled.
    case fixed(Double)

    /// The distribution; nil of a parameter that is fixed.
    public var distribution: (any Distribution)? {
        switch self {
        case .normal(let mean, let scale): Normal(mean: mean, scale: scale)
        case .halfNormal(let scale): HalfNormal(scale: scale)
        case .logNormal(let mean, let scale): LogNormal(mean: mean, scale: scale)
        case .gamma(let shape, let rate): Gamma(shape: shape, rate: rate)
        case .beta(let a, let b): Beta(a, b)
        case .uniform(let lower, let upper): Uniform(lower: lower, upper: upper)
        case .laplace(let mean, let scale): Laplace(mean: mean, scale: scale)
        case .studentT(let degrees, let mean, let scale):
            StudentT(degrees: degrees, location: mean, scale: scale)
        case .exponential(let rate): Exponential(rate: rate)
        case .truncatedNormal(let mean, let scale, let lower, let upper):
            Truncated(Normal(mean: mean, scale: scale), lower: lower, upper: upper)
        case .fixed: nil
        }
    }

    /// The number that half of the prior lies below: where nothing else is known.
    public var median: Double {
        if case .fixed(let value) = self { return value }
        return distribution?.quantile(0.5) ?? .nan
    }

    /// The numbers that it allows.
    var support: ClosedRange<Double> {
        if case .fixed(let value) = self { return value...value }
        return distribution?.support ?? 0...0
    }

    /// Whether it is a distribution, or a finite number.
    var isProper: Bool {
        if case .fixed(let value) = self { return value.isFinite }
        guard let law = distribution, law.quantile(0.5).isFinite else { return false }
        return law.logDensity(law.quantile(0.5)).isFinite
    }

    /// The map from all numbers to those it allows.
    var transform: ScalarTransform {
        let support = support
        return switch (support.lowerBound.isFinite, support.upperBound.isFinite) {
        case (false, false): .real
        case (true, false): support.lowerBound == 0 ? .positive : .above(support.lowerBound)
        case (false, true): .below(support.upperBound)
        case (true, true): .between(support.lowerBound, support.upperBound)
        }
    }
}
