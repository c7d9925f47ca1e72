/// The journeys that have a conversion and touches, one by one, as credit of single touches needs
/// them: columns of numbers, in the order in which they came.
public struct CreditedJourneys: Sendable {
    /// Whether it is known whose each journey is, and what its conversion is called.
    public let isNamed: Bool
    /// For each journey the number of its path in the table of paths.
    public private(set) var paths: [Int32] = []
    /// When each conversion was.
    public private(set) var times: [Int64] = []
    /// What each conversion is worth, in minor units of the selection's currency.
    public private(set) var units: [Int64] = []
    /// When each touch was, journey after journey.
    public private(set) var touchTimes: [Int64] = []
    /// The place of each touch.
    public private(set) var touchPlaces: [Int32] = []
    /// Where the touches of each journey end.
    private var ends: [Int] = []
    private var areOfNewCustomers: [Bool] = []
    private var persons = TextColumn()
    private var kinds = TextColumn()
    private var events = TextColumn()
    private let mostTouches: Int

    /// The most touches that are kept, some 12 bytes each.
    public static let mostTouches = 10_000_000

    /// No journey.
    ///
    /// - Parameters:
    ///   - isNamed: whether names are kept.
    ///   - mostTouches: how many touches journeys may have together.
    public init(isNamed: Bool = false, mostTouches: Int = Self.mostTouches) {
        self.isNamed = isNamed
        self.mostTouches = mostTouches
    }

    /// How many journeys there are.
    public var count: Int { ends.count }

    /// Where the touches of a journey are among all.
    ///
    /// - Parameter journey: its number, from 0 on.
    /// - Returns: one place at least.
    public func touches(of journey: Int) -> Range<Int> {
        (journey == 0 ? 0 : ends[journey - 1])..<ends[journey]
    }

    /// What a journey is called.
    ///
    /// - Parameter journey: its number.
    /// - Returns: whose it is, what kind its conversion is of and by which event, and whether no
    ///   conversion that counts has come before; nil if no names are kept.
    public func names(
        of journey: Int
    ) -> (person: String, kind: String, event: String, isOfNewCustomer: Bool)? {
        guard isNamed else { return nil }
        return (persons[journey], kinds[journey], events[journey], areOfNewCustomers[journey])
    }

    /// Keeps a journey.
    mutating func append(
        _ path: Int,
        _ touches: [Timeline.Touch],
        units: Int64,
        _ conversion: Timeline.Conversion,
        isOfNewCustomer: Bool,
        of person: String
    ) throws(JourneyFailure) {
        guard touchTimes.count + touches.count <= mostTouches else {
            throw .tooManyTouches(most: mostTouches)
        }
        paths.append(Int32(path))
        times.append(conversion.time)
        self.units.append(units)
        for touch in touches {
            touchTimes.append(touch.time)
            touchPlaces.append(touch.place)
        }
        ends.append(touchTimes.count)
        guard isNamed else { return }
        areOfNewCustomers.append(isOfNewCustomer)
        persons.append(person)
        kinds.append(conversion.kind)
        events.append(conversion.eventID)
    }
}

/// Many short texts in one piece of memory.
private struct TextColumn: Sendable {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []

    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        ends.append(bytes.count)
    }

    subscript(place: Int) -> String {
        String(decoding: bytes[(place == 0 ? 0 : ends[place - 1])..<ends[place]], as: UTF8.self)
    }
}
