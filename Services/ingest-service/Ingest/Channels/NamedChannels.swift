internal import Postgres
internal import RPC
internal import Tenancy

/// Refuses rules that name channels which there are not.
enum NamedChannels {
    /// Checks the channels of rules.
    ///
    /// - Parameters:
    ///   - channels: the slug that each rule names.
    ///   - transaction: the tenant's.
    /// - Throws: INVALID_ARGUMENT with a violation for each rule; `PostgresError`.
    static func check(_ channels: [String], in transaction: PostgresTransaction) async throws {
        try finish(channels, try await transaction.query(.unknownChannels, channels))
    }

    /// The same in a transaction of its own.
    static func check(_ channels: [String], in scope: TenantScope) async throws {
        try finish(channels, try await scope.read(.unknownChannels, channels))
    }

    private static func finish(_ channels: [String], _ rows: Rows) throws {
        let unknown = Set<String>(try rows.map { try $0.read(String.self) })
        var violations = FieldViolations()
        for (index, channel) in channels.enumerated() {
            violations.check(
                !unknown.contains(channel),
                "rules[\(index)].channel",
                "there is no channel '\(channel)'; make it first"
            )
        }
        try violations.finish("the rules name channels that there are not")
    }
}

extension Statement {
    fileprivate static let unknownChannels = Statement(
        "ingest.unknown_channels",
        """
        select distinct name from unnest($1::text[]) as name
        where not exists (select from channels where slug = name)
        """
    )
}
