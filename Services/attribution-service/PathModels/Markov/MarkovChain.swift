/// The absorbing chain of journeys: from the start through states to a conversion or to none.
///
/// Its probabilities are the counted shares of steps. Whatever the order, it converts exactly as
/// often as the journeys do, and visits each state as often: what flows in flows out.
public struct MarkovChain: Sendable {
    /// How many channels a state has.
    public let order: Int
    /// The numbers of each state's channels, in the order of touches; states are in the order of
    /// their channels.
    public let states: [[ChannelNames.ID]]
    /// How many journeys begin in each state, and how many visits it has in all.
    let starts: [Int]
    let visits: [Int]
    /// How many journeys end in each state, with a conversion and without, and what they are worth.
    let conversions: [Int]
    let nulls: [Int]
    let values: [PathValue]
    /// For each state where its sources begin, and one number more: the end of the last.
    let firstSource: [Int]
    /// The states that lead to each state, and how many journeys went so.
    let sources: [Int32]
    let counts: [Int]
    let totalConversions: Int
    let totalValue: PathValue
    let totalJourneys: Int

    /// Counts journeys.
    ///
    /// - Parameters:
    ///   - table: the journeys.
    ///   - order: how many channels a state has, from 1 to 6.
    ///   - hasNulls: whether journeys without a conversion count; without them no journey of the
    ///     chain but one that a removal stops ends without.
    /// - Throws: ``AttributionFailure``.
    public init(
        _ table: PathTable,
        order: Int = 1,
        hasNulls: Bool = true
    ) throws(AttributionFailure) {
        try self.init(try TransitionCounts(table, order: order, hasNulls: hasNulls))
    }

    /// Makes a chain of counts, which is the same whatever the order they come in.
    ///
    /// - Parameter tally: the steps of the journeys.
    /// - Throws: ``AttributionFailure/noConversions``.
    init(_ tally: TransitionCounts) throws(AttributionFailure) {
        totalConversions = tally.conversions.reduce(0, +)
        guard totalConversions > 0 else { throw .noConversions }
        totalValue = PathValue(units: tally.values.reduce(0) { $0 + $1.units })
        totalJourneys = totalConversions + tally.nulls.reduce(0, +)
        order = tally.order
        let index = StateIndex(tally)
        let size = index.keys.count
        states = index.keys.map { Self.channels($0, tally) }
        var starts = [Int](repeating: 0, count: size)
        for (number, key) in tally.starts.enumerated() {
            starts[index[key]] = tally.startCounts[number]
        }
        var conversions = [Int](repeating: 0, count: size)
        var nulls = conversions
        var values = [PathValue](repeating: .zero, count: size)
        for (number, key) in tally.ends.enumerated() {
            let state = index[key]
            conversions[state] = tally.conversions[number]
            nulls[state] = tally.nulls[number]
            values[state] = tally.values[number]
        }
        var visits = starts
        var steps = tally.steps.indices.map { number in
            let key = tally.steps[number]
            let source = index[key >> UInt64(tally.width)]
            let target = index[key & tally.mask]
            visits[target] += tally.stepCounts[number]
            return (source: source, target: target, count: tally.stepCounts[number])
        }
        _ = Self.sort(&steps, size) { $0.source }
        firstSource = Self.sort(&steps, size) { $0.target }
        sources = steps.map { Int32($0.source) }
        counts = steps.map(\.count)
        self.starts = starts
        self.visits = visits
        self.conversions = conversions
        self.nulls = nulls
        self.values = values
    }

    private typealias Step = (source: Int, target: Int, count: Int)

    /// Sorts steps by a state; those that are alike stay in their order.
    ///
    /// - Returns: for each state where its steps begin, and one number more: the end of the last.
    private static func sort(
        _ steps: inout [Step],
        _ states: Int,
        by state: (Step) -> Int
    ) -> [Int] {
        var first = [Int](repeating: 0, count: states + 1)
        for step in steps { first[state(step) + 1] += 1 }
        for state in 0..<states { first[state + 1] += first[state] }
        var places = first
        let unsorted = steps
        for step in unsorted {
            steps[places[state(step)]] = step
            places[state(step)] += 1
        }
        return first
    }

