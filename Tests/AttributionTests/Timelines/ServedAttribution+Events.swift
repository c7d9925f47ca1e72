import Attribution
import Contracts
import Foundation
import Jobs
import Messages
import RPC
import Tenancy
import TestTenants
import Testing
import Wire

extension ServedAttribution {
    /// A page that a visitor opened at 2026-03-01T12:00:00Z, or so many minutes later, from an ad.
    static func event(
        _ id: String,
        after minutes: Int64 = 0,
        _ change: (inout IngestV1.Event) -> Void = { _ in }
    ) -> IngestV1.Event {
        var event = IngestV1.Event()
        event.eventID = id
        event.kind = .page
        var time = GoogleProtobuf.Timestamp()
        time.seconds = 1_772_366_400 + minutes * 60
        event.occurredAt = time
        event.anonymousID = "visitor"
        change(&event)
        return event
    }

    /// A visit by a campaign.
    static func visit(
        _ source: String,
        _ medium: String,
        _ campaign: String = ""
    ) -> IngestV1.Visit {
        var visit = IngestV1.Visit()
        (visit.source, visit.medium, visit.campaign) = (source, medium, campaign)
        return visit
    }

    /// An order.
    static func order(
        _ id: String,
        _ value: String,
        after minutes: Int64,
        name: String = "Order Completed",
        _ change: (inout IngestV1.Event) -> Void = { _ in }
    ) -> IngestV1.Event {
        event("\(name.replacing(" ", with: "-"))-\(id)-\(minutes)", after: minutes) {
            ($0.kind, $0.name, $0.orderID) = (.custom, name, id)
            ($0.value, $0.currency) = (value, value.isEmpty ? "" : "EUR")
            change(&$0)
        }
    }

    func write(_ events: [IngestV1.Event]) async throws {
        var request = IngestV1.WriteEventsRequest()
        request.events = events
        let answer = try await self.events.writeEvents(request).message.value()
        #expect(answer.outcomes.allSatisfy { $0.fate == .duplicate }, "\(answer)")
    }

    func delete(_ change: (inout IngestV1.DeleteEventsRequest) -> Void) async throws {
        var request = IngestV1.DeleteEventsRequest()
        change(&request)
        _ = try await erasure.deleteEvents(request)
        try await served.finishJobs(of: served.members[0])
    }

    func forget(visitor: String) async throws {
        var request = IngestV1.ForgetPersonRequest()
        request.anonymousID = visitor
        _ = try await erasure.forgetPerson(request)
        try await served.finishJobs(of: served.members[0])
    }

    /// Puts another touch rule in force.
    func activate(_ change: (inout IngestV1.TouchRule) -> Void) async throws {
        var get = IngestV1.GetDefinitionRequest()
        get.subject = "touch-rule"
        let active = try await definitions.getDefinition(get).message.value()
        var create = IngestV1.CreateDraftRequest()
        (create.subject, create.reason) = ("touch-rule", "a test")
        create.content = Self.changed(active, change)
        let draft = try await definitions.createDraft(create).message.value()
        var validate = IngestV1.ValidateDraftRequest()
        (validate.subject, validate.version) = (draft.subject, draft.version)
        (validate.from, validate.to) = ("2026-03-01", "2026-03-02")
        validate.revision = draft.revision
        let tried = try await definitions.validateDraft(validate).message.value()
        var request = IngestV1.ActivateDraftRequest()
        (request.subject, request.version) = (tried.subject, tried.version)
        (request.revision, request.reason) = (tried.revision, "test")
        _ = try await definitions.activateDraft(request)
    }

    private static func changed(
        _ definition: IngestV1.Definition,
        _ change: (inout IngestV1.TouchRule) -> Void
    ) -> IngestV1.CreateDraftRequest.Content? {
        guard case .touchRule(var rule)? = definition.content else { return nil }
        change(&rule)
        return .touchRule(rule)
    }

    /// Has the events of a source mapped to a channel, those that are stored too.
    func map(_ source: String, to channel: String, after version: Int64) async throws {
        var test = IngestV1.RuleTest()
        (test.field, test.operator, test.values) = (.source, .equals, [source])
        var condition = IngestV1.RuleCondition()
        condition.tests = [test]
        var rule = IngestV1.ChannelRule()
        (rule.name, rule.channel, rule.conditions) = ("test", channel, [condition])
        var put = IngestV1.PutRulesRequest()
        (put.rules, put.reason, put.expectedVersion) = ([rule], "test", version)
        _ = try await taxonomy.putRules(put)
        var remap = IngestV1.RemapHistoryRequest()
        (remap.from, remap.to) = ("2026-02-01", "2026-04-30")
        _ = try await history.remapHistory(remap)
        try await served.finishJobs(of: served.members[0])
    }

    /// Waits until everything that was committed can be looked at: transactions of all tests on the
    /// server hold the feed back.
    func settle() async throws {
        let late = """
            select 1 from event_commits where xid >= pg_snapshot_xmin(pg_current_snapshot()) limit 1
            """
        while try await rows(late) != [] { await Task.yield() }
    }

