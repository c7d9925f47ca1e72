internal import Numerics
public import Panels

/// How well a model would tell each number had it not seen it: PSIS-LOO.
public struct LeftOut: Sendable {
    /// A number that weighs so much that its estimate cannot be relied on.
    public struct Unreliable: Sendable, Hashable {
        /// Where it is.
        public let geo: String
        /// The period's first day.
        public let day: PanelDay
        /// How heavy the tail of its weights is.
        public let shape: Double
    }

    /// The expected logarithm of the predictive density, in all.
    public let expectedLogDensity: Double
    /// The standard error of that.
    public let standardError: Double
    /// The effective number of parameters.
    public let parameters: Double
    /// The k-hat up to which estimates can be relied on.
    public let largestReliableShape: Double
    /// How many numbers are above it.
    public var unreliableCount: Int { unreliable.count }
    /// These, the heaviest first.
    public let unreliable: [Unreliable]
    /// How many numbers there are.
    public let count: Int

    /// Leaves out each number that a model was fitted to.
    ///
    /// - Parameters:
    ///   - prediction: of the model.
    ///   - relativeEfficiency: how many independent draws tell as much, over their number.
    public init(_ prediction: MixPrediction, relativeEfficiency: Double) {
        let panel = prediction.panel
        let all = panel.periods.count
        let cells = panel.geos.indices.flatMap { geo in
            (0..<prediction.fitted).map { geo * all + $0 }
        }
        let result = LeaveOneOut(
            logDensities: cells.map { prediction.logDensities[$0] },
            relativeEfficiency: relativeEfficiency
        )
        expectedLogDensity = result.expectedLogDensity
        standardError = result.standardError
        parameters = result.parameters
        let largest = result.largestReliableShape
        largestReliableShape = largest
        let heavy = cells.indices.filter { !(result.shapes[$0] <= largest) }
            .sorted { result.shapes[$0] > result.shapes[$1] }
        unreliable = heavy.map { index in
            Unreliable(
                geo: panel.geos[cells[index] / all].name,
                day: panel.periods[cells[index] % all],
                shape: result.shapes[index]
            )
        }
        count = cells.count
    }
}
