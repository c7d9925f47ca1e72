internal import Numerics

extension NoiseBlock {
    /// What the block does, where each number of the outcome counts as often as its weight says.
    ///
    /// - Parameters:
    ///   - outcome: the scaled outcome of cells that have a scale in common.
    ///   - mean: theirs; the derivatives by it when done.
    ///   - weights: theirs.
    ///   - scale: the noise's.
    ///   - degrees: of a t distribution; nil if it is normal.
    ///   - adjoints: what derivatives by the parameters are added to.
    /// - Returns: the weighted logarithm of the outcome's density.
    static func weighted(
        _ outcome: Span<Double>,
        _ mean: inout MutableSpan<Double>,
        weights: Span<Double>,
        scale: (slot: Int, value: Double),
        degrees: (slot: Int, value: Double)?,
        _ adjoints: inout [Double]
    ) -> Double {
        let sigma = scale.value
        let count = weights.sum()
        var (pulls, logSum) = (0.0, 0.0)
        for index in outcome.indices {
            let residual = outcome[index] - mean[index]
            let square = residual * residual
            guard let nu = degrees?.value else {
                mean[index] = weights[index] * residual / (sigma * sigma)
                pulls += mean[index] * residual
                continue
            }
            let width = nu * sigma * sigma
            mean[index] = weights[index] * (nu + 1) / (width + square) * residual
            pulls += mean[index] * residual
            logSum += weights[index] * Elementary.log(1 + square / width)
        }
        adjoints[scale.slot] += (pulls - count) / sigma
        guard let degrees else {
            let halfLogTwoPi = 0.918938533204672741780329736406
            return -count * (Elementary.log(sigma) + halfLogTwoPi) - 0.5 * pulls
        }
        let nu = degrees.value
        let half = 0.5 * (nu + 1)
        adjoints[degrees.slot] +=
            0.5 * count
            * (SpecialFunctions.digamma(half) - SpecialFunctions.digamma(0.5 * nu) - 1 / nu)
            + 0.5 * (pulls / nu - logSum)
        let constant =
            -SpecialFunctions.logBeta(0.5 * nu, 0.5) - 0.5 * Elementary.log(nu)
            - Elementary.log(sigma)
        return count * constant - half * logSum
    }
}
