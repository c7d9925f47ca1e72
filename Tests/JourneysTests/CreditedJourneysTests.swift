import Journeys
import PathModels
import Testing

@Suite("Journeys that are kept one by one")
struct CreditedJourneysTests {
    private static let labels: [Int32: String] = [
        1: "search", 2: "email", 3: "social", 4: "direct", 5: "search", 6: "display",
    ]

    /// What is known of a journey.
    private struct Kept: Equatable {
        var person: String
        var kind: String
        var event: String
        var isOfNewCustomer: Bool
        var time: Int64
        var units: Int64
        var times: [Int64]
        var places: [Int32]
        var path: [String]
    }

    private static func kept(_ table: JourneyTable) throws -> [Kept] {
        let journeys = try #require(table.credited)
        return try (0..<journeys.count).map { journey in
            let names = try #require(journeys.names(of: journey))
            let touches = journeys.touches(of: journey)
            let path = table.paths.path(Int(journeys.paths[journey]))
            return Kept(
                person: names.person,
                kind: names.kind,
                event: names.event,
                isOfNewCustomer: names.isOfNewCustomer,
                time: journeys.times[journey],
                units: journeys.units[journey],
                times: Array(journeys.touchTimes[touches]),
                places: Array(journeys.touchPlaces[touches]),
                path: path.indices.map { table.paths.channels.names[Int(path[$0])] }
            )
        }
    }

    @Test("are what the slow rules make of any timelines", arguments: 0..<20, [false, true])
    func oracle(_ seed: UInt64, isTimed: Bool) throws {
        let timelines = RandomTimelines.timelines(seed: seed, count: 60)
        let selection = RandomTimelines.selection(seed: seed)
        var table = JourneyTable(
            selection,
            labels: Self.labels,
            isTimed: isTimed,
            credited: CreditedJourneys(isNamed: true)
        )
        var expected: [Kept] = []
        for (number, timeline) in timelines.enumerated() {
            try table.add(timeline, of: "p\(number)")
            for journey in SlowJourneys(timeline: timeline, selection: selection).journeys {
                guard case .conversion(let place) = journey.end, !journey.touches.isEmpty,
                    selection.range.contains(journey.time),
                    selection.customers == .all
                        || (selection.customers == .new) == journey.isOfNewCustomer
                else { continue }
                let conversion = timeline.conversions[place]
                var value = conversion.value
                if selection.valueMode == .net { value -= conversion.refunded(by: selection.asOf) }
                if conversion.currency != "EUR" { value = 0 }
                let touches = journey.touches.map { timeline.touches[$0] }
                expected.append(
                    Kept(
                        person: "p\(number)",
                        kind: conversion.kind,
                        event: conversion.eventID,
                        isOfNewCustomer: journey.isOfNewCustomer,
                        time: journey.time,
                        // Half a cent is rounded up.
                        units: (value + 5_000) / 10_000,
                        times: touches.map(\.time),
                        places: touches.map(\.place),
                        path: touches.map { Self.labels[$0.place] ?? "" }
                    )
                )
            }
        }
        #expect(try Self.kept(table) == expected)
        #expect(table.counts.attributed == expected.count)
    }

    @Test("are none if nobody asks, and bounded, and without names unless they are wanted")
    func bounds() throws {
        let timeline = Timeline(
            touches: [
                .init(time: 1, kind: .click, place: 1), .init(time: 2, kind: .click, place: 2),
            ],
            conversions: [.init(touchesBefore: 2, time: 3, kind: "order", eventID: "e")]
        )
        let selection = JourneySelection(range: 0..<10, asOf: 10)
        var plain = JourneyTable(selection, labels: Self.labels)
        try plain.add(timeline)
        #expect(plain.credited == nil)
        var kept = JourneyTable(
            selection,
            labels: Self.labels,
            credited: CreditedJourneys(mostTouches: 3)
        )
        try kept.add(timeline, of: "anna")
        #expect(kept.credited?.count == 1 && kept.credited?.names(of: 0) == nil)
        #expect(throws: JourneyFailure.tooManyTouches(most: 3)) { try kept.add(timeline) }
    }

    @Test("have only the touches that a path has")
    func long() throws {
        let count = PathTable.mostTouchesPerPath + 5
        let timeline = Timeline(
            touches: (0..<count).map { .init(time: Int64($0), kind: .click, place: 1) },
            conversions: [.init(touchesBefore: count, time: 50_000, kind: "order")]
        )
        var table = JourneyTable(
            JourneySelection(range: 0..<100_000, asOf: 100_000),
            labels: Self.labels,
            credited: CreditedJourneys()
        )
        try table.add(timeline)
        #expect(table.credited?.touchTimes.first == 5)
        #expect(table.credited?.touchTimes.count == PathTable.mostTouchesPerPath)
    }
}
