import Contracts
import Journeys
import Messages
import RPC
import TestTenants
import Testing
import Wire

@testable import Attribution

@Suite("Lists of journeys", .timeLimit(.minutes(5)))
struct JourneyListTests {
    private static let persons = StoredPersons.random(seed: 11, count: 60)
    private static var selection: JourneySelection {
        let (start, day) = (StoredPersons.start, JourneySelection.day)
        return JourneySelection(range: start..<start + 90 * day, asOf: start + 100 * day)
    }

    /// What a journey is known by.
    private static func key(_ journey: AttributionV1.Journey) -> String {
        let time =
            (journey.time?.seconds ?? 0) * 1_000_000 + Int64(journey.time?.nanos ?? 0) / 1_000
        let channels = journey.touches.map(\.channel).joined(separator: ">")
        return "\(journey.person) \(time) \(journey.end.rawValue) \(journey.touchCount) \(channels)"
    }

    /// All journeys in the order of lists, by the library.
    private static func expected(
        _ isWanted: (_ person: String, _ end: Int32, _ channels: [String]) -> Bool
    ) -> [String] {
        let persons = persons.timelines.sorted { left, right in
            let (one, other) = (last(left.value), last(right.value))
            return one != other ? one > other : left.key > right.key
        }
        return persons.flatMap { person, timeline in
            var keys: [String] = []
            selection.journeys(of: timeline) { journey in
                guard selection.contains(journey) else { return }
                let channels = journey.stretch.map { timeline.touches[$0] }
                    .filter { selection.reaches($0, journey) }
                    .compactMap { StoredPersons.labels[$0.place] }
                let end: Int32 =
                    switch journey.end {
                    case .conversion: channels.isEmpty ? 2 : 1
                    case .null: 3
                    case .open: 4
                    }
                guard isWanted(person, end, channels) else { return }
                let told = channels.suffix(10).joined(separator: ">")
                keys.append("\(person) \(journey.time) \(end) \(channels.count) \(told)")
            }
            return keys.reversed()
        }
    }

    private static func last(_ timeline: Timeline) -> Int64 {
        (timeline.touches.map(\.time) + timeline.conversions.map(\.time)).max() ?? 0
    }

    /// All pages of a list.
    private static func walk(
        _ attribution: ServedAttribution,
        size: Int32,
        _ change: (inout AttributionV1.ListJourneysRequest) -> Void = { _ in }
    ) async throws -> [String] {
        var request = AttributionV1.ListJourneysRequest()
        request.journeys = AttributionV1.JourneySelection(selection)
        request.pageSize = size
        change(&request)
        var keys: [String] = []
        repeat {
            let page = try await attribution.journeys.listJourneys(request).message.value()
            #expect(page.journeys.count <= Int(size))
            keys += page.journeys.map(key)
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        return keys
    }

    @Test("have each journey once, in order, whatever the size of pages and the filters")
    func pages() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(Self.persons)
        let all = Self.expected { _, _, _ in true }
        #expect(all.count > 100)
        for size: Int32 in [1, 7, 50, 1_000] {
            #expect(try await Self.walk(attribution, size: size) == all)
        }
        for end: Int32 in 1...4 {
            let wanted = Self.expected { _, other, _ in other == end }
            #expect(!wanted.isEmpty)
            #expect(
                try await Self.walk(attribution, size: 5) { $0.end = .init(rawValue: end) }
                    == wanted
            )
        }
        for channel in ["paid_search", "unassigned"] {
            let wanted = Self.expected { _, _, channels in channels.contains(channel) }
            #expect(try await Self.walk(attribution, size: 9) { $0.channel = channel } == wanted)
        }
        #expect(try await Self.walk(attribution, size: 9) { $0.channel = "absent" } == [])
        for id in ["u:p4", "a:u:p4"] {
            let wanted = Self.expected { person, _, _ in person == "u:p4" }
            #expect(try await Self.walk(attribution, size: 1) { $0.person = id } == wanted)
        }
        #expect(try await Self.walk(attribution, size: 9) { $0.person = "u:absent" } == [])
        let (start, day) = (StoredPersons.start, JourneySelection.day)
        let narrow = try await Self.walk(attribution, size: 4) { request in
            request.journeys?.fromTime = AttributionV1.JourneySelection.time(start + 10 * day)
            request.journeys?.toTime = AttributionV1.JourneySelection.time(start + 20 * day)
        }
        #expect(
            narrow
                == all.filter { key in
                    let time = Int64(key.split(separator: " ")[1]) ?? 0
                    return (start + 10 * day..<start + 20 * day).contains(time)
                }
        )
        await attribution.stop()
    }

    @Test("go on where a search through many persons has stopped")
    func stopped() async throws {
        let attribution = try await ServedAttribution()
        var persons = StoredPersons(timelines: [:])
        for number in 0..<2_300 {
            let time = StoredPersons.start + Int64(number)
            let kind: Timeline.Touch.Kind = number == 100 ? .impression : .click
            persons.timelines["u:\(number)"] = Timeline(
                touches: [.init(time: time, kind: kind, place: number == 100 ? 4 : 2)]
            )
        }
        try await attribution.store(persons)
        var request = AttributionV1.ListJourneysRequest()
        request.channel = "display"
        let first = try await attribution.journeys.listJourneys(request).message.value()
        #expect(first.journeys.isEmpty && !first.nextPageToken.isEmpty)
        request.pageToken = first.nextPageToken
        let second = try await attribution.journeys.listJourneys(request).message.value()
        #expect(second.journeys.map(\.person) == ["u:100"] && second.nextPageToken.isEmpty)
        await attribution.stop()
    }
}

