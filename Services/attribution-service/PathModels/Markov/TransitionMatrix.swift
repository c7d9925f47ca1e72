/// The steps of a chain between the states that are visited most, with all other states as one.
public struct TransitionMatrix: Equatable, Sendable {
    /// Where a step leads from or to.
    public enum Place: Hashable, Sendable {
        /// Before the first touch.
        case start
        /// A state, by its place among ``TransitionMatrix/states``.
        case state(Int)
        /// All states that are not told.
        case rest
        /// The end with a conversion.
        case conversion
        /// The end without one.
        case null
    }

    /// A state.
    public struct State: Equatable, Sendable {
        /// The numbers of its channels, in the order of touches.
        public let channels: [ChannelNames.ID]
        /// How often journeys were in it.
        public let visits: Int
    }

    /// A step that some journey took.
    public struct Step: Equatable, Sendable {
        /// What it leads from.
        public let source: Place
        /// What it leads to.
        public let target: Place
        /// How often journeys took it.
        public let count: Int
        /// How likely it is, from its source.
        public let probability: Double
    }

    /// Those with most visits first; of those with as many, in the order of channels' numbers.
    public let states: [State]
    /// How many states are not told, and how often journeys were in them.
    public let rest: (states: Int, visits: Int)
    /// In the order of sources and targets: start, states, the rest, then the ends.
    public let steps: [Step]

    /// Whether both have the same states and steps.
    public static func == (left: Self, right: Self) -> Bool {
        left.states == right.states && left.rest == right.rest && left.steps == right.steps
    }

    /// The matrix of a chain.
    ///
    /// - Parameters:
    ///   - chain: the chain.
    ///   - most: how many states are told at most.
    /// - Complexity: in the steps of the chain, and the square of `most`.
    public init(_ chain: MarkovChain, most: Int) {
        let visits = chain.visits
        let order = chain.states.indices.sorted { (-visits[$0], $0) < (-visits[$1], $1) }
        let told = order.prefix(most)
        states = told.map { State(channels: chain.states[$0], visits: visits[$0]) }
        rest = (
            order.count - told.count, order.dropFirst(told.count).reduce(0) { $0 + visits[$1] }
        )
        // Lines and columns of the square: the start, the states, the rest, both ends.
        var lines = [Int](repeating: told.count + 1, count: chain.states.count)
        for (place, state) in told.enumerated() { lines[state] = place + 1 }
        let size = told.count + 4
        func line(_ place: MarkovTransition.Place) -> Int {
            switch place {
            case .start: 0
            case .state(let state): lines[state]
            case .conversion: size - 2
            case .null: size - 1
            }
        }
        var counts = [Int](repeating: 0, count: size * size)
        for step in chain.transitions() {
            counts[line(step.source) * size + line(step.target)] += step.count
        }
        func place(_ line: Int) -> Place {
            switch line {
            case 0: .start
            case size - 3: .rest
            case size - 2: .conversion
            case size - 1: .null
            default: .state(line - 1)
            }
        }
        steps = (0..<size).flatMap { source in
            // What comes to a place leaves it: journeys end nowhere but at the ends.
            let row = counts[source * size..<(source + 1) * size]
            let sum = row.reduce(0, +)
            return row.enumerated().filter { $1 > 0 }
                .map { target, count in
                    Step(
                        source: place(source),
                        target: place(target),
                        count: count,
                        probability: Double(count) / Double(sum)
                    )
                }
        }
    }
}
