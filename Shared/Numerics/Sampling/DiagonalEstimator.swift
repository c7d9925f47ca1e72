/// A diagonal metric from the spread of positions and of gradients: √(var q ÷ var ∇).
///
/// For a normal density of independent numbers that is the variance, whatever the number of
/// draws; both sides forget what is old by turns, for early draws are on the way from the start.
struct DiagonalEstimator: Equatable, Sendable {
    private(set) var positions, gradients: RunningMoments
    private(set) var nextPositions, nextGradients: RunningMoments

    init(dimension: Int) {
        positions = RunningMoments(dimension: dimension)
        (gradients, nextPositions, nextGradients) = (positions, positions, positions)
    }

    init(
        positions: RunningMoments,
        gradients: RunningMoments,
        nextPositions: RunningMoments,
        nextGradients: RunningMoments
    ) {
        (self.positions, self.gradients) = (positions, gradients)
        (self.nextPositions, self.nextGradients) = (nextPositions, nextGradients)
    }

    /// Takes in a draw and its gradient.
    mutating func add(_ position: [Double], _ gradient: [Double]) {
        positions.add(position)
        gradients.add(gradient)
        nextPositions.add(position)
        nextGradients.add(gradient)
        guard nextPositions.count >= Double(WarmupSchedule.forgetting) else { return }
        (positions, gradients) = (nextPositions, nextGradients)
        nextPositions = RunningMoments(dimension: position.count)
        nextGradients = nextPositions
    }

    /// Whether enough was taken in.
    var isReady: Bool { positions.count >= Double(WarmupSchedule.forgetting) }

    /// The estimate, `[n]`; where there is none, what it was before.
    func variances(before: [Double]) -> [Double] {
        before.indices.map { index in
            let ratio = positions.variance(index) / gradients.variance(index)
            return ratio.isPositive ? ratio.squareRoot() : before[index]
        }
    }

    /// The metric to start with, from the gradient at the start alone.
    ///
    /// A start about as far from the mode as the distribution is wide has a gradient of about one
    /// over that width.
    static func initialVariances(_ position: [Double], _ gradient: [Double]) -> [Double] {
        gradient.map { slope in
            let variance = 1 / abs(slope)
            return variance.isPositive ? min(max(variance, 1e-20), 1e20) : 1
        }
    }
}
