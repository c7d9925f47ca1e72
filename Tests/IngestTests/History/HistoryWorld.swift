import Contracts
import Jobs
import Messages
import Postgres
import RPC
import Simulator
import Taxonomy
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@testable import Ingest

/// Events of a messy shop, and the slow answers to all questions about them.
struct HistoryWorld {
    private(set) var events: [IngestV1.Event] = []

    /// Events of three days from 2026-03-01 on: pages of messy traffic, clicks and impressions with
    /// and without anything known of them, and what is no touch.
    init(seed: UInt64, pages: Int) {
        var simulator = TrafficSimulator(seed: seed)
        for index in 0..<pages {
            let found = simulator.next()
            let kind: IngestV1.Event.Kind =
                index % 10 == 0 ? .click : index % 10 == 1 ? .conversion : .page
            add(kind, day: index % 3) { event in
                event.visit = IngestV1.Visit()
                event.visit?.pageURL = found.page
                event.visit?.referrer = found.referrer
            }
        }
        for index in 0..<9 {
            add(.click, day: index % 3)
            add(.impression, day: index % 3) { $0.channel = "display" }
            add(.page, day: index % 3) { $0.channel = "email" }
            add(.page, day: index % 3)
            add(.custom, day: index % 3) { $0.name = "something" }
            // Neither in the default group nor known to be anything.
            add(.page, day: index % 3) { $0.visit = Self.visit("crm", "sale") }
        }
    }

    static func visit(_ source: String, _ medium: String) -> IngestV1.Visit {
        var visit = IngestV1.Visit()
        visit.source = source
        visit.medium = medium
        visit.campaign = "c"
        visit.referrer = "https://partner.example/"
        return visit
    }

    @discardableResult
    mutating func add(
        _ kind: IngestV1.Event.Kind,
        day: Int,
        _ change: (inout IngestV1.Event) -> Void = { _ in }
    ) -> String {
        let id = "e\(events.count)"
        let seconds = Int64(day * 86_400 + events.count % 3_600)
        var event = ServedIngest.event(id, after: seconds)
        event.kind = kind
        change(&event)
        events.append(event)
        return id
    }

    // MARK: The slow way

    /// What is known of an event's visit.
    static func clues(_ event: IngestV1.Event) -> TouchClues? {
        guard let visit = event.visit else { return nil }
        var clues = TouchClues()
        clues.page = visit.pageURL
        clues.referrer = visit.referrer
        for (field, value) in [
            (CampaignField.source, visit.source), (.medium, visit.medium),
            (.campaign, visit.campaign),
        ] where !value.isEmpty { clues.tags[field] = value }
        return clues
    }

    /// Where an event belongs.
    struct Place: Hashable {
        /// Empty if it has no channel.
        var channel = ""
        var rule: String?
        var confidence: Double?
        var isNamed = false
        /// Whether anything says where its visitor came from.
        var hasEvidence = false

        var isUnknown: Bool { !isNamed && (rule == nil || (confidence ?? 0) < 0.5) }
    }

    static func place(_ event: IngestV1.Event, _ mapper: ChannelMapper) -> Place {
        var place = Place()
        if let clues = clues(event) {
            let traffic = TrafficSource(clues)
            let mapped = mapper.map(traffic)
            place.channel = "\(mapped.channel)"
            place.rule = mapped.rule
            place.confidence = mapped.confidence.value
            place.hasEvidence = !traffic.grounds.isEmpty
        }
        if !event.channel.isEmpty {
            place = Place(
                channel: event.channel,
                confidence: 1,
                isNamed: true,
                hasEvidence: true
            )
        }
        return place
    }

    /// The touches, and where they belong.
    func touches(_ mapper: ChannelMapper) -> [(event: IngestV1.Event, place: Place)] {
        events.map { ($0, Self.place($0, mapper)) }.filter { event, place in
            event.kind == .click || event.kind == .impression
                || (event.kind == .page && place.hasEvidence)
        }
    }

    /// A mapper by the default group, and other rules before it.
    static func mapper(
        _ own: [IngestV1.ChannelRule] = [],
        version: Int64 = 0
    ) throws -> ChannelMapper {
        ChannelMapper(
            try own.ruleSet(of: .visits, with: DefaultChannelGroup.rules),
            version: version
        )
    }
}

extension ServedIngest {
    /// The first tenant's rows.
    var scope: TenantScope {
        get throws {
            try served.database.scope(
                for: try served.context(served.members[0]),
                before: SchemaFixture.soon
            )
        }
    }

    /// Waits until so many of the service's sessions wait for a lock.
    func waiters(_ count: Int) async throws {
        try await wait(
            for: """
                select count(*) from pg_stat_activity
                where wait_event_type = 'Lock' and datname = current_database()
                """,
            of: ["\(count)"]
        )
    }

    /// Maps history anew, and waits until it is done.
    @discardableResult
    func remap(_ from: String = "", _ to: String = "") async throws -> IngestV1.HistoryRemap {
        var request = IngestV1.RemapHistoryRequest()
        (request.from, request.to) = (from, to)
        return try await finish(try await history.remapHistory(request).message.value().name)
    }

    /// Waits until an operation is done, and tells what came of it.
    func finish(_ operation: String) async throws -> IngestV1.HistoryRemap {
        let id = try #require(JobID(operation.replacing("operations/ingest.", with: "")))
        try await served.finishJobs(of: served.members[0])
        let job = try #require(try await served.jobs.job(id, in: scope))
        #expect(job.state == .done)
        let bytes = job.result ?? []
        return try IngestV1.HistoryRemap(decoding: bytes.rawBytes)
    }

    /// Writes all events of a world, a hundred at a time.
    func write(_ world: HistoryWorld) async throws {
        for start in stride(from: 0, to: world.events.count, by: 100) {
            try await write(Array(world.events[start..<min(start + 100, world.events.count)]))
        }
    }
}

extension IngestV1.EventShare {
    /// Whether it says just this, with no doubt.
    func isExactly(_ count: Int, of whole: Int) -> Bool {
        let part = whole == 0 ? 0 : Double(count) / Double(whole)
        return events == Int64(count) && share == part && lower == part && upper == part
    }
}

extension Statement {
    /// Keeps an event from being changed.
    static let holdEvent = Statement(
        "test.hold_event",
        "select key from events where event_id = $1 for update"
    )
}
