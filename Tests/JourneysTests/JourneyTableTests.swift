import Journeys
import Messages
import PathModels
import Testing

@Suite("Tables of journeys")
struct JourneyTableTests {
    private static let labels: [Int32: String] = [
        1: "search", 2: "email", 3: "social", 4: "direct", 5: "search", 6: "display",
    ]

    /// Paths by name, with how many have a conversion, its value in units, and how many have none.
    private typealias Paths = [String: [Int128]]

    private static func paths(_ table: PathTable) -> Paths {
        var paths: Paths = [:]
        for path in 0..<table.count {
            let touches = table.path(path)
            let names = touches.indices.map { table.channels.names[Int(touches[$0])] }
            paths[names.joined(separator: ">")] = [
                Int128(table.conversions[path]), table.values[path].units,
                Int128(table.nulls[path]),
            ]
        }
        return paths
    }

    private static func table(
        _ timelines: [Timeline],
        _ selection: JourneySelection,
        isTimed: Bool = false,
        rates: @escaping JourneyTable.Rates = { _, _ in nil }
    ) throws -> JourneyTable {
        var table = JourneyTable(selection, labels: labels, isTimed: isTimed, rates: rates)
        for timeline in timelines { try table.add(timeline) }
        return table
    }

    /// All again from the slow rules.
    private static func slow(
        _ timelines: [Timeline],
        _ selection: JourneySelection
    ) -> (paths: Paths, counts: [Int], unattributedValue: Int128) {
        var paths: Paths = [:]
        var counts = [0, 0, 0, 0]
        var withoutTouches: Int128 = 0
        for timeline in timelines {
            for journey in SlowJourneys(timeline: timeline, selection: selection).journeys {
                guard selection.range.contains(journey.time) else { continue }
                if selection.customers == .new, !journey.isOfNewCustomer { continue }
                if selection.customers == .returning, journey.isOfNewCustomer { continue }
                let name = journey.touches.map { labels[timeline.touches[$0].place] ?? "" }
                    .joined(separator: ">")
                switch journey.end {
                case .open: counts[3] += 1
                case .null:
                    counts[2] += 1
                    paths[name, default: [0, 0, 0]][2] += 1
                case .conversion(let place):
                    let conversion = timeline.conversions[place]
                    var value = Int128(conversion.value) * 1_000_000
                    if selection.valueMode == .net {
                        let known = conversion.refunds.filter { $0.time <= selection.asOf }
                        value -= known.reduce(0) { $0 + Int128($1.millionths) } * 1_000_000
                    }
                    if conversion.currency != selection.currency { value = 0 }
                    counts[journey.touches.isEmpty ? 1 : 0] += 1
                    if journey.touches.isEmpty {
                        withoutTouches += value
                    } else {
                        paths[name, default: [0, 0, 0]][0] += 1
                        paths[name, default: [0, 0, 0]][1] += value
                    }
                }
            }
        }
        return (paths, counts, withoutTouches)
    }

