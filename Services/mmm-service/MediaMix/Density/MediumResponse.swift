internal import Numerics

/// What an amount of a medium does in each geo and period, before its coefficient.
struct MediumResponse: Sendable {
    /// On the model's scale, `[geos * periods]`.
    private let amount: [Double]
    private let periods: Int
    /// Between the two transforms.
    private var inner: [Double]
    private var innerAdjoint: [Double]
    private(set) var response: [Double]
    /// The derivatives by the response: to be filled before ``pull(_:)``.
    var responseAdjoint: [Double]

    init(amount: [Double], periods: Int) {
        self.amount = amount
        self.periods = periods
        inner = amount.map { _ in 0 }
        innerAdjoint = inner
        response = inner
        responseAdjoint = inner
    }

    private var geos: Int { amount.count / periods }

    mutating func forward(_ transform: borrowing MediumTransform) {
        if transform.isAdstockFirst {
            Self.carry(amount, transform.weights, periods, into: &inner)
            Self.respond(inner, transform, into: &response)
        } else {
            Self.respond(amount, transform, into: &inner)
            Self.carry(inner, transform.weights, periods, into: &response)
        }
    }

    mutating func pull(_ transform: inout MediumTransform) {
        for index in innerAdjoint.indices { innerAdjoint[index] = 0 }
        if transform.isAdstockFirst {
            pullSaturation(inner, response, &transform)
            pullCarry(amount, innerAdjoint, &transform.weightsAdjoint)
        } else {
            pullCarry(&transform)
            swap(&innerAdjoint, &responseAdjoint)
            pullSaturation(amount, inner, &transform)
        }
    }

    private static func carry(
        _ x: [Double],
        _ weights: [Double],
        _ periods: Int,
        into result: inout [Double]
    ) {
        var all = result.mutableSpan
        for start in stride(from: 0, to: x.count, by: periods) {
            let range = start..<start + periods
            var part = all._mutatingExtracting(range)
            Adstock.carry(x.span.extracting(range), weights: weights.span, into: &part)
        }
    }

    private static func respond(
        _ x: [Double],
        _ transform: borrowing MediumTransform,
        into result: inout [Double]
    ) {
        var result = result.mutableSpan
        transform.saturation.respond(
            x.span,
            parameters: transform.saturationParameters.span,
            into: &result
        )
    }

    /// From the responses' adjoint to the parameters' and to the inner one, which is added to.
    private mutating func pullSaturation(
        _ x: [Double],
        _ result: [Double],
        _ transform: inout MediumTransform
    ) {
        let (saturation, parameters) = (transform.saturation, transform.saturationParameters)
        let adjoint = responseAdjoint
        var parametersAdjoint = transform.saturationAdjoint.mutableSpan
        var xAdjoint = innerAdjoint.mutableSpan
        saturation.pull(
            x: x.span,
            parameters: parameters.span,
            result: result.span,
            adjoint: adjoint.span,
            into: &parametersAdjoint,
            x: &xAdjoint
        )
    }

    private func pullCarry(_ x: [Double], _ adjoint: [Double], _ weightsAdjoint: inout [Double]) {
        var weightsAdjoint = weightsAdjoint.mutableSpan
        for start in stride(from: 0, to: x.count, by: periods) {
            let range = start..<start + periods
            Adstock.pullCarry(
                x: x.span.extracting(range),
                adjoint: adjoint.span.extracting(range),
                into: &weightsAdjoint
            )
        }
    }

    private mutating func pullCarry(_ transform: inout MediumTransform) {
        let (weights, periods) = (transform.weights, periods)
        let (inner, adjoint) = (inner, responseAdjoint)
        var weightsAdjoint = transform.weightsAdjoint.mutableSpan
        var all = innerAdjoint.mutableSpan
        for start in stride(from: 0, to: inner.count, by: periods) {
            let range = start..<start + periods
            var part = all._mutatingExtracting(range)
            Adstock.pullCarry(
                x: inner.span.extracting(range),
                weights: weights.span,
                adjoint: adjoint.span.extracting(range),
                into: &weightsAdjoint,
                x: &part
            )
        }
    }
}
