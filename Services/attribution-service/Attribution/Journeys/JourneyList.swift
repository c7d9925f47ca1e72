internal import Journeys
internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Tenancy

/// Lists journeys a page at a time.
struct JourneyList: Sendable {
    let store: TimelineStore
    let offload: WorkerPool?

    /// How many timelines are read at once, and for one page; and how many touches are told.
    private static let timelinesAtOnce = 200
    private static let mostTimelines = 2_000
    private static let mostTouches = 10

    /// A journey on its way into a page.
    private struct Entry {
        let place: JourneyPlace
        let telling: JourneyTelling
        let told: JourneyTelling.Told
    }

    /// A page.
    ///
    /// - Parameters:
    ///   - request: which journeys.
    ///   - page: how many, and from where on.
    ///   - scope: the tenant's.
    /// - Returns: the journeys, and where the next page begins.
    /// - Throws: INVALID_ARGUMENT; FAILED_PRECONDITION if the person who is asked for has no
    ///   timeline; DATA_LOSS; `PostgresError`.
    func page(
        _ request: AttributionV1.ListJourneysRequest,
        _ page: Page,
        in scope: TenantScope
    ) async throws -> AttributionV1.ListJourneysResponse {
        let plan = try JourneyPlan(
            try await (request.journeys ?? .init()).timed(in: scope),
            in: scope
        )
        let channel =
            request.channel.isEmpty
            ? nil : try await store.places(ofChannel: request.channel, in: scope)
        if channel?.isEmpty == true { return AttributionV1.ListJourneysResponse() }
        var place = page.placeText.flatMap { JourneyPlace($0) }
        var entries: [Entry] = []
        var looked = 0
        var isOver = false
        while entries.count <= page.count, looked < Self.mostTimelines, !isOver {
            let found = try await timelines(request, plan.selection.range, place, in: scope)
            let from = place
            let wanted = page.count + 1 - entries.count
            entries += try await offload.runBeside {
                try Self.entries(found, plan.selection, request.end, channel, from, wanted)
            }
            looked += found.count
            isOver = found.isEmpty
            if let last = found.last { place = .after(last) }
        }
        var response = AttributionV1.ListJourneysResponse()
        let numbers = entries.flatMap { entry in
            entry.told.touches.suffix(Self.mostTouches)
                .map { entry.telling.timeline.touches[$0].place }
        }
        let places = try await store.places(Array(Set(numbers)), in: scope)
        let (shown, next) = page.cut(entries) { $0.place.text }
        response.journeys = shown.map {
            $0.telling.message($0.told, touches: Self.mostTouches, places)
        }
        response.nextPageToken = next
        if next.isEmpty, !isOver, let place {
            response.nextPageToken = page.token(after: place.text)
        }
        return response
    }

    /// The next timelines, or that of the person who is asked for.
    private func timelines(
        _ request: AttributionV1.ListJourneysRequest,
        _ range: Range<Int64>,
        _ place: JourneyPlace?,
        in scope: TenantScope
    ) async throws -> [StoredPerson] {
        guard !request.person.isEmpty else {
            return try await store.latest(in: range, from: place, Self.timelinesAtOnce, in: scope)
        }
        // Behind a person nobody comes.
        guard place?.isWithinPerson ?? true,
            let person = try await store.person(of: request.person, in: scope)
        else { return [] }
        return [try person.whole()]
    }

    /// The journeys of some timelines that are asked for.
    private static func entries(
        _ persons: [StoredPerson],
        _ selection: JourneySelection,
        _ end: AttributionV1.JourneyEnd,
        _ channel: Set<Int32>?,
        _ from: JourneyPlace?,
        _ wanted: Int
    ) throws -> [Entry] {
        var entries: [Entry] = []
        for person in persons where entries.count < wanted {
            var timeline = Timeline()
            try timeline.read(encoded: person.timeline, of: person.person)
            let telling = JourneyTelling(
                person: person.person,
                timeline: timeline,
                selection: selection
            )
            let journeys = telling.journeys { told in
                (end == .unspecified || told.end == end)
                    && channel.map { channel in
                        told.touches.contains { channel.contains(timeline.touches[$0].place) }
                    } ?? true
            }
            let isFirst = from?.person == person.person && from?.lastAct == person.lastAct
            let told = isFirst ? from?.told ?? 0 : 0
            for (index, journey) in journeys.enumerated().dropFirst(told) {
                let place = JourneyPlace(
                    lastAct: person.lastAct,
                    told: index + 1,
                    person: person.person
                )
                entries.append(Entry(place: place, telling: telling, told: journey))
            }
        }
        return entries
    }
}
