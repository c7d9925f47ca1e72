/// Distinct paths of touches, and how many journeys took each: with a conversion, and without.
///
/// Journeys stream in by ``append(_:conversions:value:nulls:)`` and its like; memory grows with
/// distinct paths, not with journeys. Tables are additive: one for each day or thread, merged, is
/// the same as one of all. A table with times keeps journeys of the same channels apart that took
/// other times; all models but those of time see the same in both.
public struct PathTable: Sendable {
    /// The most touches of one path.
    public static let mostTouchesPerPath = 10_000
    /// The most journeys, so that a `Double` holds any sum of them exactly.
    static let mostJourneys = 1 << 52

    /// The channels; touches are their numbers.
    public internal(set) var channels = ChannelNames()
    /// Whether each touch has a time.
    public let isTimed: Bool
    /// The most touches of all distinct paths together.
    public let mostTouches: Int
    /// How many journeys of each path have a conversion.
    public internal(set) var conversions: [Int] = []
    /// How many journeys of each path have none.
    public internal(set) var nulls: [Int] = []
    /// What the conversions of each path are worth.
    public internal(set) var values: [PathValue] = []
    /// All touches, path after path, and where each path ends.
    private(set) var touches: [ChannelNames.ID] = []
    private(set) var ends: [Int] = []
    /// How many seconds before its journey's end each touch was.
    private var ages: [UInt32] = []
    /// The upper half of a path's hash, and one more than its number; 0 where none is.
    ///
    /// The hash's first bits say where a path belongs, so that a table that grows is read and
    /// written from its start to its end.
    private var slots = [UInt64](repeating: 0, count: 256)
    /// Where touches of texts are put together.
    var scratch: [ChannelNames.ID] = []
    /// How many journeys have a conversion.
    public internal(set) var totalConversions = 0
    /// How many have none.
    public internal(set) var totalNulls = 0
    /// What all conversions are worth.
    public internal(set) var totalValue = PathValue.zero

    /// No path.
    ///
    /// - Parameters:
    ///   - isTimed: whether paths come with times.
    ///   - mostTouches: a bound on memory, which is some 10 bytes a touch and 50 a distinct path.
    public init(isTimed: Bool = false, mostTouches: Int = 200_000_000) {
        self.isTimed = isTimed
        self.mostTouches = min(mostTouches, Int(UInt32.max) - 1)
    }

    /// How many distinct paths there are.
    public var count: Int { ends.count }

    /// The channels of a path, in the order of its touches.
    ///
    /// - Parameter path: its number, from 0 on.
    /// - Returns: a channel's number for each touch.
    @_lifetime(borrow self)
    public func path(_ path: Int) -> Span<ChannelNames.ID> {
        let range = range(path)
        return touches.span.extracting(range)
    }

    /// How many seconds before the end of its journey each touch of a path was.
    ///
    /// - Parameter path: its number.
    /// - Returns: as many as touches; none if the table has no times.
    @_lifetime(borrow self)
    public func ages(_ path: Int) -> Span<UInt32> {
        let range = isTimed ? range(path) : 0..<0
        return ages.span.extracting(range)
    }

    @inline(__always)
    func range(_ path: Int) -> Range<Int> {
        (path == 0 ? 0 : ends[path - 1])..<ends[path]
    }

    /// The number of a path.
    ///
    /// - Parameters:
    ///   - path: channels of touches.
    ///   - ages: the time of each, if the table has times.
    /// - Returns: its number, or nil if no journey took it.
    public func find(_ path: Span<ChannelNames.ID>, ages: Span<UInt32> = Span()) -> Int? {
        guard ages.count == (isTimed ? path.count : 0) else { return nil }
        return slot(Self.hash(path, ages), path, ages).path
    }
}

// Rows come in: they are checked, added to the totals, and given to their path.
extension PathTable {
    /// Adds a channel's name, or finds it.
    ///
    /// - Parameter name: any text but an empty one.
    /// - Returns: the channel's number in paths.
    /// - Throws: ``AttributionFailure``.
    public mutating func channel(_ name: String) throws(AttributionFailure) -> ChannelNames.ID {
        try channels.id(of: name)
    }

    /// Adds journeys that took one path.
    ///
    /// - Parameters:
    ///   - path: a channel's number for each touch.
    ///   - conversions: how many of them have a conversion.
    ///   - value: what those are worth together.
    ///   - nulls: how many of them have none.
    /// - Throws: ``AttributionFailure``; the table is then as it was.
    public mutating func append(
        _ path: Span<ChannelNames.ID>,
        conversions: Int,
        value: PathValue,
        nulls: Int
    ) throws(AttributionFailure) {
        try append(path, ages: Span(), conversions: conversions, value: value, nulls: nulls)
    }