@Suite("Timelines of persons", .timeLimit(.minutes(5)))
struct PersonTests {
    private static let person: Timeline = {
        let (start, day) = (StoredPersons.start, JourneySelection.day)
        return Timeline(
            touches: [
                .init(time: start, kind: .click, place: 2),
                .init(time: start + 7 * day, kind: .session, place: 3),
                .init(time: start + 14 * day, kind: .direct, place: 1),
                .init(time: start + 80 * day, kind: .message, place: 5),
            ],
            conversions: [
                .init(
                    touchesBefore: 2,
                    time: start + 8 * day,
                    kind: "order",
                    eventID: "cancelled",
                    cancelledAt: start + 10 * day
                ),
                .init(
                    touchesBefore: 3,
                    time: start + 14 * day,
                    kind: "order",
                    eventID: "bought",
                    orderID: "o1",
                    value: 10_000_000,
                    refunds: [
                        .init(time: start + 20 * day, millionths: 2_000_000),
                        .init(time: start + 30 * day, millionths: 500_000),
                    ],
                    currency: "EUR"
                ),
            ]
        )
    }()

    private static func timeline(
        _ attribution: ServedAttribution,
        _ id: String,
        _ change: (inout AttributionV1.JourneySelection) -> Void = { _ in }
    ) async throws -> AttributionV1.PersonTimeline {
        var request = AttributionV1.GetTimelineRequest()
        request.id = id
        var journeys = AttributionV1.JourneySelection()
        change(&journeys)
        request.journeys = journeys
        return try await attribution.journeys.getTimeline(request).message.value()
    }

