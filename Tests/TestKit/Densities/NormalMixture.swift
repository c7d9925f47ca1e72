public import Numerics

/// Two normal components in rising order: μ ordered, ln σ₁, ln σ₂ and the logit of θ.
public struct NormalMixture: Density {
    let observations: [Double]
    private var differences, tails, exponentials: [Double]

    /// The model of given observations.
    public init(observations: [Double]) {
        self.observations = observations
        differences = observations
        (tails, exponentials) = (observations, observations)
    }

    /// Two means, two scales and a share.
    public var dimension: Int { 5 }

    /// The log density, without constants.
    public mutating func logDensity(
        at position: Span<Double>,
        gradient: inout MutableSpan<Double>
    ) -> Double {
        let gap = Elementary.exp(position[1])
        let (low, high) = (position[0], position[0] + gap)
        let first = ScalarTransform.positive.constrain(position[2])
        let second = ScalarTransform.positive.constrain(position[3])
        let share = ScalarTransform.between(0, 1).constrain(position[4])
        let theta = share.value
        let (invFirst, invSecond) = (1 / first.value, 1 / second.value)
        let offset =
            Elementary.log(theta) - Elementary.logOnePlus(-theta) - position[2] + position[3]
        // The log of the second component, and the first's advantage over it.
        var plain = 0.0
        for index in observations.indices {
            let a = (observations[index] - low) * invFirst
            let b = (observations[index] - high) * invSecond
            plain += b * b
            let difference = offset + 0.5 * (b * b - a * a)
            differences[index] = difference
            tails[index] = -abs(difference)
        }
        Self.takeTails(&tails, &exponentials)
        var (softplus, weight) = (0.0, 0.0)
        var (byLow, byHigh, byFirst, bySecond) = (0.0, 0.0, 0.0, 0.0)
        for index in observations.indices {
            let difference = differences[index]
            let e = exponentials[index]
            let w = (difference >= 0 ? 1 : e) / (1 + e)
            let rest = 1 - w
            softplus += max(difference, 0) + tails[index]
            let a = (observations[index] - low) * invFirst
            let b = (observations[index] - high) * invSecond
            weight += w
            byLow += w * a
            byHigh += rest * b
            byFirst += w * (a * a - 1)
            bySecond += rest * (b * b - 1)
        }
        let count = Double(observations.count)
        let meanPull = byHigh * invSecond - 0.25 * high
        gradient[0] = byLow * invFirst - 0.25 * low + meanPull
        gradient[1] = meanPull * gap + 1
        gradient[2] = byFirst - 0.25 * first.value * first.value + 1
        gradient[3] = bySecond - 0.25 * second.value * second.value + 1
        let byTheta = (weight + 4) / theta - (count - weight + 4) / (1 - theta)
        gradient[4] = share.pullBack(byTheta)
        let logLikelihood =
            softplus - 0.5 * plain
            + count * (Elementary.logOnePlus(-theta) - position[3])
        let priors =
            -0.125
            * (low * low + high * high + first.value * first.value + second.value * second.value)
            + 4 * (Elementary.log(theta) + Elementary.logOnePlus(-theta))
        return logLikelihood + priors + position[1] + first.logJacobian + second.logJacobian
            + share.logJacobian
    }

    /// e to the tails, and in place of the tails ln(1 + e to the tails).
    private static func takeTails(_ tails: inout [Double], _ exponentials: inout [Double]) {
        var first = exponentials.mutableSpan
        Elementary.exp(tails.span, &first)
        var second = tails.mutableSpan
        Elementary.logOnePlus(exponentials.span, &second)
    }
}