    @Test("and journeys are what the slow rules make of any timelines", arguments: 0..<60)
    func oracle(_ seed: UInt64) throws {
        let timelines = RandomTimelines.timelines(seed: seed, count: 100)
        let selection = RandomTimelines.selection(seed: seed)
        for timeline in timelines {
            let slow = SlowJourneys(timeline: timeline, selection: selection).journeys
            #expect(selection.found(in: timeline) == slow)
        }
        let table = try Self.table(timelines, selection)
        let slow = Self.slow(timelines, selection)
        #expect(Self.paths(table.paths) == slow.paths)
        let counts = table.counts
        #expect(
            [counts.attributed, counts.unattributed, counts.nulls, counts.open] == slow.counts
        )
        #expect(counts.unattributedValue.units == slow.unattributedValue)
        #expect(counts.timelines == 100 && counts.journeys == slow.counts.reduce(0, +))
        let refunds = timelines.flatMap(\.unmatchedRefunds)
            .filter { selection.range.contains($0.time) && $0.time <= selection.asOf }
        for currency in ["", "EUR", "USD"] {
            let own = refunds.filter { $0.currency == currency }
            let told = counts.unmatchedRefunds[.init(currency, .noConversion)]
            #expect(told?.count ?? 0 == own.count)
            let sum = own.reduce(0) { $0 + Int128($1.millionths) }
            #expect(told?.value.units ?? 0 == sum * 1_000_000)
        }
        #expect(table.paths.totalConversions == counts.attributed)
        #expect(table.paths.totalNulls == counts.nulls)
        let timed = try Self.table(timelines, selection, isTimed: true)
        #expect(timed.counts == counts)
        #expect(Self.paths(try timed.paths.withoutTimes()) == slow.paths)
    }

    @Test("have each conversion once and each touch at most once", arguments: 0..<20)
    func conservation(_ seed: UInt64) throws {
        var selection = RandomTimelines.selection(seed: seed)
        for timeline in RandomTimelines.timelines(seed: seed + 100, count: 100) {
            let found = selection.found(in: timeline)
            let touches = found.flatMap(\.touches)
            #expect(Set(touches).count == touches.count)
            let conversions = found.compactMap { journey -> Int? in
                if case .conversion(let place) = journey.end { place } else { nil }
            }
            #expect(
                conversions
                    == timeline.conversions.indices.filter {
                        selection.counts(timeline.conversions[$0])
                    }
            )
            // A larger window loses none, and without windows none that is known is lost.
            var larger = selection
            larger.clickWindow = selection.clickWindow.map { $0 * 2 }
            larger.viewWindow = nil
            let more = Set(larger.found(in: timeline).flatMap(\.touches))
            #expect(more.isSuperset(of: touches))
            larger.clickWindow = nil
            #expect(
                larger.found(in: timeline).flatMap(\.touches)
                    == timeline.touches.indices.filter {
                        timeline.touches[$0].time <= selection.asOf
                    }
            )
        }
        // Days add up to the whole range.
        let timelines = RandomTimelines.timelines(seed: seed + 100, count: 100)
        let whole = try Self.table(timelines, selection)
        var sum: Paths = [:]
        var journeys = 0
        let range = selection.range
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 86_400_000_000) {
            selection.range = start..<min(start + JourneySelection.day, range.upperBound)
            let part = try Self.table(timelines, selection)
            journeys += part.counts.journeys
            for (name, numbers) in Self.paths(part.paths) {
                sum[name] = zip(sum[name] ?? [0, 0, 0], numbers).map(+)
            }
        }
        #expect(sum == Self.paths(whole.paths) && journeys == whole.counts.journeys)
    }

    private static let orders = Timeline(
        touches: [
            .init(time: 1_000_000, kind: .click, place: 1),
            .init(time: 2_500_000, kind: .click, place: 2),
        ],
        conversions: [
            .init(touchesBefore: 2, time: 5_000_000, kind: "order", value: 9, currency: "EUR"),
            .init(touchesBefore: 2, time: 6_000_000, kind: "order", value: 100, currency: "USD"),
            .init(touchesBefore: 2, time: 6_000_000, kind: "order", value: 7, currency: "JPY"),
        ]
    )

    @Test("have values of other currencies by the rate of the day, or tell that there is none")
    func rates() throws {
        let selection = JourneySelection(range: 0..<JourneySelection.day, asOf: .max)
        let table = try Self.table([Self.orders], selection) { currency, day in
            guard currency == "USD", day == 0 else { return nil }
            return ExchangeRate(multiplier: 1_000_000_000_000, divisor: 3_000_000_000_000)
        }
        #expect(table.paths.totalValue.units == 9_000_000)
        #expect(table.counts.unattributedValue.units == 33_000_000)
        #expect(table.counts.withoutRate == ["JPY": 1])
        var early = Self.orders
        early.touches = []
        early.conversions = [
            .init(touchesBefore: 0, time: -1, kind: "order", value: 1, currency: "USD")
        ]
        let past = JourneySelection(range: -5..<5, asOf: .max)
        _ = try Self.table([early], past) { _, day in
            #expect(day == -1, "the day before 1970")
            return nil
        }
        #expect(ExchangeRate(multiplier: 0) == nil)
        let half = ExchangeRate(multiplier: 500_000_000_000)
        #expect(half?.convert(3) == 2 && half?.convert(.max) == .max / 2 + 1)
        #expect(ExchangeRate(multiplier: .max, divisor: 1)?.convert(.max) == nil)
    }

    @Test("with times have the seconds until the conversion, or until nothing came")
    func times() throws {
        var selection = JourneySelection(range: 0..<JourneySelection.day, asOf: .max)
        var table = try Self.table([Self.orders], selection, isTimed: true)
        var ages = table.paths.ages(0)
        #expect([ages[0], ages[1]] == [4, 2])
        selection.kinds = ["call"]
        selection.closing = 60_000_000
        table = try Self.table([Self.orders], selection, isTimed: true)
        ages = table.paths.ages(0)
        #expect(table.counts.nulls == 1 && [ages[0], ages[1]] == [61, 60])
    }

    @Test("are bounded, and say by what")
    func bounds() throws {
        let selection = JourneySelection(range: 0..<JourneySelection.day, asOf: .max)
        var few = JourneyTable(selection, labels: Self.labels, mostJourneys: 2)
        #expect(throws: JourneyFailure.tooManyJourneys(most: 2)) { try few.add(Self.orders) }
        var small = JourneyTable(selection, labels: Self.labels, mostTouches: 1)
        #expect(throws: JourneyFailure.paths(.tableTooLarge(most: 1))) {
            try small.add(Self.orders)
        }
        var unknown = JourneyTable(selection, labels: [1: "search"])
        #expect(throws: JourneyFailure.unknownPlace(2)) { try unknown.add(Self.orders) }
        var long = Self.orders
        long.touches = (0..<10_007).map {
            .init(time: Int64($0), kind: .click, place: $0 < 7 ? 1 : 2)
        }
        long.conversions = [.init(touchesBefore: 10_007, time: 20_000, kind: "order")]
        let table = try Self.table([long], selection)
        #expect(table.counts.shortened == 1 && table.counts.attributed == 1)
        #expect(Self.paths(table.paths).keys.first?.contains("search") == false)
    }
}