    @Test("have journeys, touches and the credit of each, by any id")
    func told() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.store(StoredPersons(timelines: ["u:me/too": Self.person]))
        let told = try await Self.timeline(attribution, "u:me/too")
        #expect(try await Self.timeline(attribution, "a:u:me/too").journeys == told.journeys)
        #expect(told.person == "u:me/too" && told.ids == ["u:me/too", "a:u:me/too"])
        #expect(told.events == 6 && !told.isTruncated)
        #expect(told.journeys.map(\.end) == [.null, .converted])
        #expect(told.journeys.map(\.isOfNewCustomer) == [false, true])
        #expect(told.otherConversions.map(\.eventID) == ["cancelled"])
        let journey = told.journeys[1]
        #expect(journey.touches.map(\.channel) == ["paid_search", "paid_social", "direct"])
        #expect(journey.touches.map(\.campaign) == ["spring", "", ""])
        #expect(journey.touches.map(\.kind) == [.click, .session, .direct])
        #expect(journey.conversion?.value == "10" && journey.conversion?.refunded == "2.5")
        let values = Dictionary(
            uniqueKeysWithValues: journey.credits.map { ($0.model, $0.values) }
        )
        // Half as much for each week before the last: 1, 2 and 4 sevenths.
        #expect(
            values == [
                "first": ["10", "0", "0"], "last": ["0", "0", "10"],
                "last_non_direct": ["0", "10", "0"], "linear": ["3.34", "3.33", "3.33"],
                "decay": ["1.43", "2.86", "5.71"], "position": ["4", "2", "4"],
            ]
        )
        for credit in journey.credits {
            #expect(abs(credit.shares.reduce(0, +) - 1) < 1e-12)
        }
        let net = try await Self.timeline(attribution, "u:me/too") { $0.valueMode = .net }
        let linear = net.journeys[1].credits.first { $0.model == "linear" }
        #expect(linear?.values == ["2.5", "2.5", "2.5"])
        let other = try await Self.timeline(attribution, "u:me/too") { $0.kinds = ["lead"] }
        #expect(other.otherConversions.map(\.eventID) == ["bought", "cancelled"])
        // At a time between, only what was known then is told, and counts.
        func known(_ days: Int64) async throws -> AttributionV1.PersonTimeline {
            try await Self.timeline(attribution, "u:me/too") { journeys in
                let time = StoredPersons.start + days * JourneySelection.day
                journeys.asOf = AttributionV1.JourneySelection.time(time)
                journeys.valueMode = .net
            }
        }
        let conversion = try #require(journey.conversion)
        #expect(conversion.refunds.map(\.value) == ["2", "0.5"] && conversion.cancelTime == nil)
        #expect(told.otherConversions[0].isCancelled && told.otherConversions[0].cancelTime != nil)
        let later = try await known(20).journeys[0]
        #expect(later.conversion?.refunded == "2" && later.conversion?.refunds.count == 1)
        #expect(later.credits.first { $0.model == "last" }?.values == ["0", "0", "8"])
        let middle = try await known(9)
        #expect(middle.journeys.map(\.conversion?.eventID) == ["cancelled"])
        #expect(middle.journeys[0].conversion?.isCancelled == false)
        #expect(middle.journeys[0].conversion?.cancelTime == nil && middle.otherConversions == [])
        await attribution.stop()
    }

    @Test("and what models say of them come of events")
    func events() async throws {
        let attribution = try await ServedAttribution()
        func click(_ id: String, _ minutes: Int64, _ source: String) -> IngestV1.Event {
            ServedAttribution.event(id, after: minutes) { event in
                event.kind = .click
                event.visit = ServedAttribution.visit(source, "cpc", "spring")
            }
        }
        try await attribution.write([
            click("c1", 0, "google"), click("c2", 60, "bing"),
            ServedAttribution.order("o1", "20", after: 90),
            ServedAttribution.order("o1", "5", after: 95, name: "Order Refunded"),
            click("c3", 100, "google"),
        ])
        try await attribution.build()
        let told = try await Self.timeline(attribution, "a:visitor") { $0.valueMode = .net }
        #expect(told.journeys.map(\.end).last == .converted)
        let journey = try #require(told.journeys.last)
        #expect(journey.touches.map(\.source) == ["google", "bing"])
        #expect(journey.touches.map(\.channel) == ["paid_search", "paid_search"])
        #expect(journey.conversion?.value == "20" && journey.conversion?.refunded == "5")
        #expect(journey.credits.first { $0.model == "linear" }?.values == ["7.5", "7.5"])
        let run = try await attribution.run("position") { request in
            request.journeys = AttributionV1.JourneySelection()
            request.journeys?.grain = .sourceMedium
            request.journeys?.valueMode = .net
        }
        #expect(run.conversions == 1 && run.value == 15)
        let credit = run.models.first?.channels.map { "\($0.channel) \($0.value)" }
        #expect(credit == ["bing / cpc 7.5", "google / cpc 7.5"])
        await attribution.stop()
    }

    @Test("are bounded, and say where they end")
    func bounded() async throws {
        let attribution = try await ServedAttribution()
        var busy = Timeline()
        for number in 0..<3_000 {
            let time = StoredPersons.start + Int64(number)
            busy.touches.append(.init(time: time, kind: .click, place: 2))
            if number % 500 == 499, number < 1_000 {
                busy.conversions.append(
                    .init(touchesBefore: number + 1, time: time, kind: "order")
                )
            }
        }
        var loud = busy
        loud.conversions.removeLast()
        loud.touches.removeLast(900)
        try await attribution.store(StoredPersons(timelines: ["u:busy": busy, "u:loud": loud]))
        var told = try await Self.timeline(attribution, "u:busy")
        #expect(told.isTruncated && told.journeys.map(\.touchCount) == [2_000])
        told = try await Self.timeline(attribution, "u:loud")
        #expect(told.isTruncated && told.journeys.map(\.touchCount) == [1_600])
        told = try await Self.timeline(attribution, "u:busy") { $0.kinds = ["absent"] }
        #expect(told.isTruncated && told.journeys.map(\.touchCount) == [3_000])
        #expect(told.journeys.first?.touches.count == 2_000)
        try await attribution.change("u:loud", to: [], isTooLarge: true)
        for (id, code) in [
            ("u:loud", StatusCode.failedPrecondition), ("u:absent", .notFound),
            ("busy", .invalidArgument), ("u:", .invalidArgument),
        ] {
            let error = await #expect(throws: RPCError.self) {
                try await Self.timeline(attribution, id)
            }
            #expect(error?.code == code, "\(id)")
        }
        var list = AttributionV1.ListJourneysRequest()
        list.person = "u:loud"
        await #expect { try await attribution.journeys.listJourneys(list) } throws: {
            ($0 as? RPCError)?.code == .failedPrecondition
        }
        let stranger = AttributionV1.Journeys.Client(
            try attribution.served.channel(attribution.served.members[1])
        )
        var request = AttributionV1.GetTimelineRequest()
        request.id = "u:busy"
        await #expect { try await stranger.getTimeline(request) } throws: {
            ($0 as? RPCError)?.code == .notFound
        }
        await attribution.stop()
    }
}
