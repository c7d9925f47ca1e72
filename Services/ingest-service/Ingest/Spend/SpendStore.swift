internal import Messages
internal import Postgres
internal import RPC
internal import Taxonomy
internal import Tenancy

/// The sources of spend, and where they belong: all their SQL.
struct SpendStore: Sendable {
    /// How many sources a tenant has at most: a new mapping asks about each.
    static let mostSources = 100_000
    /// How many are mapped before others on the loop have their turn.
    private static let share = 32
    private static let pageCount = 1_000

    /// The numbers of channels by names, which rows may write with white space around them.
    func channels(
        named names: Set<String>,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> [String: Int32] {
        if names.isEmpty { return [:] }
        var channels: [String: Int32] = [:]
        for row in try await transaction.query(.findChannels, Array(names)) {
            let (name, number) = try row.read(String.self, Int32.self)
            channels[name] = number
        }
        return channels
    }

    /// Adds sources that are not there yet, with the channels that they belong to.
    ///
    /// - Parameters:
    ///   - sources: what rows are of.
    ///   - mapper: the mapping in force.
    ///   - transaction: the tenant's.
    /// - Throws: RESOURCE_EXHAUSTED if there would be too many; `PostgresError`.
    func add(
        _ sources: Set<SpendSource>,
        mappedBy mapper: SpendMapper,
        in transaction: PostgresTransaction
    ) async throws {
        var absent: Set<PostgresUUID> = []
        for row in try await transaction.query(.findAbsentSources, sources.map(\.id)) {
            absent.insert(try row.read(PostgresUUID.self))
        }
        if absent.isEmpty { return }
        // All writers add in one order, so that none waits for one that waits for it.
        let added = sources.filter { absent.contains($0.id) }.sorted { $0.id < $1.id }
        var channels: [Int32?] = []
        for (index, source) in added.enumerated() {
            if index % Self.share == Self.share - 1 { await Task.yield() }
            channels.append(source.channel ?? mapper.channel(of: source.clues))
        }
        try await transaction.query(
            .insertSources,
            added.map(\.id),
            added.map(\.clues.platform),
            added.map(\.clues.account),
            added.map(\.clues.campaign),
            added.map(\.clues.adGroup),
            added.map(\.clues.column),
            added.map(\.channel),
            channels,
            mapper.version
        )
        let count = try await transaction.query(.countSources).one().read(Int.self)
        guard count <= Self.mostSources else {
            throw RPCError(
                .resourceExhausted,
                "a tenant's spend has at most \(Self.mostSources) combinations of platform, "
                    + "account, campaign, ad group and column"
            )
        }
    }

    /// Maps all sources anew whose rows name no channel.
    ///
    /// - Parameters:
    ///   - mapper: the mapping that is put in force.
    ///   - transaction: the tenant's, in which nobody adds sources meanwhile.
    /// - Returns: those that have another channel now.
    /// - Throws: `PostgresError`.
    /// - Complexity: linear in the sources, of which a page is in memory.
    func remap(
        with mapper: SpendMapper,
        in transaction: PostgresTransaction
    ) async throws(PostgresError) -> [PostgresUUID] {
        var moved: [PostgresUUID] = []
        var last = PostgresUUID(high: 0, low: 0)
        while true {
            let page = try await transaction.query(
                .listSources,
                last,
                Int64(Self.pageCount)
            )
            var ids: [PostgresUUID] = []
            var channels: [Int32?] = []
            for (index, row) in page.enumerated() {
                if index % Self.share == Self.share - 1 { await Task.yield() }
                last = try row.read(PostgresUUID.self, at: 0)
                let clues = SpendClues(
                    platform: try row.read(String.self, at: 1),
                    account: try row.read(String.self, at: 2),
                    campaign: try row.read(String.self, at: 3),
                    adGroup: try row.read(String.self, at: 4),
                    column: try row.read(String.self, at: 5)
                )
                let channel = mapper.channel(of: clues)
                ids.append(last)
                channels.append(channel)
                if channel != (try row.read(Int32?.self, at: 6)) { moved.append(last) }
            }
            if ids.isEmpty { return moved }
            try await transaction.query(.updateSources, ids, channels, mapper.version)
        }
    }

    /// Sums of spend without a channel, by platform, campaign, column and currency.
    ///
    /// - Parameters:
    ///   - offset: how many are left out.
    ///   - limit: how many.
    ///   - scope: the tenant's.
    /// - Returns: the sums, in the order of these.
    /// - Throws: `PostgresError`.
    func unmapped(
        offset: Int,
        limit: Int,
        in scope: TenantScope
    ) async throws(PostgresError) -> [IngestV1.ListUnmappedSpendResponse.Group] {
        let rows = try await scope.read(.listUnmapped, Int64(offset), Int64(limit))
        return try rows.map { row throws(PostgresError) in
            var group = IngestV1.ListUnmappedSpendResponse.Group()
            group.platform = try row.read(String.self, at: 0)
            group.campaign = try row.read(String.self, at: 1)
            group.column = try row.read(String.self, at: 2)
            group.currency = try row.read(String.self, at: 3)
            group.spend = try row.read(PostgresDecimal.self, at: 4).description
            group.rows = try row.read(Int64.self, at: 5)
            group.firstDate = try row.read(PostgresDate.self, at: 6).text
            group.lastDate = try row.read(PostgresDate.self, at: 7).text
            return group
        }
    }
}

extension Statement {
    fileprivate static let findChannels = Statement(
        "ingest.find_channels",
        """
        select asked, n.channel from unnest($1::text[]) as asked
        join channel_names n on n.name = asked
        """
    )
    fileprivate static let findAbsentSources = Statement(
        "ingest.find_absent_spend_sources",
        """
        select asked from unnest($1::uuid[]) as asked
        where not exists (select from spend_sources where source = asked)
        """
    )
    fileprivate static let insertSources = Statement(
        "ingest.insert_spend_sources",
        """
        insert into spend_sources (source, platform, account, campaign, ad_group, column_name,
            named_channel, channel, mapping_version)
        select r.*, $9
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
            $7::integer[], $8::integer[]) as r
        on conflict (source) do nothing
        """
    )
    fileprivate static let countSources = Statement(
        "ingest.count_spend_sources",
        "select count(*) from spend_sources"
    )
    fileprivate static let listSources = Statement(
        "ingest.list_spend_sources",
        """
        select source, platform, account, campaign, ad_group, column_name, channel
        from spend_sources
        where source > $1 and named_channel is null
        order by source limit $2
        """
    )
    fileprivate static let updateSources = Statement(
        "ingest.update_spend_sources",
        """
        update spend_sources set channel = m.channel, mapping_version = $3
        from unnest($1::uuid[], $2::integer[]) as m(source, channel)
        where spend_sources.source = m.source
        """
    )
    fileprivate static let listUnmapped = Statement(
        "ingest.list_unmapped_spend",
        """
        select o.platform, o.campaign, o.column_name, s.currency, sum(s.spend), count(*),
            min(s.day), max(s.day)
        from spend_sources o join spend s on s.source = o.source
        where o.channel is null
        group by o.platform, o.campaign, o.column_name, s.currency
        order by o.platform, o.campaign, o.column_name, s.currency
        offset $1 limit $2
        """
    )
}
