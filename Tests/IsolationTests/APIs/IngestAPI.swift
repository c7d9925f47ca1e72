import Attribution
import Contracts
import Ingest
import Jobs
import Lifecycle
import Messages
import MixModel
import RPC
import Schema
import Tenancy
import TestTenants
import Testing
import Wire

extension TenantAPI {
    /// What ingest serves, what attribution makes of ingest's events and imports, and what mix
    /// models are held to.
    static func ingest() throws -> TenantAPI {
        let pages = PageTokens(try .ephemeral())
        let service = try #require(ServiceName("ingest"))
        return TenantAPI(
            service,
            migrations: try [.ingest(), .attribution(), .mixModel()],
            contracts: [
                IngestV1.Channels.schema, IngestV1.Taxonomy.schema, IngestV1.Events.schema,
                IngestV1.Segment.schema, IngestV1.Series.schema, IngestV1.SpendMappings.schema,
                IngestV1.Rejected.schema, IngestV1.Imports.schema,
                IngestV1.TaxonomyHistory.schema, IngestV1.DataQuality.schema,
                IngestV1.Erasure.schema, IngestV1.Definitions.schema,
                AttributionV1.Models.schema, AttributionV1.Journeys.schema,
                AttributionV1.Timelines.schema, AttributionV1.Runs.schema,
                MixModelV1.Calibrations.schema, MixModelV1.Panels.schema,
                MixModelV1.Models.schema, MixModelV1.Results.schema, MixModelV1.Budgets.schema,
                AttributionV1.Credits.schema,
            ],
            status: IngestService.status(of:),
            calls: channelCalls + taxonomyCalls + eventCalls + seriesCalls + mappingCalls
                + rejectedCalls + historyCalls + importCalls + qualityCalls + definitionCalls
                + timelineCalls + erasureCalls + modelCalls + journeyCalls + runCalls
                + mixCalls,
            steps: { _ in
                let remap = JobType<IngestV1.RemapHistoryRequest>("remap_history", of: service)
                let look = JobType<IngestV1.TakeSnapshotRequest>("quality_snapshot", of: service)
                let build = JobType<AttributionV1.BuildTimelinesRequest>(
                    "build_timelines",
                    of: service
                )
                return [
                    Schedule.Step(remap, IngestV1.RemapHistoryRequest()),
                    Schedule.Step(look, IngestV1.TakeSnapshotRequest()),
                    Schedule.Step(build, AttributionV1.BuildTimelinesRequest()),
                ]
            },
            narrow: narrowColumns
        ) { database, queue in
            let work = IngestService.work(of: service, on: database, queue, pages: pages)
            let attribution = AttributionService.work(
                of: service,
                on: database,
                queue,
                pages: pages,
                version: "0"
            )
            let mix = MixModelService.work(
                of: service,
                on: database,
                queue,
                pages: pages,
                version: "0"
            )
            return .init(
                (work.contracts + attribution.contracts + mix.contracts).flatMap(\.methods),
                doing: work.handlers + attribution.handlers + mix.handlers
            )
        }
    }

    /// Columns that no call can put its word into, or not for long: days, numbers of events, the
    /// service's own words, digests, and what timelines have of events that come and go while they
    /// are built.
    private static let narrowColumns: Set<String> = [
        "jobs.unique_key", "jobs.progress_text", "jobs.problem", "imports.state",
        "imports.checkpoint", "imports.reason", "conversions.currency",
        "touch_places.source", "touch_places.medium", "touch_places.campaign",
        "touch_places.ad", "timeline_conversions.person", "timeline_conversions.geo",
        "timeline_conversions.kind", "timeline_conversions.currency",
        "timeline_head.time_zone",
        "timelines.orders", "attribution_runs.state", "attribution_runs.problem",
        "attribution_runs.fingerprint", "attribution_runs.version",
        "attribution_runs.schedule", "mix_panels.fingerprint", "mix_panels.currency",
        "mix_models.state", "mix_models.configuration_digest", "mix_models.version",
        "mix_models.problem",
    ]

    private static let channelCalls: [TenantCall] = [
        .unary(IngestV1.Channels.createChannel, answering: IngestV1.Channel.View.self) { words in
            var request = IngestV1.CreateChannelRequest()
            request.channel = channel("c\(words.canary)_\(words.round)", words)
            return request
        },
        // A name that all tenants use, and that is taken at the second time.
        .unary(IngestV1.Channels.createChannel, answering: IngestV1.Channel.View.self) { words in
            var request = IngestV1.CreateChannelRequest()
            request.channel = channel("shared", words)
            return request
        },
        .unary(IngestV1.Channels.updateChannel, answering: IngestV1.Channel.View.self) { words in
            var request = IngestV1.UpdateChannelRequest()
            request.slug = "shared"
            request.channel = channel("", words)
            request.channel?.aliases.append("a\(words.canary)_\(words.round)")
            return request
        },
        .unary(IngestV1.Channels.updateChannel, answering: IngestV1.Channel.View.self) { words in
            var request = IngestV1.UpdateChannelRequest()
            request.slug = "absent_\(words.canary)"
            request.channel = channel("", words)
            return request
        },
        .unary(
            IngestV1.Channels.listChannels,
            answering: IngestV1.ListChannelsResponse.View.self
        ) { _ in IngestV1.ListChannelsRequest() },
    ]