    /// Brings timelines up to date, with everything that was committed.
    @discardableResult
    func build() async throws -> AttributionV1.TimelineBuild {
        try await settle()
        let request = AttributionV1.BuildTimelinesRequest()
        let operation = try await timelines.buildTimelines(request).message.value()
        try await served.finishJobs(of: served.members[0])
        let id = try #require(JobID(operation.name.replacing("operations/attribution.", with: "")))
        let context = try served.context(served.members[0])
        let scope = try served.database.scope(
            for: context,
            before: .now.advanced(by: .seconds(30))
        )
        let job = try #require(try await served.jobs.job(id, in: scope))
        #expect(job.state == .done, "\(job)")
        let bytes = job.result ?? []
        return try AttributionV1.TimelineBuild(decoding: bytes.rawBytes)
    }

    /// Rows of the first tenant.
    @discardableResult
    func rows(_ sql: String) async throws -> [String] {
        let schema = served.members[0].id.schemaName
        return try await served.fixture.lines("set search_path to \(schema); \(sql)")
            .filter { $0 != "SET" }
    }

    /// Has the timelines of all persons made anew.
    func markAll() async throws {
        try await rows(
            """
            begin;
            do 'begin perform 1 from timeline_head for update; end';
            insert into timeline_changes (id) select id from timeline_members
            on conflict (id) do nothing;
            commit
            """
        )
    }

    /// Forgets all timelines, as if there never were any.
    func reset() async throws {
        try await rows(
            """
            truncate timelines, timeline_members, timeline_changes, timeline_conversions,
                touch_places, overused_orders restart identity;
            update timeline_head set xid = '0', commit_id = 0, touch_rule = 0, current_at = null
            """
        )
    }

    /// All timelines, a line each, with what the numbers of their places stand for.
    func stored() async throws -> [String] {
        var places: [Int32: String] = [:]
        for line in try await rows(
            """
            select number, concat_ws('/', coalesce(channel::text, '-'), coalesce(source, '-'),
                coalesce(medium, '-'), coalesce(campaign, '-'))
            from touch_places
            """
        ) {
            let parts = line.split(separator: "|", maxSplits: 1)
            places[try #require(Int32(parts[0]))] = String(parts[1])
        }
        return try await rows(
            """
            select encode(timeline, 'hex'), person, array_to_string(ids, ','), events,
                array_to_string(orders, ','), touches, conversions
            from timelines where not is_too_large order by person collate "C"
            """
        ).map { line in try Self.told(line, places) }
    }

    /// A row of a timeline as it is told.
    private static func told(_ line: String, _ places: [Int32: String]) throws -> String {
        let parts = line.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
            .map(String.init)
        let digits = Array(parts[0].utf8)
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            let pair = String(decoding: digits[place..<place + 2], as: UTF8.self)
            bytes.append(try #require(UInt8(pair, radix: 16)))
        }
        let message = try AttributionV1.StoredTimeline(decoding: bytes.rawBytes)
        return "\(parts[1]) \(text(message, places))"
    }

    /// Touches as `kind@time:place`, conversions as `#kind…` where they come, with refunds in other
    /// currencies as `~value@time:currency`, and at the end the refunds that pay back nothing as
    /// `!value@time:currency`, with `+` for what is over and `?` for what cannot be read.
    static func text(
        _ timeline: AttributionV1.StoredTimeline,
        _ places: [Int32: String]
    ) -> String {
        var parts: [String] = []
        var time: Int64 = 0
        for index in 0...timeline.touchTimes.count {
            for conversion in timeline.conversions where conversion.touchesBefore == index {
                parts.append(
                    "#\(conversion.kind)@\(conversion.time):\(conversion.eventID):"
                        + "\(conversion.orderID):\(conversion.valueMillionths):"
                        + "\(Self.text(conversion.refunds)):\(conversion.currency)"
                        + conversion.foreignRefunds
                        .map { "~\($0.millionths)@\($0.time):\($0.currency)" }.joined()
                        + (conversion.cancelTime.map { ":cancelled@\($0)" } ?? "")
                )
            }
            guard index < timeline.touchTimes.count else { break }
            time += timeline.touchTimes[index]
            let place = places[timeline.touchPlaces[index]] ?? "?"
            parts.append("\(timeline.touchKinds[index].rawValue)@\(time):\(place)")
        }
        parts += timeline.unmatchedRefunds.map { refund in
            "!\(refund.millionths)@\(refund.time):\(refund.currency)"
                + ["", "", "+", "?"][Int(refund.problem.rawValue)]
        }
        return parts.joined(separator: " ")
    }

    private static func text(_ refunds: [AttributionV1.StoredTimeline.Refund]) -> String {
        refunds.map { "\($0.millionths)@\($0.time)" }.joined(separator: "+")
    }
}
