internal import Numerics

/// Outcomes of media that carry over, level off and add up: Σ β · saturation(adstock(spend)).
///
/// Nothing was spent before the plan; what it brings after its end is counted for as many periods
/// as ``init(lines:periods:periodsAfter:outcomeScale:)`` is told.
public struct CarryOverResponse: BudgetResponse {
    /// How one line responds, by each draw.
    public struct Line: Sendable {
        /// How its effect carries over.
        public var adstock: Adstock
        /// How its effect levels off.
        public var saturation: Saturation
        /// The spend that the model knows as 1, positive.
        public var spendScale: Double
        /// `[draws × parameters]`, in the order of ``Adstock/Kind``.
        public var adstockParameters: [Double]
        /// `[draws × parameters]`, in the order of ``Saturation``.
        public var saturationParameters: [Double]
        /// What the saturated effect is multiplied by, `[draws]`.
        public var coefficients: [Double]

        /// How one line responds.
        ///
        /// - Parameters:
        ///   - adstock: how its effect carries over.
        ///   - saturation: how its effect levels off.
        ///   - spendScale: the spend that the model knows as 1, positive.
        ///   - adstockParameters: `[draws × parameters]`.
        ///   - saturationParameters: `[draws × parameters]`.
        ///   - coefficients: `[draws]`.
        public init(
            adstock: Adstock,
            saturation: Saturation,
            spendScale: Double,
            adstockParameters: [Double],
            saturationParameters: [Double],
            coefficients: [Double]
        ) {
            self.adstock = adstock
            self.saturation = saturation
            self.spendScale = spendScale
            self.adstockParameters = adstockParameters
            self.saturationParameters = saturationParameters
            self.coefficients = coefficients
        }
    }

    /// How many periods plans have.
    public let periods: Int
    /// How many draws there are.
    public let draws: Int
    private let responses: [Line]
    /// The weights of each line's lags, `[draws × lags]`.
    private let weights: [[Double]]
    private let length: Int
    private let outcomeScale: Double

    /// Outcomes of media.
    ///
    /// - Parameters:
    ///   - lines: how each line responds, at least one, all with as many draws.
    ///   - periods: how many periods plans have, from 1.
    ///   - periodsAfter: how many periods after them are counted too, in which nothing is spent.
    ///   - outcomeScale: the outcome that the model knows as 1, positive.
    public init(lines: [Line], periods: Int, periodsAfter: Int, outcomeScale: Double) {
        precondition(!lines.isEmpty && periods > 0 && periodsAfter >= 0, "a plan has amounts")
        draws = lines[0].coefficients.count
        precondition(draws > 0 && outcomeScale > 0, "there are draws of an outcome")
        for line in lines {
            precondition(line.spendScale > 0, "the scale of spend is positive")
            precondition(line.coefficients.count == draws, "lines have as many draws")
            let (adstocks, saturations) = (line.adstockParameters, line.saturationParameters)
            precondition(adstocks.count == draws * line.adstock.parameterCount)
            precondition(saturations.count == draws * line.saturation.parameterCount)
        }
        self.periods = periods
        self.outcomeScale = outcomeScale
        responses = lines
        length = periods + periodsAfter
        weights = lines.map(Self.weights)
    }

    private static func weights(of line: Line) -> [Double] {
        let (lags, count) = (line.adstock.lags, line.adstock.parameterCount)
        var weights = [Double](repeating: 0, count: line.coefficients.count * lags)
        var all = weights.mutableSpan
        for draw in line.coefficients.indices {
            let own = line.adstockParameters.span.extracting(draw * count..<(draw + 1) * count)
            var part = all._mutatingExtracting(draw * lags..<(draw + 1) * lags)
            line.adstock.weights(own, into: &part)
        }
        return weights
    }

    /// How many lines plans have.
    public var lines: Int { responses.count }

    /// Whether no line has an S-shape, and none a negative effect.
    public var isConcave: Bool {
        responses.allSatisfy { line in
            let bends =
                switch line.saturation {
                case .none, .logistic, .tanh, .michaelisMenten: true
                case .hill:
                    stride(from: 0, to: 2 * draws, by: 2).allSatisfy {
                        line.saturationParameters[$0] <= 1
                    }
                case .root: line.saturationParameters.allSatisfy { $0 <= 1 }
                }
            return bends && line.coefficients.allSatisfy { $0 >= 0 }
        }
    }