    /// Adds journeys that took one path at the same times before their ends.
    ///
    /// - Parameters:
    ///   - path: a channel's number for each touch.
    ///   - ages: seconds from each touch to the end of the journey, never going up; none for a
    ///     table without times.
    ///   - conversions: how many of them have a conversion.
    ///   - value: what those are worth together.
    ///   - nulls: how many of them have none.
    /// - Throws: ``AttributionFailure``; the table is then as it was.
    public mutating func append(
        _ path: Span<ChannelNames.ID>,
        ages: Span<UInt32>,
        conversions: Int,
        value: PathValue,
        nulls: Int
    ) throws(AttributionFailure) {
        try checkTouches(path)
        if ages.count > 0, !isTimed { throw .timesUnexpected }
        if isTimed {
            guard ages.count == path.count else { throw .timesDisordered }
            for touch in 1..<max(1, ages.count) where ages[touch] > ages[touch - 1] {
                throw .timesDisordered
            }
        }
        try add(path, ages, Journeys(conversions: conversions, value: value, nulls: nulls))
    }

    /// How many journeys took a path.
    struct Journeys: Sendable {
        let conversions: Int
        let value: PathValue
        let nulls: Int
    }

    /// Refuses touches that are no path of the table.
    func checkTouches(_ path: Span<ChannelNames.ID>) throws(AttributionFailure) {
        guard path.count <= Self.mostTouchesPerPath else {
            throw .pathTooLong(touches: path.count, most: Self.mostTouchesPerPath)
        }
        for touch in path.indices where Int(path[touch]) >= channels.count {
            throw .unknownChannel(Int(path[touch]))
        }
    }

    /// Whether the table holds so many touches more.
    func hasRoom(for length: Int) -> Bool { touches.count + length <= mostTouches }

    /// Refuses journeys of a path of so many touches that make no sense, or are too many.
    func check(_ length: Int, _ journeys: Journeys) throws(AttributionFailure) {
        guard length > 0 else { throw .emptyPath }
        guard hasRoom(for: length) else { throw .tableTooLarge(most: mostTouches) }
        let rest = Self.mostJourneys - totalConversions - totalNulls
        guard journeys.conversions >= 0, journeys.conversions <= rest else {
            throw .countOutOfRange(field: "conversions", count: journeys.conversions)
        }
        guard journeys.nulls >= 0, journeys.nulls <= rest - journeys.conversions else {
            throw .countOutOfRange(field: "nulls", count: journeys.nulls)
        }
        guard journeys.conversions > 0 || journeys.value == .zero else {
            throw .valueWithoutConversion
        }
        let (_, isOver) = totalValue.units.addingReportingOverflow(journeys.value.units)
        guard !isOver else { throw .valueOutOfRange("the sum") }
    }

    /// Adds journeys that were checked to the totals.
    mutating func total(_ journeys: Journeys) {
        totalConversions += journeys.conversions
        totalNulls += journeys.nulls
        totalValue = PathValue(units: totalValue.units + journeys.value.units)
    }

    /// Adds journeys whose touches are known to be right.
    mutating func add(
        _ path: Span<ChannelNames.ID>,
        _ ages: Span<UInt32>,
        _ journeys: Journeys
    ) throws(AttributionFailure) {
        try check(path.count, journeys)
        total(journeys)
        insert(path, ages, Self.hash(path, ages), journeys)
    }

    /// Gives journeys to their path, which is added if it is new.
    mutating func insert(
        _ path: Span<ChannelNames.ID>,
        _ ages: Span<UInt32>,
        _ hash: UInt64,
        _ journeys: Journeys
    ) {
        let (slot, found) = slot(hash, path, ages)
        if let found { return give(journeys, to: found) }
        slots[slot] = hash & ~0xffff_ffff | UInt64(count + 1)
        for touch in path.indices { touches.append(path[touch]) }
        for touch in ages.indices { self.ages.append(ages[touch]) }
        ends.append(touches.count)
        conversions.append(journeys.conversions)
        nulls.append(journeys.nulls)
        values.append(journeys.value)
        if count * 4 > slots.count * 3, slots.count < 1 << 32 { grow() }
    }

