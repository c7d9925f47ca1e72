import Contracts
import Ingest
import Lifecycle
import Messages
import RPC
import Schema
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

/// Ingest, served to two tenants.
struct ServedIngest {
    let served: ServedTenants
    let channels: IngestV1.Channels.Client
    let taxonomy: IngestV1.Taxonomy.Client
    let history: IngestV1.TaxonomyHistory.Client
    let events: IngestV1.Events.Client
    let series: IngestV1.Series.Client
    let mappings: IngestV1.SpendMappings.Client
    let rejected: IngestV1.Rejected.Client
    let erasure: IngestV1.Erasure.Client
    let imports: IngestV1.Imports.Client
    let quality: IngestV1.DataQuality.Client
    let definitions: IngestV1.Definitions.Client

    /// Serves it.
    ///
    /// - Parameters:
    ///   - postgres: where; nil for the server that most tests share.
    ///   - limits: how much is deleted at once.
    ///   - rowsAtOnce: how many rows a job writes in a transaction.
    /// - Throws: whatever keeps it from being served.
    init(
        on postgres: PrivatePostgres? = nil,
        erasing limits: ErasureLimits = ErasureLimits(),
        rowsAtOnce: Int = 5_000
    ) async throws {
        let pages = PageTokens(try .ephemeral())
        let service = try #require(ServiceName("ingest"))
        let api = TenantAPI(
            service,
            migrations: try [.ingest()],
            contracts: [
                IngestV1.Channels.schema, IngestV1.Taxonomy.schema, IngestV1.Events.schema,
                IngestV1.Segment.schema, IngestV1.Series.schema, IngestV1.SpendMappings.schema,
                IngestV1.Rejected.schema, IngestV1.Imports.schema,
                IngestV1.TaxonomyHistory.schema, IngestV1.DataQuality.schema,
                IngestV1.Erasure.schema, IngestV1.Definitions.schema,
            ],
            status: IngestService.status(of:),
            calls: []
        ) { database, queue in
            let work = IngestService.work(
                of: service,
                on: database,
                queue,
                pages: pages,
                erasure: limits,
                rowsAtOnce: rowsAtOnce
            )
            return .init(work.contracts.flatMap(\.methods), doing: work.handlers)
        }
        served = try await ServedTenants(api, on: postgres)
        let channel = try served.channel(served.members[0])
        channels = IngestV1.Channels.Client(channel)
        taxonomy = IngestV1.Taxonomy.Client(channel)
        history = IngestV1.TaxonomyHistory.Client(channel)
        events = IngestV1.Events.Client(channel)
        series = IngestV1.Series.Client(channel)
        mappings = IngestV1.SpendMappings.Client(channel)
        rejected = IngestV1.Rejected.Client(channel)
        erasure = IngestV1.Erasure.Client(channel)
        imports = IngestV1.Imports.Client(channel)
        quality = IngestV1.DataQuality.Client(channel)
        definitions = IngestV1.Definitions.Client(channel)
    }

    /// The other tenant's way to it.
    var other: any RPCChannel {
        get throws { try served.channel(served.members[1]) }
    }

    func stop() async { await served.stop() }

    // MARK: Requests

    @discardableResult
    func create(
        _ slug: String,
        _ change: (inout IngestV1.Channel) -> Void = { _ in }
    ) async throws
        -> IngestV1.Channel
    {
        var request = IngestV1.CreateChannelRequest()
        request.channel = Self.channel(slug, change)
        return try await channels.createChannel(request).message.value()
    }

    @discardableResult
    func update(
        _ slug: String,
        _ change: (inout IngestV1.Channel) -> Void = { _ in }
    ) async throws
        -> IngestV1.Channel
    {
        var request = IngestV1.UpdateChannelRequest()
        request.slug = slug
        request.channel = Self.channel(slug, change)
        return try await channels.updateChannel(request).message.value()
    }

    private static func channel(
        _ slug: String,
        _ change: (inout IngestV1.Channel) -> Void
    ) -> IngestV1.Channel {
        var channel = IngestV1.Channel()
        channel.slug = slug
        change(&channel)
        return channel
    }

    /// Puts rules in force.
    @discardableResult
    func put(
        _ rules: [IngestV1.ChannelRule],
        after version: Int64,
        _ change: (inout IngestV1.PutRulesRequest) -> Void = { _ in }
    ) async throws -> IngestV1.ChannelRules {
        var request = IngestV1.PutRulesRequest()
        request.rules = rules
        request.reason = "a test"
        request.expectedVersion = version
        change(&request)
        return try await taxonomy.putRules(request).message.value()
    }

    /// The channel of a source and a medium.
    func map(_ source: String, _ medium: String) async throws -> IngestV1.MappedChannel {
        var visit = IngestV1.Visit()
        visit.source = source
        visit.medium = medium
        var request = IngestV1.MapChannelsRequest()
        request.visits = [visit]
        return try #require(try await taxonomy.mapChannels(request).message.value().channels.first)
    }

    /// A rule of one test.
    static func rule(
        _ name: String,
        _ channel: String,
        _ values: [String],
        _ operator: IngestV1.RuleTest.Operator = .equals
    ) -> IngestV1.ChannelRule {
        var test = IngestV1.RuleTest()
        test.field = .source
        test.operator = `operator`
        test.values = values
        var condition = IngestV1.RuleCondition()
        condition.tests = [test]
        var rule = IngestV1.ChannelRule()
        rule.name = name
        rule.channel = channel
        rule.conditions = [condition]
        return rule
    }
}
