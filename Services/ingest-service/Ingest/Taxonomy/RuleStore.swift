internal import Messages
internal import Postgres
internal import RPC
internal import Taxonomy
internal import Telemetry
internal import Tenancy
internal import Wire

/// The rules of tenants: all their SQL.
struct RuleStore: Sendable {
    /// The rules in force, or of a version.
    ///
    /// - Parameters:
    ///   - version: which; 0 for those in force.
    ///   - scope: the tenant's.
    /// - Returns: the rules; for a tenant that has never put any, ``StoredRules/initial``.
    /// - Throws: NOT_FOUND for a version that there is not; `PostgresError`.
    func rules(_ version: Int64, in scope: TenantScope) async throws -> StoredRules {
        if version == 0 { return try await rules(after: 0, in: scope) ?? .initial }
        let found = try await list(after: version - 1, before: version + 1, limit: 1, in: scope)
        if let rules = found.first { return rules }
        throw RPCError(.notFound, "there is no version \(version) of the rules")
    }

    /// The rules in force, if they are later than a version.
    func rules(after version: Int64, in scope: TenantScope) async throws -> StoredRules? {
        try await list(after: version, before: .max, limit: 1, in: scope).first
    }

    /// The rules in force, so that they can be asked.
    ///
    /// - Throws: `PostgresError`.
    func mapper(in scope: TenantScope) async throws -> ChannelMapper {
        let stored = try await rules(0, in: scope)
        return ChannelMapper(try stored.ruleSet(), version: stored.version)
    }

    /// Versions, the newest first.
    ///
    /// - Parameters:
    ///   - version: before which.
    ///   - limit: how many.
    ///   - scope: the tenant's.
    /// - Returns: the versions.
    /// - Throws: `PostgresError`.
    func versions(
        before version: Int64,
        limit: Int,
        in scope: TenantScope
    ) async throws -> [StoredRules] {
        try await list(after: 0, before: version, limit: limit, in: scope)
    }

    private func list(
        after lower: Int64,
        before upper: Int64,
        limit: Int,
        in scope: TenantScope
    ) async throws -> [StoredRules] {
        try await scope.read(.listRules, lower, upper, Int64(limit)).map { try StoredRules($0) }
    }

    /// Puts rules in force, once no event is on its way that was mapped by those before.
    ///
    /// - Parameters:
    ///   - rules: with the version that they are to be.
    ///   - channels: the slugs that they name.
    ///   - scope: the tenant's.
    ///   - effect: what is done in the same transaction.
    /// - Throws: ABORTED if others have been put since; INVALID_ARGUMENT if there is no such
    ///   channel; `PostgresError`.
    func put(
        _ rules: StoredRules,
        naming channels: [String],
        in scope: TenantScope,
        with effect: (PostgresTransaction) async throws -> Void
    ) async throws {
        var request = IngestV1.PutRulesRequest()
        request.rules = rules.own
        let bytes = request.encoded()
        do {
            try await scope.transaction { transaction in
                try await transaction.query(.stopIntake)
                try await NamedChannels.check(channels, in: transaction)
                let inserted = try await transaction.query(
                    .insertRules,
                    rules.version,
                    bytes,
                    rules.hasDefaultGroup,
                    rules.reason,
                    rules.actor,
                    rules.time ?? .now
                )
                guard inserted.affected == 1 else { throw Self.isOld(rules) }
                try await effect(transaction)
            }
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw Self.isOld(rules)
        }
    }

    /// Refuses rules that name channels which there are not.
    func check(_ channels: [String], in scope: TenantScope) async throws {
        try await NamedChannels.check(channels, in: scope)
    }

    private static func isOld(_ rules: StoredRules) -> RPCError {
        RPCError(
            .aborted,
            "version \(rules.version - 1) of the rules is not the one in force: read them again"
        )
    }
}

extension StoredRules {
    /// Reads a row of ``Statement/listRules``.
    fileprivate init(_ row: Row) throws {
        version = try row.read(Int64.self, at: 0)
        let bytes = try row.read(SharedBytes.self, at: 1)
        own = try IngestV1.PutRulesRequest(decoding: bytes.bytes).rules
        hasDefaultGroup = try row.read(Bool.self, at: 2)
        reason = try row.read(String.self, at: 3)
        actor = try row.read(String.self, at: 4)
        time = try row.read(UTCTimestamp.self, at: 5)
    }
}

extension Statement {
    /// The versions between two, without these, the newest first.
    fileprivate static let listRules = Statement(
        "ingest.list_rules",
        """
        select version, rules, has_default_group, reason, actor, created_at from channel_rules
        where version > $1 and version < $2
        order by version desc limit $3
        """
    )
    /// No row if the version before is not the one in force.
    fileprivate static let insertRules = Statement(
        "ingest.insert_rules",
        """
        insert into channel_rules
            (version, rules, has_default_group, reason, actor, created_at)
        select $1, $2, $3, $4, $5, $6
        where (select coalesce(max(version), 0) from channel_rules) = $1 - 1
        """
    )
}
