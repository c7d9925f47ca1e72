/// How many journeys went from state to state, for one order of chain.
///
/// A state is the last `order` channels; a path that has fewer is one state of all its channels.
/// Equal states that follow each other are one: at order 1 no channel leads to itself, above it
/// only longer runs of a channel melt. A journey's steps count as often as it was taken.
struct TransitionCounts {
    /// A window of channels as a number: of each, one more than its number, in `width` bits.
    typealias State = UInt64

    /// The longest windows.
    static let orders = 1...6

    let order: Int
    /// How many bits a channel has in a state.
    let width: Int
    /// Steps from one state to another: the window of both, and how many journeys took it.
    var steps: [State] = []
    var stepCounts: [Int] = []
    /// States that journeys began in.
    var starts: [State] = []
    var startCounts: [Int] = []
    /// States that journeys ended in: with a conversion and without, and what those were worth.
    var ends: [State] = []
    var conversions: [Int] = []
    var nulls: [Int] = []
    var values: [PathValue] = []

    /// The most channels that fit: six, and the one after them, have 64 bits.
    static func mostChannels(order: Int) -> Int {
        min(1_023, (1 << (64 / (order + 1))) - 1)
    }

    /// Nothing.
    ///
    /// - Parameters:
    ///   - table: what will be counted.
    ///   - order: how many channels a state has.
    /// - Throws: ``AttributionFailure``, if the order is out of range or channels are too many.
    init(nothingOf table: PathTable, order: Int) throws(AttributionFailure) {
        guard Self.orders.contains(order) else {
            throw .parameterOutOfRange("order", value: Double(order), range: 1...6)
        }
        let most = Self.mostChannels(order: order)
        guard table.channels.count <= most else {
            throw .tooManyChannels(most: most, for: "a chain of order \(order)")
        }
        self.order = order
        width = max(1, UInt64.bitWidth - UInt64(table.channels.count).leadingZeroBitCount)
    }

    /// Counts the steps of all journeys.
    ///
    /// - Parameters:
    ///   - table: the journeys.
    ///   - order: how many channels a state has.
    ///   - hasNulls: whether journeys without a conversion count.
    /// - Throws: ``AttributionFailure``, if the order is out of range or channels are too many.
    init(
        _ table: PathTable,
        order: Int,
        hasNulls: Bool
    ) throws(AttributionFailure) {
        try self.init(nothingOf: table, order: order)
        var index = StepIndex(self)
        for path in 0..<table.count {
            let conversions = table.conversions[path]
            let nulls = hasNulls ? table.nulls[path] : 0
            let weight = conversions + nulls
            guard weight > 0 else { continue }
            let ends = index.walk(table.path(path)) { step in
                if step == stepCounts.count { stepCounts.append(0) }
                stepCounts[step] &+= weight
            }
            if ends.first == startCounts.count { startCounts.append(0) }
            startCounts[ends.first] += weight
            if ends.last == self.conversions.count {
                self.conversions.append(0)
                self.nulls.append(0)
                values.append(.zero)
            }
            self.conversions[ends.last] += conversions
            self.nulls[ends.last] += nulls
            let value = values[ends.last].units + table.values[path].units
            values[ends.last] = PathValue(units: value)
        }
        (steps, starts, ends) = (index.steps.keys, index.starts.keys, index.ends.keys)
    }

    /// The bits of one state.
    var mask: State { Self.mask(order * width) }

    static func mask(_ bits: Int) -> State { bits >= 64 ? .max : 1 << State(bits) - 1 }
}

/// Numbers for the steps of one order, and for the states that journeys begin and end in.
struct StepIndex {
    private(set) var steps: KeyIndex
    private(set) var starts: KeyIndex
    private(set) var ends: KeyIndex
    private let order: Int
    private let width: Int
    private let mask: TransitionCounts.State

    init(_ counts: TransitionCounts) {
        (order, width, mask) = (counts.order, counts.width, counts.mask)
        steps = KeyIndex(bits: (order + 1) * width)
        starts = KeyIndex(bits: order * width)
        ends = KeyIndex(bits: order * width)
    }

    /// Tells the number of each step of a path.
    ///
    /// - Returns: the numbers of the states that it begins and ends in.
    @inline(__always)
    mutating func walk(
        _ path: Span<ChannelNames.ID>,
        _ body: (Int) -> Void
    ) -> (first: Int, last: Int) {
        let shift = TransitionCounts.State(width)
        let first = min(order, path.count)
        var state: TransitionCounts.State = 0
        for touch in 0..<first {
            state = state &<< shift | TransitionCounts.State(path[touch]) &+ 1
        }
        let start = starts.number(of: state)
        for touch in first..<path.count {
            let step = state &<< shift | TransitionCounts.State(path[touch]) &+ 1
            let next = step & mask
            if next == state { continue }
            body(steps.number(of: step))
            state = next
        }
        return (start, ends.number(of: state))
    }
}