    /// The outcomes of a plan.
    public func outcomes(of plan: Span<Double>, into outcomes: inout MutableSpan<Double>) {
        precondition(plan.count == lines * periods, "a plan has an amount for each cell")
        precondition(outcomes.count == draws, "each draw has an outcome")
        for draw in 0..<draws { outcomes[draw] = 0 }
        let zeros = [Double](repeating: 0, count: length)
        var (spend, carried, saturated) = (zeros, zeros, zeros)
        for (index, line) in responses.enumerated() {
            scale(plan, line: index, into: &spend)
            for draw in 0..<draws {
                respond(line: index, draw, to: spend, &carried, &saturated)
                outcomes[draw] += outcomeScale * line.coefficients[draw] * saturated.span.sum()
            }
        }
    }

    /// Adds the gradient of a weighted sum of the outcomes.
    public func addGradient(
        of plan: Span<Double>,
        weights drawWeights: Span<Double>,
        into gradient: inout MutableSpan<Double>
    ) {
        precondition(plan.count == lines * periods, "a plan has an amount for each cell")
        precondition(gradient.count == lines * periods, "each amount has a derivative")
        precondition(drawWeights.count == draws, "each draw has a weight")
        let zeros = [Double](repeating: 0, count: length)
        var (spend, carried, saturated, own) = (zeros, zeros, zeros, zeros)
        for (index, line) in responses.enumerated() {
            scale(plan, line: index, into: &spend)
            own = zeros
            for draw in 0..<draws where drawWeights[draw] != 0 {
                respond(line: index, draw, to: spend, &carried, &saturated)
                let factor = outcomeScale * drawWeights[draw] * line.coefficients[draw]
                pull(line: index, draw, carried, saturated, times: factor, into: &own)
            }
            for period in 0..<periods {
                gradient[index * periods + period] += own[period] / line.spendScale
            }
        }
    }

    private func scale(_ plan: Span<Double>, line: Int, into spend: inout [Double]) {
        let scale = responses[line].spendScale
        for period in 0..<periods { spend[period] = plan[line * periods + period] / scale }
    }

    private func respond(
        line index: Int,
        _ draw: Int,
        to spend: [Double],
        _ carried: inout [Double],
        _ saturated: inout [Double]
    ) {
        let line = responses[index]
        let (lags, count) = (line.adstock.lags, line.saturation.parameterCount)
        let lineWeights = weights[index]
        let own = lineWeights.span.extracting(draw * lags..<(draw + 1) * lags)
        var carriedSpan = carried.mutableSpan
        Adstock.carry(spend.span, weights: own, into: &carriedSpan)
        let all = line.saturationParameters.span
        let parameters = all.extracting(draw * count..<(draw + 1) * count)
        var saturatedSpan = saturated.mutableSpan
        line.saturation.respond(carriedSpan.span, parameters: parameters, into: &saturatedSpan)
    }

    /// Adds to a gradient by the scaled spend that of the saturated effects, times a factor.
    private func pull(
        line index: Int,
        _ draw: Int,
        _ carried: [Double],
        _ saturated: [Double],
        times factor: Double,
        into gradient: inout [Double]
    ) {
        let line = responses[index]
        let (lags, count) = (line.adstock.lags, line.saturation.parameterCount)
        let lineWeights = weights[index]
        let all = line.saturationParameters.span
        let adjoint = [Double](repeating: factor, count: length)
        var carriedAdjoint = [Double](repeating: 0, count: length)
        // The draw's parameters stay as they are: nobody asks for their adjoints.
        var unasked = [Double](repeating: 0, count: count)
        var unaskedSpan = unasked.mutableSpan
        var carriedSpan = carriedAdjoint.mutableSpan
        line.saturation.pull(
            x: carried.span,
            parameters: all.extracting(draw * count..<(draw + 1) * count),
            result: saturated.span,
            adjoint: adjoint.span,
            into: &unaskedSpan,
            x: &carriedSpan
        )
        var gradientSpan = gradient.mutableSpan
        Adstock.pullCarry(
            weights: lineWeights.span.extracting(draw * lags..<(draw + 1) * lags),
            adjoint: carriedSpan.span,
            x: &gradientSpan
        )
    }
}
