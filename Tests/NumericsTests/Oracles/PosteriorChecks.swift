import Numerics
import Testing

extension Posterior {
    /// Whether the mean and the standard deviation of a quantity are what they must be.
    ///
    /// The mean within four of its standard errors, the deviation within 5 % or four of its own.
    func expect(
        _ name: String,
        mean: Double,
        deviation: Double,
        meanError: Double = 0,
        deviationError: Double = 0,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ quantity: (Span<Double>) -> Double
    ) {
        let chains = draws(of: quantity)
        let all = chains.flatMap { $0 }
        let average = all.span.sum() / Double(all.count)
        let squares = all.map { ($0 - average) * ($0 - average) }
        let spread = (squares.span.sum() / Double(all.count - 1)).squareRoot()
        let error = Diagnostics.meanError(chains)
        let distance = abs(average - mean) / (error * error + meanError * meanError).squareRoot()
        let own = Diagnostics.deviationError(chains)
        let room = max(
            0.05 * deviation,
            4 * (own * own + deviationError * deviationError).squareRoot()
        )
        #expect(
            distance < 4,
            "\(name): mean \(average), not \(mean)",
            sourceLocation: sourceLocation
        )
        #expect(
            abs(spread - deviation) < room,
            "\(name): deviation \(spread), not \(deviation)",
            sourceLocation: sourceLocation
        )
        #expect(Diagnostics.rHat(chains) < 1.01, "\(name)", sourceLocation: sourceLocation)
    }
}
