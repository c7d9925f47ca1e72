internal import Contracts
public import Messages
internal import RPC
internal import Taxonomy
internal import Telemetry
public import Tenancy
internal import Wire

/// Serves the mappings of tenants' spend; its contract says what each method does.
struct SpendMappingsService: IngestV1.SpendMappings.Service {
    private let database: TenantDatabase
    private let pages: PageTokens
    private let mappings = SpendMappingStore()
    private let spend = SpendStore()

    init(_ database: TenantDatabase, pages: PageTokens) {
        self.database = database
        self.pages = pages
    }

    func getSpendMapping(
        _ request: Message<IngestV1.GetSpendMappingRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.SpendMapping> {
        let version = request.view.version
        guard version >= 0 else {
            throw RPCError(.invalidArgument, "version: expected 0 or a version's number")
        }
        let mapping = try await mappings.mapping(version, in: database.scope(for: call))
        return Reply(mapping.message(try mapping.ruleSet()))
    }

    func putSpendMapping(
        _ request: Message<IngestV1.PutSpendMappingRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.SpendMapping> {
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
        try violations.finish("the mapping cannot be put")
        let mapping = StoredSpendMapping(
            version: value.expectedVersion + 1,
            rules: value.rules,
            reason: value.reason,
            actor: try call.tenant.actor.description,
            time: .now
        )
        var message = mapping.message(try mapping.ruleSet())
        let scope = try database.scope(for: call)
        if value.validateOnly {
            try await NamedChannels.check(value.rules.map(\.channel), in: scope)
        } else {
            message.remappedSources = try await mappings.put(mapping, in: scope)
        }
        return Reply(message)
    }

    func listUnmappedSpend(
        _ request: Message<IngestV1.ListUnmappedSpendRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ListUnmappedSpendResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let groups = try await spend.unmapped(
            offset: page.offset,
            limit: page.count + 1,
            in: database.scope(for: call)
        )
        var response = IngestV1.ListUnmappedSpendResponse()
        (response.groups, response.nextPageToken) = page.cutByOffset(groups)
        return Reply(response)
    }
}

extension IngestV1.ListUnmappedSpendRequest: PagedRequest {}