    private static let taxonomyCalls: [TenantCall] = [
        .unary(IngestV1.Taxonomy.putRules, answering: IngestV1.ChannelRules.View.self) { words in
            rules(named: words.canary, words)
        },
        .unary(IngestV1.Taxonomy.putRules, answering: IngestV1.ChannelRules.View.self) { words in
            rules(named: String(repeating: words.canary, count: 10), words)
        },
        .unary(IngestV1.Taxonomy.getRules, answering: IngestV1.ChannelRules.View.self) { _ in
            IngestV1.GetRulesRequest()
        },
        .unary(
            IngestV1.Taxonomy.listRuleVersions,
            answering: IngestV1.ListRuleVersionsResponse.View.self
        ) { _ in IngestV1.ListRuleVersionsRequest() },
        .unary(
            IngestV1.Taxonomy.listRuleVersions,
            answering: IngestV1.ListRuleVersionsResponse.View.self
        ) { words in
            var request = IngestV1.ListRuleVersionsRequest()
            request.pageToken = words.canary
            return request
        },
        .unary(
            IngestV1.Taxonomy.mapChannels,
            answering: IngestV1.MapChannelsResponse.View.self
        ) { words in
            var (own, tagged) = (IngestV1.Visit(), IngestV1.Visit())
            own.source = words.canary
            tagged.pageURL = "https://\(words.canary).example/?utm_source=\(words.canary)&gclid=1"
            tagged.referrer = "https://\(words.canary).example/"
            var request = IngestV1.MapChannelsRequest()
            request.visits = [own, tagged]
            return request
        },
        .unary(IngestV1.Taxonomy.validateUtm, answering: IngestV1.UtmReport.View.self) { words in
            var request = IngestV1.ValidateUtmRequest()
            request.url = "https://shop.example/?utm_source=\(words.canary)&utm_x=\(words.canary)"
            return request
        },
    ]

    private static let eventCalls: [TenantCall] = [
        .unary(
            IngestV1.Events.writeEvents,
            answering: IngestV1.WriteEventsResponse.View.self
        ) { words in
            var request = IngestV1.WriteEventsRequest()
            // One whose id all tenants use, one of its own, and one that is rejected.
            request.events = [
                event("shared", words), event("\(words.canary)-\(words.round)", words),
                event("", words),
            ]
            request.origin = words.canary
            return request
        },
        TenantCall(IngestV1.Events.streamEvents) { channel, words in
            let call = try await IngestV1.Events.Client(channel).streamEvents()
            var request = IngestV1.WriteEventsRequest()
            request.events = [event("\(words.canary)-s\(words.round)", words)]
            try await call.send(request)
            await call.finishSending()
            var answers: [SharedBytes] = []
            while let answer = try await call.next() { answers.append(answer.canonicalBytes()) }
            return answers
        },
        TenantCall(IngestV1.Segment.sendSegment) { channel, words in
            let call = try await IngestV1.Segment.Client(channel).sendSegment()
            var part = IngestV1.SegmentPart()
            part.call = "track"
            let event = """
                {"messageId": "\(words.canary)-t\(words.round)", "userId": "\(words.canary)",
                 "event": "\(words.canary)", "timestamp": "\(words.canary)"}
                """
            part.body = Array(event.utf8)
            try await call.send(part)
            return [try await call.finish().message.canonicalBytes()]
        },
        .unary(
            IngestV1.Events.countEvents,
            answering: IngestV1.CountEventsResponse.View.self
        ) { _ in
            var request = IngestV1.CountEventsRequest()
            (request.from, request.to) = ("2026-01-01", "2026-12-31")
            return request
        },
        .unary(
            IngestV1.Events.listEventCommits,
            answering: IngestV1.ListEventCommitsResponse.View.self
        ) { _ in IngestV1.ListEventCommitsRequest() },
        .unary(
            IngestV1.Events.listEventCommits,
            answering: IngestV1.ListEventCommitsResponse.View.self
        ) { words in
            var request = IngestV1.ListEventCommitsRequest()
            request.after = words.canary
            return request
        },
    ]

    private static func event(_ id: String, _ words: TenantWords) -> IngestV1.Event {
        var event = IngestV1.Event()
        event.eventID = id
        event.kind = .custom
        event.name = "of \(words.canary)"
        event.userID = words.canary
        event.anonymousID = words.canary
        event.orderID = words.canary
        event.geo = words.canary
        (event.value, event.currency) = ("1", "EUR")
        event.channel = words.round.isMultiple(of: 2) ? "" : "c\(words.canary)_0"
        event.properties = #"{"word": "\#(words.canary)"}"#
        var visit = IngestV1.Visit()
        visit.source = words.canary
        visit.medium = words.canary
        visit.campaign = words.canary
        visit.content = words.canary
        visit.pageURL = "https://\(words.canary).example/"
        event.visit = visit
        return event
    }

    private static func channel(_ slug: String, _ words: TenantWords) -> IngestV1.Channel {
        var channel = IngestV1.Channel()
        channel.slug = slug
        channel.label = "of \(words.canary)"
        return channel
    }

    static func rules(
        named name: String,
        _ words: TenantWords
    ) -> IngestV1.PutRulesRequest {
        var test = IngestV1.RuleTest()
        test.field = .source
        test.operator = .equals
        test.values = [words.canary]
        var condition = IngestV1.RuleCondition()
        condition.tests = [test]
        var rule = IngestV1.ChannelRule()
        rule.name = name
        rule.channel = "shared"
        rule.conditions = [condition]
        var request = IngestV1.PutRulesRequest()
        request.rules = [rule]
        request.reason = "because of \(words.canary)"
        request.expectedVersion = Int64(words.round)
        return request
    }
}
