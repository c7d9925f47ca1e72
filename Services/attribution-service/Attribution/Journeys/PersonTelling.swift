internal import Journeys
internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Tenancy

/// Tells all that is known of a person.
struct PersonTelling: Sendable {
    let store: TimelineStore
    let offload: WorkerPool?

    /// How many journeys and other conversions are told, and how many touches journeys have
    /// together.
    private static let mostEntries = 1_000
    private static let mostTouches = 2_000
    private static let mostRefunds = 100

    /// A person.
    ///
    /// - Parameters:
    ///   - request: who, and how journeys are made.
    ///   - scope: the tenant's.
    /// - Returns: the person.
    /// - Throws: INVALID_ARGUMENT, NOT_FOUND; FAILED_PRECONDITION if there is no timeline;
    ///   DATA_LOSS; `PostgresError`.
    func timeline(
        _ request: AttributionV1.GetTimelineRequest,
        in scope: TenantScope
    ) async throws -> AttributionV1.PersonTimeline {
        var plan = try JourneyPlan(
            try await (request.journeys ?? .init()).timed(in: scope),
            in: scope
        )
        let isID = ["u:", "a:"].contains { request.id.hasPrefix($0) && request.id.utf8.count > 2 }
        guard isID else {
            throw RPCError(
                .invalidArgument,
                "id: expected u: and the id of a user, or a: and that of a visitor"
            )
        }
        if plan.needsMargins {
            try await scope.transaction(TransactionOptions(isReadOnly: true)) { transaction in
                try await plan.readMargins(of: scope, in: transaction)
            }
        }
        guard let person = try await store.person(of: request.id, in: scope) else {
            throw RPCError(.notFound, "id: nobody is known as '\(request.id)'")
        }
        let stored = try person.whole()
        var timeline = Timeline()
        try timeline.read(encoded: stored.timeline, of: stored.person)
        let telling = JourneyTelling(
            person: stored.person,
            timeline: timeline,
            selection: plan.selection
        )
        let (told, isAll) = Self.shown(telling.journeys())
        let numbers = told.flatMap { told in
            told.touches.map { timeline.touches[$0].place }
        }
        let places = try await store.places(Array(Set(numbers)), in: scope)
        var message = try await offload.runBeside {
            try Self.message(telling, told, places)
        }
        let asOf = plan.selection.asOf
        let others = timeline.conversions
            .filter { $0.time <= asOf && !plan.selection.counts($0) }.reversed()
        message.otherConversions = others.prefix(Self.mostEntries).map { .init($0, asOf: asOf) }
        let refunds = timeline.unmatchedRefunds.filter { $0.time <= asOf }.reversed()
        message.unmatchedRefunds = refunds.prefix(Self.mostRefunds).map { .init($0) }
        message.isTruncated =
            !isAll || others.count > Self.mostEntries || refunds.count > Self.mostRefunds
            || person.ids.count < person.idCount
        message.ids = person.ids
        message.firstTime = .init(microseconds: person.first)
        message.lastTime = .init(microseconds: stored.lastAct)
        message.events = person.events
        message.selection = plan.message
        return message
    }

    /// As many journeys as an answer has, and whether those are all with all their touches.
    private static func shown(
        _ journeys: [JourneyTelling.Told]
    ) -> (shown: [JourneyTelling.Told], isAll: Bool) {
        var shown: [JourneyTelling.Told] = []
        var touches = 0
        for told in journeys.prefix(mostEntries) {
            touches += told.touches.count
            if touches > mostTouches, !shown.isEmpty { break }
            shown.append(told)
        }
        return (shown, shown.count == journeys.count && touches <= mostTouches)
    }

    private static func message(
        _ telling: JourneyTelling,
        _ told: [JourneyTelling.Told],
        _ places: [Int32: TouchPlace]
    ) throws -> AttributionV1.PersonTimeline {
        var message = AttributionV1.PersonTimeline()
        message.person = telling.person
        message.journeys = try told.map { told in
            var journey = telling.message(told, touches: mostTouches, places)
            if journey.end == .converted, told.touches.count <= mostTouches {
                journey.credits = try TouchCredits.credits(told, of: telling, places)
            }
            return journey
        }
        return message
    }
}
