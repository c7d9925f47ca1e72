internal import Messages
internal import Postgres
internal import RPC
internal import Taxonomy
internal import Telemetry
internal import Tenancy

/// The channels of tenants: all their SQL.
struct ChannelStore: Sendable {
    /// All channels, in the order of their numbers.
    func channels(in scope: TenantScope) async throws(PostgresError) -> [IngestV1.Channel] {
        try await scope.read(.listChannels, Int32?.none).map { row throws(PostgresError) in
            try IngestV1.Channel(row)
        }
    }

    /// The numbers of all channels, by each of their names.
    func numbers(in scope: TenantScope) async throws(PostgresError) -> [String: Int32] {
        var numbers: [String: Int32] = [:]
        for row in try await scope.read(.listNames) {
            let (name, number) = try row.read(String.self, Int32.self)
            numbers[name] = number
        }
        return numbers
    }

    /// The slugs of all channels, by their numbers.
    func slugs(in scope: TenantScope) async throws(PostgresError) -> [Int32: String] {
        let channels = try await channels(in: scope)
        return Dictionary(uniqueKeysWithValues: channels.map { ($0.number, $0.slug) })
    }

    /// Makes a channel.
    ///
    /// - Parameters:
    ///   - channel: what it is.
    ///   - scope: the tenant's.
    /// - Returns: the channel with its number.
    /// - Throws: ALREADY_EXISTS, INVALID_ARGUMENT, RESOURCE_EXHAUSTED, or `PostgresError`.
    func create(_ channel: Channel, in scope: TenantScope) async throws -> IngestV1.Channel {
        try await naming(channel) {
            try await scope.transaction { transaction in
                let rows = try await transaction.query(
                    .insertChannel,
                    channel.slug.description,
                    channel.label,
                    channel.aliases.map(\.description),
                    Int16(channel.color),
                    UTCTimestamp.now,
                    Int32(Channel.most)
                )
                guard let row = try rows.atMostOne() else {
                    throw RPCError(
                        .resourceExhausted,
                        "a tenant has at most \(Channel.most) channels"
                    )
                }
                let number = try row.read(Int32.self)
                return try await finish(channel, number: number, transaction)
            }
        }
    }

    /// Changes a channel.
    ///
    /// - Parameters:
    ///   - channel: what it is to be; its slug says which.
    ///   - scope: the tenant's.
    /// - Returns: the channel.
    /// - Throws: NOT_FOUND, ALREADY_EXISTS, INVALID_ARGUMENT, or `PostgresError`.
    func update(_ channel: Channel, in scope: TenantScope) async throws -> IngestV1.Channel {
        try await naming(channel) {
            try await scope.transaction { transaction in
                let rows = try await transaction.query(
                    .updateChannel,
                    channel.slug.description,
                    channel.label,
                    channel.aliases.map(\.description),
                    Int16(channel.color)
                )
                guard let row = try rows.atMostOne() else {
                    throw RPCError(.notFound, "there is no channel '\(channel.slug)'")
                }
                let number = try row.read(Int32.self)
                try await transaction.query(.deleteNames, number)
                return try await finish(channel, number: number, transaction)
            }
        }
    }

    /// Gives a channel its names and its parent, and reads it.
    private func finish(
        _ channel: Channel,
        number: Int32,
        _ transaction: PostgresTransaction
    ) async throws -> IngestV1.Channel {
        let names = [channel.slug.description] + channel.aliases.map(\.description)
        try await transaction.query(.insertNames, number, names)
        let parent = channel.parent?.description
        let placed = try await transaction.query(.setParent, number, parent)
        guard placed.affected == 1 else {
            throw RPCError(
                .invalidArgument,
                "channel.parent: expected the slug of a channel that is itself a part of none, for "
                    + "a channel without parts"
            )
        }
        return try IngestV1.Channel(
            try await transaction.query(.listChannels, Int32?(number)).one()
        )
    }

    /// Says of a name that two channels would have what is wrong.
    private func naming<Value>(
        _ channel: Channel,
        _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw RPCError(
                .alreadyExists,
                "'\(channel.slug)' or one of its aliases is a name of another channel",
                logMessage: error.description
            )
        }
    }
}

extension IngestV1.Channel {
    /// Reads a row of ``Statement/listChannels``.
    fileprivate init(_ row: Row) throws(PostgresError) {
        self.init()
        number = try row.read(Int32.self, at: 0)
        slug = try row.read(String.self, at: 1)
        label = try row.read(String.self, at: 2)
        parent = try row.read(String?.self, at: 3) ?? ""
        aliases = try row.read([String].self, at: 4)
        color = Int32(try row.read(Int16.self, at: 5))
        createTime = GoogleProtobuf.Timestamp(try row.read(UTCTimestamp.self, at: 6))
    }
}

extension Statement {
    /// All channels, or one by its number.
    fileprivate static let listChannels = Statement(
        "ingest.list_channels",
        """
        select c.number, c.slug, c.label, p.slug, c.aliases, c.color, c.created_at
        from channels c left join channels p on p.number = c.parent
        where $1::integer is null or c.number = $1
        order by c.number
        """
    )
    fileprivate static let listNames = Statement(
        "ingest.list_channel_names",
        "select name, channel from channel_names"
    )
    /// No row if there is no room.
    fileprivate static let insertChannel = Statement(
        "ingest.insert_channel",
        """
        with head as (
            update channel_head set last = last + 1 where last < $6 returning last
        )
        insert into channels (number, slug, label, aliases, color, created_at)
        select last, $1, $2, $3, $4, $5 from head
        returning number
        """
    )
    fileprivate static let updateChannel = Statement(
        "ingest.update_channel",
        """
        update channels set label = $2, aliases = $3, color = $4 where slug = $1
        returning number
        """
    )
    fileprivate static let deleteNames = Statement(
        "ingest.delete_channel_names",
        "delete from channel_names where channel = $1"
    )
    fileprivate static let insertNames = Statement(
        "ingest.insert_channel_names",
        "insert into channel_names (name, channel) select unnest($2::text[]), $1"
    )
    /// No row if there is no such parent, or a part would have parts.
    fileprivate static let setParent = Statement(
        "ingest.set_channel_parent",
        """
        update channels set parent = p.number
        from (
            select number from channels where slug = $2 and parent is null
            union all
            select null where $2::text is null
        ) p
        where channels.number = $1 and (
            p.number is null
            or not exists (select from channels part where part.parent = $1)
        )
        """
    )
}
