internal import Contracts
internal import Jobs
public import Messages
internal import RPC
internal import Taxonomy
internal import Telemetry
public import Tenancy
internal import Wire

/// Serves tenants' rules and what they say of links; its contract says what each method does.
struct TaxonomyService: IngestV1.Taxonomy.Service {
    private let database: TenantDatabase
    private let catalogue: TenantCatalogue
    private let remaps: HistoryRemapQueue
    private let pages: PageTokens
    private let store = RuleStore()

    init(
        _ database: TenantDatabase,
        _ catalogue: TenantCatalogue,
        _ remaps: HistoryRemapQueue,
        pages: PageTokens
    ) {
        self.database = database
        self.catalogue = catalogue
        self.remaps = remaps
        self.pages = pages
    }

    // MARK: Rules

    func getRules(
        _ request: Message<IngestV1.GetRulesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ChannelRules> {
        let version = request.view.version
        guard version >= 0 else {
            throw RPCError(.invalidArgument, "version: expected 0 or a version's number")
        }
        let rules = try await store.rules(version, in: database.scope(for: call))
        return Reply(rules.message(try rules.ruleSet()))
    }

    func listRuleVersions(
        _ request: Message<IngestV1.ListRuleVersionsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ListRuleVersionsResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let versions = try await store.versions(
            before: page.placeText.flatMap { Int64($0) } ?? .max,
            limit: page.count + 1,
            in: database.scope(for: call)
        )
        let (shown, next) = page.cut(versions) { "\($0.version)" }
        var response = IngestV1.ListRuleVersionsResponse()
        response.versions = shown.map { $0.message(nil) }
        response.nextPageToken = next
        return Reply(response)
    }

    func putRules(
        _ request: Message<IngestV1.PutRulesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ChannelRules> {
        let value = request.value()
        var violations = FieldViolations()
        violations.check(
            (1...500).contains(value.reason.count),
            "reason",
            "expected 1 to 500 characters"
        )
        violations.check(
            (0..<Int64.max).contains(value.expectedVersion),
            "expected_version",
            "expected 0 or a version's number"
        )
        violations.check(
            !value.validateOnly || !value.remapsHistory,
            "remaps_history",
            "rules that are only checked map nothing"
        )
        try violations.finish("the rules cannot be put")
        let rules = StoredRules(
            version: value.expectedVersion + 1,
            own: value.rules,
            hasDefaultGroup: !value.excludesDefaultGroup,
            reason: value.reason,
            actor: try call.tenant.actor.description,
            time: .now
        )
        let set = try rules.ruleSet()
        let scope = try database.scope(for: call)
        let channels = value.rules.map(\.channel)
        var message = rules.message(set)
        if value.validateOnly {
            try await store.check(channels, in: scope)
        } else {
            let job = try remaps.job(IngestV1.RemapHistoryRequest()).serving(call)
            try await store.put(rules, naming: channels, in: scope) { transaction in
                guard value.remapsHistory else { return }
                let enqueued = try await remaps.queue.enqueue([job], in: transaction, of: scope)
                message.remapOperation = remaps.operation(enqueued[0].id)
            }
            catalogue.forget(try call.tenant.tenant)
        }
        return Reply(message)
    }

    // MARK: Links

    func mapChannels(
        _ request: Message<IngestV1.MapChannelsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.MapChannelsResponse> {
        let value = request.value()
        guard (1...1_000).contains(value.visits.count) else {
            throw RPCError(.invalidArgument, "visits: expected 1 to 1,000")
        }
        let mapper = try await catalogue.mapper(for: call)
        var response = IngestV1.MapChannelsResponse()
        response.channels = try value.visits.enumerated().map { index, visit in
            let traffic = TrafficSource(try TouchClues(visit, at: "visits[\(index)]"))
            return IngestV1.MappedChannel(mapper.map(traffic), of: traffic)
        }
        return Reply(response)
    }

    func validateUtm(
        _ request: Message<IngestV1.ValidateUtmRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.UtmReport> {
        let value = request.value()
        let link = TaggedLink(value)
        guard link.hasTags || !value.url.isEmpty else {
            throw RPCError(.invalidArgument, "expected a url, or utm_source and the other tags")
        }
        let mapper = try await catalogue.mapper(for: call)
        let traffic = TrafficSource(link.clues)
        let channel = IngestV1.MappedChannel(mapper.map(traffic), of: traffic)
        return Reply(IngestV1.UtmReport(link.report, of: value.url, channel: channel))
    }
}

extension IngestV1.ListRuleVersionsRequest: PagedRequest {}
