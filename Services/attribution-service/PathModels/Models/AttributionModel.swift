/// Says how much of all conversions, and of all value, each channel gets.
public protocol AttributionModel: Sendable {
    /// What requests call it.
    var name: String { get }

    /// The credit of each channel.
    ///
    /// - Parameter table: the journeys.
    /// - Returns: numbers that add up to all conversions and to all value.
    /// - Throws: ``AttributionFailure``, if there are no conversions, or what the model needs is
    ///   missing.
    func credit(_ table: PathTable) throws(AttributionFailure) -> Credit

    /// The same model for journeys that are drawn again.
    ///
    /// - Parameter source: what draws them.
    /// - Returns: what ``credit(_:)`` gives, to the bit, or how it fails, of each of some
    ///   replicates, with what all of them share done once: of at most ``Replicates/atOnce``, the
    ///   first of which has a multiple of that as its number.
    /// - Throws: ``AttributionFailure``, as ``credit(_:)`` does of the paths.
    func repeated(
        on source: Replicates
    ) throws(AttributionFailure) -> @Sendable (Range<Int>) -> [Replicates.Outcome]

    /// How the model divides single journeys of a table among their touches.
    ///
    /// - Parameter table: the journeys.
    /// - Returns: what knows the credit of channels and of touches.
    /// - Throws: ``AttributionFailure``, as ``credit(_:)`` does.
    func division(_ table: PathTable) throws(AttributionFailure) -> TouchDivision
}

extension AttributionModel {
    /// A model that replicates share nothing of.
    public func repeated(
        on source: Replicates
    ) throws(AttributionFailure) -> @Sendable (Range<Int>) -> [Replicates.Outcome] {
        { numbers in
            numbers.map { number in
                Replicates.Outcome { () throws(AttributionFailure) in
                    try credit(source.table(number))
                }
            }
        }
    }
}

/// What each channel gets, by its number.
public struct Credit: Equatable, Sendable {
    /// Of the conversions.
    public let conversions: [Double]
    /// Of the value.
    public let value: [Double]
    /// The standard errors of both, if the model is sampled.
    public let errors: Errors?

    /// How far sampled credit is from what more samples would give: one standard error each.
    public struct Errors: Equatable, Sendable {
        /// Of the credit of conversions.
        public let conversions: [Double]
        /// Of the credit of value.
        public let value: [Double]
    }

    /// Credit by channel.
    ///
    /// - Parameters:
    ///   - conversions: of the conversions.
    ///   - value: of the value.
    ///   - errors: the standard errors of both, if they are sampled.
    public init(conversions: [Double], value: [Double], errors: Errors? = nil) {
        self.conversions = conversions
        self.value = value
        self.errors = errors
    }

    /// Totals, given out in proportion to weights.
    init(weights: [Double], valueWeights: [Double], of table: PathTable) {
        self.init(
            conversions: table.totalConversions,
            by: weights,
            value: table.totalValue,
            by: valueWeights
        )
    }

    /// Totals, each given out in proportion to weights.
    init(
        conversions: Int,
        by weights: [Double],
        value: PathValue,
        by valueWeights: [Double]
    ) {
        self.init(
            conversions: Self.divide(Double(conversions), weights),
            value: Self.divide(value.double, valueWeights)
        )
    }

    private static func divide(_ total: Double, _ weights: [Double]) -> [Double] {
        let sum = weights.reduce(0, +)
        // A total of nothing is nothing for each, whatever the weights.
        return weights.map { total == 0 ? 0 : total * ($0 / sum) }
    }

    /// Each channel's share of the conversions.
    public var conversionShares: [Double] { Self.shares(conversions) }

    /// Each channel's share of the value; zeros if nothing is worth anything.
    public var valueShares: [Double] { Self.shares(value) }

    private static func shares(_ credit: [Double]) -> [Double] {
        let sum = credit.reduce(0, +)
        return credit.map { sum == 0 ? 0 : $0 / sum }
    }
}

extension PathTable {
    /// Refuses a table that has nothing to give credit for.
    func needConversions() throws(AttributionFailure) {
        guard totalConversions > 0 else { throw .noConversions }
    }
}
