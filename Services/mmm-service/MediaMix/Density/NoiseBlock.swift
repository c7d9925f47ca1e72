internal import Numerics

/// How far the outcome lies from its mean: normal or Student's t.
struct NoiseBlock: Sendable {
    /// The scaled outcome, `[geos * periods]`.
    private let outcome: [Double]
    /// The slots of scales: one, or one for each geo.
    private let scales: [Int]
    private let degrees: Int?
    private let geos: Int
    /// How often each number of the outcome counts; empty if each counts once.
    private let weights: [Double]
    /// Of a t distribution, what its logarithms are of.
    private var ratios: [Double]
    private var logarithms: [Double]

    init(
        outcome: [Double],
        scales: [Int],
        degrees: Int?,
        geos: Int,
        weights: [Double] = []
    ) {
        self.outcome = outcome
        self.weights = weights
        self.scales = scales
        self.degrees = degrees
        self.geos = geos
        ratios = degrees == nil ? [] : Array(repeating: 0, count: outcome.count / geos)
        logarithms = ratios
    }

    /// Makes the mean its own adjoint.
    ///
    /// - Parameters:
    ///   - values: the parameters.
    ///   - mean: `[geos * periods]`; the derivatives by it when done.
    ///   - adjoints: what those by the parameters are added to.
    /// - Returns: the logarithm of the outcome's density.
    mutating func evaluate(
        _ values: [Double],
        _ mean: inout [Double],
        into adjoints: inout [Double]
    ) -> Double {
        var sum = 0.0
        let (outcome, parts) = (outcome, scales.count)
        var mean = mean.mutableSpan
        for part in 0..<parts {
            let range = part * outcome.count / parts..<(part + 1) * outcome.count / parts
            var own = mean._mutatingExtracting(range)
            let scale = (slot: scales[part], value: values[scales[part]])
            let data = outcome.span.extracting(range)
            if !weights.isEmpty {
                sum += Self.weighted(
                    data,
                    &own,
                    weights: weights.span.extracting(range),
                    scale: scale,
                    degrees: degrees.map { ($0, values[$0]) },
                    &adjoints
                )
            } else if let degrees {
                let count = ratios.count
                for start in stride(from: 0, to: own.count, by: count) {
                    var piece = own._mutatingExtracting(start..<start + count)
                    sum += Self.studentT(
                        data.extracting(start..<start + count),
                        &piece,
                        scale: scale,
                        degrees: (degrees, values[degrees]),
                        &ratios,
                        &logarithms,
                        &adjoints
                    )
                }
            } else {
                sum += Self.normal(data, &own, scale: scale, &adjoints)
            }
        }
        return sum
    }

    private static func normal(
        _ outcome: Span<Double>,
        _ mean: inout MutableSpan<Double>,
        scale: (slot: Int, value: Double),
        _ adjoints: inout [Double]
    ) -> Double {
        let precision = 1 / (scale.value * scale.value)
        let count = Double(outcome.count)
        for index in outcome.indices { mean[index] = (outcome[index] - mean[index]) * precision }
        let squares = mean.span.dot(mean.span) / precision
        adjoints[scale.slot] += (squares - count) / scale.value
        let halfLogTwoPi = 0.918938533204672741780329736406
        return -count * (Elementary.log(scale.value) + halfLogTwoPi) - 0.5 * squares
    }

    private static func studentT(
        _ outcome: Span<Double>,
        _ mean: inout MutableSpan<Double>,
        scale: (slot: Int, value: Double),
        degrees: (slot: Int, value: Double),
        _ ratios: inout [Double],
        _ logarithms: inout [Double],
        _ adjoints: inout [Double]
    ) -> Double {
        let (sigma, nu) = (scale.value, degrees.value)
        let width = nu * sigma * sigma
        let count = Double(outcome.count)
        var pulls = 0.0
        for index in outcome.indices {
            let residual = outcome[index] - mean[index]
            let square = residual * residual
            ratios[index] = square / width
            let pull = (nu + 1) / (width + square)
            mean[index] = pull * residual
            pulls += pull * square
        }
        var result = logarithms.mutableSpan
        Elementary.logOnePlus(ratios.span, &result)
        let logSum = result.span.sum()
        let half = 0.5 * (nu + 1)
        adjoints[scale.slot] += (pulls - count) / sigma
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
