/// Dirichlet's distribution of shares that are positive and add up to 1.
public struct Dirichlet: Sendable {
    /// The weights, at least two, each positive.
    public let weights: [Double]
    private let constant: Double

    /// A Dirichlet distribution.
    ///
    /// - Parameter weights: at least two; one that is not positive makes every function NaN.
    public init(_ weights: [Double]) {
        precondition(weights.count > 1, "shares are of at least two")
        self.weights = weights
        var logarithm = SpecialFunctions.logGamma(weights.span.sum())
        for weight in weights {
            logarithm -= SpecialFunctions.logGamma(weight.unless(!weight.isPositive))
        }
        constant = logarithm
    }

    /// The logarithm of the density, in all shares but the last.
    ///
    /// - Parameter shares: `[k]`, positive; that they add up to 1 is not checked.
    /// - Returns: −∞ if a share is negative.
    public func logDensity(_ shares: Span<Double>) -> Double {
        precondition(shares.count == weights.count, "one share for each weight")
        var sum = constant
        for index in shares.indices {
            if shares[index] < 0 { return -.infinity + 0 * constant }
            if weights[index] != 1 { sum += (weights[index] - 1) * Elementary.log(shares[index]) }
        }
        return sum
    }

    /// The derivatives of the logarithm of the density in each share, as if they were free.
    ///
    /// - Parameters:
    ///   - shares: `[k]`, positive.
    ///   - gradient: `[k]`.
    public func slopes(_ shares: Span<Double>, _ gradient: inout MutableSpan<Double>) {
        precondition(shares.count == weights.count, "one share for each weight")
        precondition(gradient.count == weights.count, "one slope for each weight")
        for index in shares.indices { gradient[index] = (weights[index] - 1) / shares[index] }
    }

    /// Draws shares, which no small weight makes all zero.
    ///
    /// - Parameters:
    ///   - random: where randomness comes from.
    ///   - shares: `[k]`; all NaN if a weight is not positive.
    public func sample(_ random: inout RandomStream, _ shares: inout MutableSpan<Double>) {
        precondition(shares.count == weights.count, "one share for each weight")
        guard !constant.isNaN else {
            for index in shares.indices { shares[index] = .nan }
            return
        }
        var largest = -Double.infinity
        for index in shares.indices {
            shares[index] = random.logGamma(shape: weights[index])
            largest = max(largest, shares[index])
        }
        var sum = 0.0
        for index in shares.indices {
            shares[index] = Elementary.exp(shares[index] - largest)
            sum += shares[index]
        }
        shares.scale(by: 1 / sum)
    }
}
