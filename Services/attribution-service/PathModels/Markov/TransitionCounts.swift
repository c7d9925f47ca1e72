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
    private(set) var steps: KeyIndex
    private(set) var stepCounts: [Int] = []
    /// States that journeys began in.
    private(set) var starts: KeyIndex
    private(set) var startCounts: [Int] = []
    /// States that journeys ended in: with a conversion and without, and what those were worth.
    private(set) var ends: KeyIndex
    private(set) var conversions: [Int] = []
    private(set) var nulls: [Int] = []
    private(set) var values: [PathValue] = []

    /// The most channels that fit: six, and the one after them, have 64 bits.
    static func mostChannels(order: Int) -> Int {
        min(1_023, (1 << (64 / (order + 1))) - 1)
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
        guard Self.orders.contains(order) else {
            throw .parameterOutOfRange("order", value: Double(order), range: 1...6)
        }
        let most = Self.mostChannels(order: order)
        guard table.channels.count <= most else {
            throw .tooManyChannels(most: most, for: "a chain of order \(order)")
        }
        self.order = order
        width = max(1, UInt64.bitWidth - UInt64(table.channels.count).leadingZeroBitCount)
        steps = KeyIndex(bits: (order + 1) * width)
        starts = KeyIndex(bits: order * width)
        ends = KeyIndex(bits: order * width)
        for path in 0..<table.count {
            let conversions = table.conversions[path]
            let nulls = hasNulls ? table.nulls[path] : 0
            guard conversions + nulls > 0 else { continue }
            count(table.path(path), conversions, nulls, table.values[path])
        }
    }

    /// The bits of one state.
    var mask: State { Self.mask(order * width) }

    static func mask(_ bits: Int) -> State { bits >= 64 ? .max : 1 << State(bits) - 1 }

    private mutating func count(
        _ path: Span<ChannelNames.ID>,
        _ conversions: Int,
        _ nulls: Int,
        _ value: PathValue
    ) {
        let weight = conversions + nulls
        let (mask, shift) = (mask, State(width))
        let first = min(order, path.count)
        var state: State = 0
        for touch in 0..<first { state = state &<< shift | State(path[touch]) &+ 1 }
        let start = starts.number(of: state)
        if start == startCounts.count { startCounts.append(0) }
        startCounts[start] += weight
        for touch in first..<path.count {
            let step = state &<< shift | State(path[touch]) &+ 1
            let next = step & mask
            if next == state { continue }
            let number = steps.number(of: step)
            if number == stepCounts.count { stepCounts.append(0) }
            stepCounts[number] &+= weight
            state = next
        }
        let end = ends.number(of: state)
        if end == self.conversions.count {
            self.conversions.append(0)
            self.nulls.append(0)
            values.append(.zero)
        }
        self.conversions[end] += conversions
        self.nulls[end] += nulls
        values[end] = PathValue(units: values[end].units + value.units)
    }
}
