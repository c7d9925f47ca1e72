public import Numerics

/// Effects of eight schools, not centred: zⱼ, μ and ln τ.
public struct EightSchools: Density {
    let effects: [Double]
    let errors: [Double]
    private let inverseErrors: [Double]

    /// The model of given effects with their standard errors.
    public init(effects: [Double], errors: [Double]) {
        precondition(effects.count == errors.count, "an error for each effect")
        (self.effects, self.errors) = (effects, errors)
        inverseErrors = errors.map { 1 / $0 }
    }

    /// One number a school, and two.
    public var dimension: Int { effects.count + 2 }

    /// The log density, without constants.
    public mutating func logDensity(
        at position: Span<Double>,
        gradient: inout MutableSpan<Double>
    ) -> Double {
        let count = effects.count
        let mu = position[count]
        let scale = ScalarTransform.positive.constrain(position[count + 1])
        let tau = scale.value
        let ratio = tau / 5
        var sum = -0.5 * mu * mu / 25 - Elementary.logOnePlus(ratio * ratio)
        var (byMu, byTau) = (-mu / 25, -2 * ratio / 5 / (1 + ratio * ratio))
        for index in 0..<count {
            let z = position[index]
            let residual = (effects[index] - mu - tau * z) * inverseErrors[index]
            let pull = residual * inverseErrors[index]
            sum -= 0.5 * (z * z + residual * residual)
            gradient[index] = tau * pull - z
            byMu += pull
            byTau += z * pull
        }
        gradient[count] = byMu
        gradient[count + 1] = scale.pullBack(byTau)
        return sum + scale.logJacobian
    }
}
