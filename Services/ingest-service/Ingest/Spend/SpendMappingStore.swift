internal import Messages
internal import Postgres
internal import RPC
internal import Taxonomy
internal import Telemetry
internal import Tenancy
internal import Wire

/// The mappings of tenants' spend: all their SQL.
struct SpendMappingStore: Sendable {
    /// The number of the version in force, which nobody can change until the transaction ends.
    func holdVersion(in transaction: PostgresTransaction) async throws(PostgresError) -> Int64 {
        try await transaction.query(.holdVersion).one().read(Int64.self)
    }

    /// A mapping.
    ///
    /// - Parameters:
    ///   - version: which; 0 for ``StoredSpendMapping/initial``.
    ///   - transaction: the tenant's.
    /// - Returns: the mapping.
    /// - Throws: NOT_FOUND for a version that there is not; `PostgresError`.
    func mapping(
        _ version: Int64,
        in transaction: PostgresTransaction
    ) async throws -> StoredSpendMapping {
        if version == 0 { return .initial }
        guard let row = try await transaction.query(.findMapping, version).atMostOne() else {
            throw RPCError(.notFound, "there is no version \(version) of the mapping")
        }
        return try StoredSpendMapping(row)
    }

    /// A mapping, or the one in force.
    func mapping(_ version: Int64, in scope: TenantScope) async throws -> StoredSpendMapping {
        try await scope.transaction(TransactionOptions(isReadOnly: true)) { transaction in
            let inForce = try await transaction.query(.version).one().read(Int64.self)
            return try await mapping(version == 0 ? inForce : version, in: transaction)
        }
    }

    /// The slugs of channels by their numbers.
    func slugs(
        of numbers: [Int32],
        in scope: TenantScope
    ) async throws(PostgresError) -> [Int32: String] {
        var slugs: [Int32: String] = [:]
        for row in try await scope.read(.slugsOfChannels, numbers) {
            let (slug, number) = try row.read(String.self, Int32.self)
            slugs[number] = slug
        }
        return slugs
    }

    /// A mapping so that it can be asked.
    func mapper(
        _ mapping: StoredSpendMapping,
        in transaction: PostgresTransaction
    ) async throws -> SpendMapper {
        var numbers: [String: Int32] = [:]
        let slugs = Array(Set(mapping.rules.map(\.channel)))
        for row in try await transaction.query(.numbersOfChannels, slugs) {
            let (slug, number) = try row.read(String.self, Int32.self)
            numbers[slug] = number
        }
        return SpendMapper(version: mapping.version, try mapping.ruleSet(), numbers: numbers)
    }

    /// Puts a mapping in force and maps by it what is stored.
    ///
    /// - Parameters:
    ///   - mapping: with the version that it is to be.
    ///   - scope: the tenant's.
    /// - Returns: how many sources have another channel now.
    /// - Throws: INVALID_ARGUMENT for a rule of a channel that there is not; ABORTED if another has
    ///   been put since; `PostgresError`.
    func put(_ mapping: StoredSpendMapping, in scope: TenantScope) async throws -> Int64 {
        try await scope.transaction { transaction in
            try await NamedChannels.check(mapping.rules.map(\.channel), in: transaction)
            try await put(mapping, in: transaction)
            let commit = try await SeriesCommit(of: .mapping, in: transaction)
            let mapper = try await mapper(mapping, in: transaction)
            let moved = try await SpendStore().remap(with: mapper, in: transaction)
            try await commit.finish(moved: moved)
            return Int64(moved.count)
        }
    }

    /// Puts a mapping in force, and waits until nobody adds spend by the one before.
    ///
    /// - Parameters:
    ///   - mapping: with the version that it is to be.
    ///   - transaction: the tenant's; it keeps others from adding spend until it ends.
    /// - Throws: ABORTED if another has been put since; `PostgresError`.
    private func put(
        _ mapping: StoredSpendMapping,
        in transaction: PostgresTransaction
    ) async throws {
        let raised = try await transaction.query(.raiseVersion, mapping.version)
        guard raised.affected == 1 else {
            throw RPCError(
                .aborted,
                "version \(mapping.version - 1) of the mapping is not the one in force: read it "
                    + "again"
            )
        }
        var request = IngestV1.PutSpendMappingRequest()
        request.rules = mapping.rules
        try await transaction.query(
            .insertMapping,
            mapping.version,
            request.encoded(),
            mapping.reason,
            mapping.actor,
            mapping.time ?? .now
        )
    }
}

extension StoredSpendMapping {
    /// Reads a row of ``Statement/findMapping``.
    fileprivate init(_ row: Row) throws {
        version = try row.read(Int64.self, at: 0)
        let bytes = try row.read(SharedBytes.self, at: 1)
        rules = try IngestV1.PutSpendMappingRequest(decoding: bytes.bytes).rules
        reason = try row.read(String.self, at: 2)
        actor = try row.read(String.self, at: 3)
        time = try row.read(UTCTimestamp.self, at: 4)
    }
}

extension Statement {
    fileprivate static let version = Statement(
        "ingest.spend_mapping_version",
        "select version from spend_mapping_head"
    )
    fileprivate static let holdVersion = Statement(
        "ingest.hold_spend_mapping_version",
        "select version from spend_mapping_head for share"
    )
    fileprivate static let findMapping = Statement(
        "ingest.find_spend_mapping",
        """
        select version, rules, reason, actor, created_at from spend_mappings where version = $1
        """
    )
    fileprivate static let numbersOfChannels = Statement(
        "ingest.numbers_of_channels",
        "select slug, number from channels where slug = any($1)"
    )
    fileprivate static let slugsOfChannels = Statement(
        "ingest.slugs_of_channels",
        "select slug, number from channels where number = any($1)"
    )
    /// No row if the version before is not the one in force.
    fileprivate static let raiseVersion = Statement(
        "ingest.raise_spend_mapping_version",
        "update spend_mapping_head set version = $1 where version = $1 - 1"
    )
    fileprivate static let insertMapping = Statement(
        "ingest.insert_spend_mapping",
        """
        insert into spend_mappings (version, rules, reason, actor, created_at)
        values ($1, $2, $3, $4, $5)
        """
    )
}
