internal import Numerics

/// How journeys went on that began with some channels, by the channel that came next.
public struct Continuations: Sendable {
    /// What came of journeys that went one way.
    public struct Outcome: Equatable, Sendable {
        /// How many have a conversion.
        public internal(set) var conversions = 0
        /// How many have none.
        public internal(set) var nulls = 0
        /// What the conversions are worth.
        public internal(set) var value = PathValue.zero

        /// No journey.
        init() {}

        /// How many journeys there are.
        public var journeys: Int { conversions + nulls }

        mutating func add(_ path: Int, of table: PathTable) {
            conversions += table.conversions[path]
            nulls += table.nulls[path]
            value = value + table.values[path]
        }

        mutating func add(_ other: Outcome) {
            conversions += other.conversions
            nulls += other.nulls
            value = value + other.value
        }
    }

    /// By the channel that came next.
    public private(set) var next: [ChannelNames.ID: Outcome] = [:]
    /// Of journeys that were no longer.
    public private(set) var ended = Outcome()

    /// Counts journeys.
    ///
    /// - Parameters:
    ///   - prefix: the channels that they began with; none for all.
    ///   - table: the journeys.
    public init(after prefix: [ChannelNames.ID], in table: PathTable) {
        for path in 0..<table.count {
            let touches = table.path(path)
            guard touches.count >= prefix.count,
                prefix.indices.allSatisfy({ touches[$0] == prefix[$0] })
            else { continue }
            if touches.count == prefix.count {
                ended.add(path, of: table)
            } else {
                next[touches[prefix.count], default: Outcome()].add(path, of: table)
            }
        }
    }
}

/// Where the share of something lies that so many of so many had.
public enum WilsonInterval {
    /// The bounds of the interval.
    ///
    /// Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    /// 1927.
    ///
    /// - Parameters:
    ///   - count: how many had it; not more than `whole`.
    ///   - whole: of how many; not 0.
    ///   - level: how sure it is, between 0 and 1.
    /// - Returns: the bounds, from 0 to 1.
    public static func bounds(_ count: Int, of whole: Int, level: Double) -> ClosedRange<Double> {
        let errors = SpecialFunctions.normalQuantile(0.5 + level / 2)
        let (share, number) = (Double(count) / Double(whole), Double(whole))
        let square = errors * errors
        let middle = (share + square / (2 * number)) / (1 + square / number)
        let reach =
            errors / (1 + square / number)
            * (share * (1 - share) / number + square / (4 * number * number)).squareRoot()
        // All and none are bounds themselves, which rounding would miss.
        let lower = count == 0 ? 0 : max(0, middle - reach)
        return lower...(count == whole ? 1 : min(1, middle + reach))
    }
}