    private static func channels(
        _ key: TransitionCounts.State,
        _ tally: TransitionCounts
    ) -> [ChannelNames.ID] {
        var rest = key
        var channels: [ChannelNames.ID] = []
        while rest != 0 {
            channels.append(ChannelNames.ID(rest & TransitionCounts.mask(tally.width)) - 1)
            rest >>= UInt64(tally.width)
        }
        return channels.reversed()
    }

    /// How likely a journey of the chain converts.
    public var conversionProbability: Double { Double(totalConversions) / Double(totalJourneys) }

    /// What a journey of the chain is worth, on average.
    public var valuePerJourney: Double { totalValue.double / Double(totalJourneys) }

    /// How many different steps there are, from the start and to both ends among them.
    public var transitionCount: Int {
        sources.count + starts.count { $0 > 0 } + conversions.count { $0 > 0 }
            + nulls.count { $0 > 0 }
    }

    /// What of a state's visits converts at once, for each visit; and what that is worth.
    func rates(_ state: Int) -> (conversions: Double, value: Double) {
        let visits = Double(visits[state])
        return (Double(conversions[state]) / visits, values[state].double / visits)
    }
}

/// The states of all steps, starts and ends, sorted, so that their order is not that of rows.
private struct StateIndex {
    let keys: [TransitionCounts.State]
    private var places: KeyIndex
    private var ranks: [Int]

    init(_ tally: TransitionCounts) {
        var places = KeyIndex(bits: tally.order * tally.width)
        for key in tally.starts { _ = places.number(of: key) }
        for key in tally.steps { _ = places.number(of: key & tally.mask) }
        let order = places.keys.indices.sorted { places.keys[$0] < places.keys[$1] }
        var ranks = [Int](repeating: 0, count: order.count)
        for (rank, place) in order.enumerated() { ranks[place] = rank }
        keys = order.map { places.keys[$0] }
        self.places = places
        self.ranks = ranks
    }

    /// The number of a state that some journey was in: it began there or stepped there.
    subscript(key: TransitionCounts.State) -> Int {
        guard let place = places.existing(key) else {
            preconditionFailure("a state that nothing leads to")
        }
        return ranks[place]
    }
}

/// One step of a chain, as it is reported.
public struct MarkovTransition: Equatable, Sendable {
    /// Where a step leads from or to.
    public enum Place: Equatable, Sendable {
        /// Before the first touch.
        case start
        /// A state by its number.
        case state(Int)
        /// The end with a conversion.
        case conversion
        /// The end without one.
        case null
    }

    /// Where it comes from.
    public let source: Place
    /// Where it leads.
    public let target: Place
    /// How many journeys went so.
    public let count: Int
    /// How likely it is, from its source.
    public let probability: Double
}

extension MarkovChain {
    /// All steps that some journey took: from the start, between states, to the ends.
    ///
    /// - Returns: the rows of the transition matrix; probabilities from one place add up to 1.
    public func transitions() -> [MarkovTransition] {
        var transitions: [MarkovTransition] = []
        func add(_ source: MarkovTransition.Place, _ target: MarkovTransition.Place, _ count: Int) {
            let whole =
                switch source {
                case .state(let state): visits[state]
                default: totalJourneys
                }
            guard count > 0 else { return }
            transitions.append(
                MarkovTransition(
                    source: source,
                    target: target,
                    count: count,
                    probability: Double(count) / Double(whole)
                )
            )
        }
        for state in states.indices { add(.start, .state(state), starts[state]) }
        for target in states.indices {
            for edge in firstSource[target]..<firstSource[target + 1] {
                add(.state(Int(sources[edge])), .state(target), counts[edge])
            }
        }
        for state in states.indices {
            add(.state(state), .conversion, conversions[state])
            add(.state(state), .null, nulls[state])
        }
        return transitions
    }
}
