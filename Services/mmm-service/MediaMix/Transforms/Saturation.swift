internal import Numerics

/// How the effect of more and more of a medium levels off.
///
/// What goes in is not negative and scaled so that 1 is much; what comes out is yet to be
/// multiplied by the medium's coefficient. Parameters are positive and stand in the order in which
/// they are named here. Nothing here allocates.
///
/// Where nothing was spent, the response is 0 and so are the parameters' adjoints. The derivative
/// by x is the limit from above; where that is infinite, as for ``root`` below 1 and ``hill``
/// with a slope below 1, it is the derivative at 2⁻⁴⁰, which is large but finite.
public enum Saturation: Sendable, Hashable, CaseIterable {
    /// x; no parameter.
    case none
    /// tanh(λ x ÷ 2), which is (1 − e^(−λx)) ÷ (1 + e^(−λx)); the rate λ.
    case logistic
    /// x^s ÷ (x^s + k^s); the slope s, and k, where half is reached. Where the slope is 1,
    /// ``michaelisMenten`` says the same and costs less.
    case hill
    /// tanh(x ÷ c); c, where three quarters are reached. A form b·tanh(x ÷ (b·c)) has b·c here.
    case tanh
    /// x ÷ (λ + x); λ, where half is reached.
    case michaelisMenten
    /// x^α; the exponent α.
    case root

    /// How many parameters the response has.
    public var parameterCount: Int {
        switch self {
        case .none: 0
        case .logistic, .tanh, .michaelisMenten, .root: 1
        case .hill: 2
        }
    }

    /// Stands for nothing spent where a derivative has no finite limit.
    static let nearNothing = 0x1p-40

    /// The response to each number.
    ///
    /// - Parameters:
    ///   - x: `[n]`, not negative.
    ///   - parameters: `[parameterCount]`.
    ///   - result: `[n]`, to be filled.
    public func respond(
        _ x: Span<Double>,
        parameters: Span<Double>,
        into result: inout MutableSpan<Double>
    ) {
        precondition(parameters.count == parameterCount, "the kind has a number of parameters")
        switch self {
        case .none: result.copy(x)
        case .logistic: Elementary.halfTanh(x, times: parameters[0], &result)
        case .hill:
            result.copy(x)
            // x^s ÷ (x^s + k^s) = 1 ÷ (1 + e^(−s (ln x − ln k)))
            let slope = Adstock.positive(parameters[0])
            let half = Elementary.log(Adstock.positive(parameters[1]))
            Elementary.log(&result)
            for index in result.indices { result[index] = slope * (result[index] - half) }
            Elementary.sigmoid(&result)
        case .tanh:
            Elementary.halfTanh(x, times: 2 / Adstock.positive(parameters[0]), &result)
        case .michaelisMenten:
            let half = Adstock.positive(parameters[0])
            for index in result.indices { result[index] = x[index] / (half + x[index]) }
        case .root:
            result.copy(x)
            Elementary.log(&result)
            result.scale(by: Adstock.positive(parameters[0]))
            Elementary.exp(&result)
        }
    }

    /// The response to one number, and its derivative by that number.
    ///
    /// - Parameters:
    ///   - x: not negative.
    ///   - parameters: `[parameterCount]`.
    /// - Returns: the response, and by how much it grows with x.
    public func respond(
        one x: Double,
        parameters: Span<Double>
    ) -> (response: Double, slope: Double) {
        let input: InlineArray<1, Double> = [x]
        var result: InlineArray<1, Double> = [0]
        var span = result.mutableSpan
        respond(input.span, parameters: parameters, into: &span)
        let response = span[0]
        return (response, slope(at: x, response: response, parameters: parameters))
    }

    private func slope(at x: Double, response: Double, parameters: Span<Double>) -> Double {
        switch self {
        case .none: 1
        case .logistic: 0.5 * parameters[0] * (1 - response * response)
        case .tanh: (1 - response * response) / Adstock.positive(parameters[0])
        case .michaelisMenten:
            (1 - response) / (Adstock.positive(parameters[0]) + x)
        case .hill where x > 0: parameters[0] * response * (1 - response) / x
        case .root where x > 0: parameters[0] * response / x
        case .hill, .root: slopeAtNothing(parameters)
        }
    }

    /// The derivative by x where nothing was spent, of ``hill`` and ``root``.
    func slopeAtNothing(_ parameters: Span<Double>) -> Double {
        // The slope of x^exponent × factor, which both are near 0.
        let exponent = parameters[0]
        if exponent > 1 { return 0 }
        let half = self == .hill ? Adstock.positive(parameters[1]) : 1
        if exponent == 1 { return 1 / half }
        return respond(one: Self.nearNothing, parameters: parameters).slope
    }
}