    /// Gives journeys to a path.
    @inline(__always)
    mutating func give(_ journeys: Journeys, to path: Int) {
        conversions[path] &+= journeys.conversions
        nulls[path] &+= journeys.nulls
        if journeys.conversions > 0 {
            values[path] = PathValue(units: values[path].units + journeys.value.units)
        }
    }

    /// The path that has the place where a hash belongs, if it may be of that hash; else -1.
    @inline(__always)
    func candidate(_ hash: UInt64) -> Int {
        let entry = slots[home(hash)]
        return entry != 0 && entry &>> 32 == hash &>> 32 ? Int(entry & 0xffff_ffff) - 1 : -1
    }

    /// Where a path is or would be, and its number if it is there.
    private func slot(
        _ hash: UInt64,
        _ path: Span<ChannelNames.ID>,
        _ ages: Span<UInt32>
    ) -> (slot: Int, path: Int?) {
        var slot = home(hash)
        while slots[slot] != 0 {
            if slots[slot] &>> 32 == hash &>> 32 {
                let candidate = Int(slots[slot] & 0xffff_ffff) - 1
                let isSame = Self.areEqual(self.path(candidate), path)
                if isSame, Self.areEqual(self.ages(candidate), ages) { return (slot, candidate) }
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return (slot, nil)
    }

    /// Where a hash belongs: its first bits, as many as the numbers of slots have.
    @inline(__always)
    private func home(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash &>> UInt64(slots.count.leadingZeroBitCount + 1))
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 2)
        for entry in old where entry != 0 {
            var slot = home(entry)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = entry
        }
    }

    static func hash(_ path: Span<ChannelNames.ID>, _ ages: Span<UInt32>) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: path.count)
        for touch in path.indices {
            hash = (hash ^ UInt64(path[touch])) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash &>> 29
        }
        for touch in ages.indices {
            hash = (hash ^ UInt64(ages[touch])) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash &>> 29
        }
        return Mixing.mix(hash)
    }

    static func areEqual<Word: Equatable>(_ left: Span<Word>, _ right: Span<Word>) -> Bool {
        guard left.count == right.count else { return false }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }
}

extension PathTable {
    /// Adds the journeys of another table.
    ///
    /// - Parameter other: a table with times if this one has times, and else without.
    /// - Throws: ``AttributionFailure``; some journeys may then have been added.
    public mutating func merge(_ other: PathTable) throws(AttributionFailure) {
        guard other.isTimed == isTimed else {
            throw isTimed ? .timesMissing : .timesUnexpected
        }
        var ids: [ChannelNames.ID] = []
        for name in other.channels.names { ids.append(try channels.id(of: name)) }
        var steps: [ChannelNames.ID] = []
        for path in 0..<other.count {
            let touches = other.path(path)
            steps.removeAll(keepingCapacity: true)
            for touch in touches.indices { steps.append(ids[Int(touches[touch])]) }
            let journeys = Journeys(
                conversions: other.conversions[path],
                value: other.values[path],
                nulls: other.nulls[path]
            )
            try add(steps.span, other.ages(path), journeys)
        }
    }

    /// The same journeys, with those of the same channels as one path.
    ///
    /// - Returns: a table without times.
    /// - Throws: ``AttributionFailure``.
    public func withoutTimes() throws(AttributionFailure) -> PathTable {
        var table = PathTable(mostTouches: mostTouches)
        table.channels = channels
        for path in 0..<count {
            try table.append(
                self.path(path),
                conversions: conversions[path],
                value: values[path],
                nulls: nulls[path]
            )
        }
        return table
    }

    /// The number that each path has in a table of the same journeys without times.
    ///
    /// - Parameter other: what ``withoutTimes()`` made of this table.
    /// - Returns: a number for each path of this table.
    public func numbers(in other: PathTable) -> [Int] {
        (0..<count).map { path in
            guard let number = other.find(self.path(path)) else {
                preconditionFailure("a table of other journeys")
            }
            return number
        }
    }

    /// The same paths, taken by other numbers of journeys.
    ///
    /// - Parameters:
    ///   - conversions: how many journeys of each path have a conversion.
    ///   - nulls: how many have none.
    ///   - values: what the conversions of each path are worth.
    /// - Returns: a table that shares the memory of the paths.
    func reweighted(conversions: [Int], nulls: [Int], values: [PathValue]) -> PathTable {
        var table = self
        table.conversions = conversions
        table.nulls = nulls
        table.values = values
        table.totalConversions = conversions.reduce(0, +)
        table.totalNulls = nulls.reduce(0, +)
        table.totalValue = PathValue(units: values.reduce(0) { $0 + $1.units })
        return table
    }
}
