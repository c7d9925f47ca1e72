internal import Numerics

extension Saturation {
    /// Adds what the parameters and the medium do to a function of the responses.
    ///
    /// - Parameters:
    ///   - x: `[n]`, what was responded to.
    ///   - parameters: `[parameterCount]`, those it was responded with.
    ///   - result: `[n]`, what ``respond(_:parameters:into:)`` gave.
    ///   - adjoint: `[n]`, the function's derivatives by the responses.
    ///   - parametersAdjoint: `[parameterCount]`, to which those by the parameters are added.
    ///   - xAdjoint: `[n]`, to which those by the medium are added.
    public func pull(
        x: Span<Double>,
        parameters: Span<Double>,
        result: Span<Double>,
        adjoint: Span<Double>,
        into parametersAdjoint: inout MutableSpan<Double>,
        x xAdjoint: inout MutableSpan<Double>
    ) {
        precondition(parameters.count == parameterCount, "the kind has a number of parameters")
        precondition(parametersAdjoint.count == parameterCount, "each parameter has an adjoint")
        precondition(x.count == result.count, "there is a response to each number")
        precondition(x.count == adjoint.count, "there is a derivative for each response")
        precondition(x.count == xAdjoint.count, "each number has an adjoint")
        var start = 0
        while start < x.count {
            let range = start..<min(start + PulledResponses.most, x.count)
            let part = PulledResponses(
                x: x.extracting(range),
                result: result.extracting(range),
                adjoint: adjoint.extracting(range)
            )
            var partAdjoint = xAdjoint._mutatingExtracting(range)
            pull(part, parameters, into: &parametersAdjoint, x: &partAdjoint)
            start = range.upperBound
        }
    }

    private func pull(
        _ part: borrowing PulledResponses,
        _ parameters: Span<Double>,
        into adjoint: inout MutableSpan<Double>,
        x xAdjoint: inout MutableSpan<Double>
    ) {
        switch self {
        case .none: xAdjoint.add(part.adjoint, times: 1)
        case .logistic:
            adjoint[0] += 0.5 * part.addTanh(0.5 * parameters[0], x: &xAdjoint)
        case .tanh:
            let factor = 1 / Adstock.positive(parameters[0])
            adjoint[0] -= factor * factor * part.addTanh(factor, x: &xAdjoint)
        case .michaelisMenten:
            adjoint[0] -= part.addShare(Adstock.positive(parameters[0]), x: &xAdjoint)
        case .hill:
            let half = Adstock.positive(parameters[1])
            let (logs, sum) = part.addPower(
                parameters[0],
                atNothing: slopeAtNothing(parameters),
                levelsOff: true,
                x: &xAdjoint
            )
            adjoint[0] += logs - sum * Elementary.log(half)
            adjoint[1] -= sum * parameters[0] / half
        case .root:
            adjoint[0] +=
                part.addPower(
                    parameters[0],
                    atNothing: slopeAtNothing(parameters),
                    levelsOff: false,
                    x: &xAdjoint
                ).logs
        }
    }
}

/// Some responses, what was responded to, and the derivatives of a function by them.
private struct PulledResponses: ~Escapable {
    /// How many of them there may be: room for them is on the stack.
    static var most: Int { 64 }

    let x: Span<Double>
    let result: Span<Double>
    let adjoint: Span<Double>

    @_lifetime(copy x, copy result, copy adjoint)
    init(x: Span<Double>, result: Span<Double>, adjoint: Span<Double>) {
        self.x = x
        self.result = result
        self.adjoint = adjoint
    }

    /// Of tanh(factor · x): adds to the adjoint of x, and gives that of the factor.
    func addTanh(_ factor: Double, x xAdjoint: inout MutableSpan<Double>) -> Double {
        var spare = InlineArray<64, Double>(repeating: 0)
        var whole = spare.mutableSpan
        var changes = whole._mutatingExtracting(..<x.count)
        for index in changes.indices {
            changes[index] = adjoint[index] * (1 - result[index] * result[index])
        }
        xAdjoint.add(changes.span, times: factor)
        return x.dot(changes.span)
    }

    /// Of x ÷ (half + x): adds to the adjoint of x, and gives that of the half with its sign
    /// turned.
    func addShare(_ half: Double, x xAdjoint: inout MutableSpan<Double>) -> Double {
        var spare = InlineArray<64, Double>(repeating: 0)
        var whole = spare.mutableSpan
        var changes = whole._mutatingExtracting(..<x.count)
        for index in changes.indices {
            let sum = half + x[index]
            changes[index] = adjoint[index] / (sum * sum)
        }
        xAdjoint.add(changes.span, times: half)
        return x.dot(changes.span)
    }

    /// Of a response r with derivative r (1 − r) in exponent · ln x, or r if it does not level
    /// off: adds to the adjoint of x, and gives the sum of all changes by exponent · ln x, plain
    /// and with ln x.
    func addPower(
        _ exponent: Double,
        atNothing slope: Double,
        levelsOff: Bool,
        x xAdjoint: inout MutableSpan<Double>
    ) -> (logs: Double, sum: Double) {
        var changeSpare = InlineArray<64, Double>(repeating: 0)
        var logSpare = InlineArray<64, Double>(repeating: 0)
        var changeSpan = changeSpare.mutableSpan
        var logSpan = logSpare.mutableSpan
        var changes = changeSpan._mutatingExtracting(..<x.count)
        var logs = logSpan._mutatingExtracting(..<x.count)
        let bend = levelsOff ? 1.0 : 0
        for index in changes.indices {
            changes[index] = adjoint[index] * result[index] * (1 - bend * result[index])
        }
        // The response to nothing is 0, and so are its changes: its logarithm may be any.
        for index in logs.indices { logs[index] = x[index] == 0 ? 1 : x[index] }
        for index in logs.indices { xAdjoint[index] += exponent * changes[index] / logs[index] }
        for index in logs.indices where x[index] == 0 { xAdjoint[index] += slope * adjoint[index] }
        Elementary.log(&logs)
        return (logs.span.dot(changes.span), changes.span.sum())
    }
}
