internal import Messages
internal import Postgres
internal import Taxonomy
internal import Tenancy

/// What must be known to read and to store rows of spend: the channels that they name, and the
/// mapping, which stays in force until their transaction ends.
struct SpendContext: Sendable {
    /// The numbers of channels by the slugs and aliases that rows name.
    let channels: [String: Int32]
    let mapper: SpendMapper
    let store = SpendStore()

    init(
        _ rows: [IngestV1.SpendRow],
        mappings: SpendMappingCatalogue,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws {
        let names = Set(rows.map { RowReader.trimmed($0.channel) }).filter { name in
            ChannelSlug(name) != nil
        }
        channels = try await store.channels(named: names, in: transaction)
        mapper = try await mappings.mapperInForce(of: scope.tenant, in: transaction)
    }
}
