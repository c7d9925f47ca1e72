internal import Net
internal import Postgres
internal import Tenancy

/// The mappings of tenants as they are asked: compiled once for each version.
final class SpendMappingCatalogue: Sendable {
    private let store = SpendMappingStore()
    private let mappers = Locked<[TenantID: SpendMapper]>([:])

    /// Of how many tenants the mappings are kept.
    private static let mostEntries = 2_000

    /// The mapping in force, which stays in force until the transaction ends.
    ///
    /// - Parameters:
    ///   - tenant: whose.
    ///   - transaction: the tenant's.
    /// - Returns: the mapping.
    /// - Throws: what a store throws.
    func mapperInForce(
        of tenant: TenantID,
        in transaction: PostgresTransaction
    ) async throws -> SpendMapper {
        let version = try await store.holdVersion(in: transaction)
        if let known = mappers.withLock({ $0[tenant] }), known.version == version { return known }
        let stored = try await store.mapping(version, in: transaction)
        let mapper = try await store.mapper(stored, in: transaction)
        mappers.withLock { mappers in
            if mappers.count >= Self.mostEntries { mappers.removeAll() }
            mappers[tenant] = mapper
        }
        return mapper
    }
}
