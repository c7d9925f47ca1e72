internal import Numerics

/// What an amount of a medium does in each geo and period, before its coefficient.
struct MediumResponse: Sendable {
    /// On the model's scale, `[geos * periods]`: of what is seen, or of those who see it.
    private let amount: [Double]
    /// How often each of those sees it; empty if that is not known.
    private let frequency: [Double]
    /// Which of the panel's these are.
    private let periods: Range<Int>
    /// What frequencies do, for each of those who see it.
    private var perHead: [Double]
    /// Between the two transforms.
    private var inner: [Double]
    private var innerAdjoint: [Double]
    /// As if the effect did not vary in time; empty if it does not.
    private var steady: [Double]
    private(set) var response: [Double]
    /// The derivatives by the response: to be filled before ``pull(_:)``.
    var responseAdjoint: [Double]

    init(amount: [Double], frequency: [Double]?, periods: Range<Int>, isVarying: Bool) {
        self.amount = amount
        self.frequency = frequency ?? []
        self.periods = periods
        perHead = self.frequency
        inner = amount.map { _ in 0 }
        innerAdjoint = inner
        steady = isVarying ? inner : []
        response = inner
        responseAdjoint = inner
    }

    mutating func forward(_ transform: borrowing MediumTransform) {
        var (between, result) = (inner.taken(), response.taken())
        var betweenSpan = between.mutableSpan
        var resultSpan = result.mutableSpan
        if !frequency.isEmpty {
            fillReached(transform, &betweenSpan)
            carry(betweenSpan.span, transform, into: &resultSpan)
        } else if transform.isAdstockFirst {
            carry(amount.span, transform, into: &betweenSpan)
            Self.respond(betweenSpan.span, transform, into: &resultSpan)
        } else {
            Self.respond(amount.span, transform, into: &betweenSpan)
            carry(betweenSpan.span, transform, into: &resultSpan)
        }
        (inner, response) = (between, result)
        vary(transform)
    }

    private func carry(
        _ x: Span<Double>,
        _ transform: borrowing MediumTransform,
        into result: inout MutableSpan<Double>
    ) {
        for start in stride(from: 0, to: x.count, by: periods.count) {
            let range = start..<start + periods.count
            var part = result._mutatingExtracting(range)
            Adstock.carry(x.extracting(range), weights: transform.weights.span, into: &part)
        }
    }

    private static func respond(
        _ x: Span<Double>,
        _ transform: borrowing MediumTransform,
        into result: inout MutableSpan<Double>
    ) {
        transform.saturation.respond(
            x,
            parameters: transform.saturationParameters.span,
            into: &result
        )
    }

    /// Those who see it, times what it does to each for how often they do.
    private mutating func fillReached(
        _ transform: borrowing MediumTransform,
        _ result: inout MutableSpan<Double>
    ) {
        var seen = perHead.taken()
        var span = seen.mutableSpan
        Self.respond(frequency.span, transform, into: &span)
        for cell in span.indices { result[cell] = amount[cell] * span[cell] }
        perHead = seen
    }

    /// Makes the response that of its period, if the effect comes and goes.
    private mutating func vary(_ transform: borrowing MediumTransform) {
        guard let variation = transform.variation else { return }
        for cell in response.indices {
            steady[cell] = response[cell]
            response[cell] *= variation.multipliers[period(cell)]
        }
    }

    private func period(_ cell: Int) -> Int { periods.lowerBound + cell % periods.count }

    /// From the responses' adjoint to those of the transform's parameters.
    mutating func pull(_ transform: inout MediumTransform) {
        pullVariation(&transform)
        var between = innerAdjoint.taken()
        var span = between.mutableSpan
        span.update(repeating: 0)
        if transform.isAdstockFirst {
            transform.pullSaturation(inner.span, response.span, responseAdjoint.span, x: &span)
            transform.pullCarry(amount.span, span.span, periods.count)
        } else {
            transform.pullCarry(inner.span, responseAdjoint.span, periods.count, x: &span)
            // Nobody asks for the derivatives by amounts and frequencies.
            var ignored = responseAdjoint.taken()
            var ignoredSpan = ignored.mutableSpan
            if frequency.isEmpty {
                transform.pullSaturation(amount.span, inner.span, span.span, x: &ignoredSpan)
            } else {
                for cell in span.indices { span[cell] *= amount[cell] }
                transform.pullSaturation(frequency.span, perHead.span, span.span, x: &ignoredSpan)
            }
            responseAdjoint = ignored
        }
        innerAdjoint = between
    }

    /// Gives multipliers their adjoints, and leaves those of the steady response.
    private mutating func pullVariation(_ transform: inout MediumTransform) {
        guard let multipliers = transform.variation?.multipliers else { return }
        for cell in response.indices {
            let (period, adjoint) = (period(cell), responseAdjoint[cell])
            transform.variation?.adjoints[period] += adjoint * steady[cell]
            responseAdjoint[cell] = adjoint * multipliers[period]
            response[cell] = steady[cell]
        }
    }
}
