extension Saturation {
    /// By how much each response grows with its number.
    ///
    /// - Parameters:
    ///   - x: `[n]`, not negative.
    ///   - responses: `[n]`, what ``respond(_:parameters:into:)`` gave for them.
    ///   - parameters: `[parameterCount]`.
    ///   - slopes: `[n]`, to be filled.
    func slopes(
        at x: Span<Double>,
        responses: Span<Double>,
        parameters: Span<Double>,
        into slopes: inout MutableSpan<Double>
    ) {
        switch self {
        case .none: for index in slopes.indices { slopes[index] = 1 }
        case .logistic: fillTanh(0.5 * parameters[0], responses, &slopes)
        case .tanh: fillTanh(1 / Adstock.positive(parameters[0]), responses, &slopes)
        case .michaelisMenten:
            let half = Adstock.positive(parameters[0])
            for index in slopes.indices {
                slopes[index] = (1 - responses[index]) / (half + x[index])
            }
        case .hill, .root:
            let bend = self == .hill ? 1.0 : 0
            let atNothing = slopeAtNothing(parameters)
            for index in slopes.indices {
                let response = responses[index]
                slopes[index] =
                    x[index] > 0
                    ? parameters[0] * response * (1 - bend * response) / x[index] : atNothing
            }
        }
    }

    private func fillTanh(
        _ rate: Double,
        _ responses: Span<Double>,
        _ slopes: inout MutableSpan<Double>
    ) {
        for index in slopes.indices {
            slopes[index] = rate * (1 - responses[index] * responses[index])
        }
    }
}
