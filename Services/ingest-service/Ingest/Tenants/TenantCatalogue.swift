internal import Net
internal import RPC
internal import Taxonomy
internal import Tenancy

/// What rows of a tenant are read by: the same for all of a call.
struct TenantKnowledge: Sendable {
    /// The rules in force.
    let mapper: ChannelMapper
    /// The numbers of channels, by their slugs and aliases; of all that the rules name at least.
    let channels: [String: Int32]
    /// Makes keys of events.
    let keys: EventKeys
    /// The conversion definitions in force.
    var conversions = ConversionSet.standard
}

/// What is known of tenants: read once, and looked at again after five seconds.
final class TenantCatalogue: Sendable {
    private let database: TenantDatabase
    private let rules = RuleStore()
    private let channels = ChannelStore()
    private let events = EventStore()
    private let definitions = DefinitionStore()
    private let entries = Locked<[TenantID: Entry]>([:])

    private struct Entry {
        let knowledge: TenantKnowledge
        let isFreshUntil: ContinuousClock.Instant
    }

    /// How long other rules may be in force before they are noticed.
    private static let lifetime = Duration.seconds(5)
    /// Of how many tenants something is kept.
    private static let mostEntries = 2_000

    init(_ database: TenantDatabase) { self.database = database }

    /// The rules in force for the tenant of a call.
    ///
    /// - Throws: what a store throws.
    func mapper(for call: ServerCall) async throws -> ChannelMapper {
        try await knowledge(for: call).mapper
    }

    /// What is known of the tenant of a call.
    ///
    /// - Throws: what a store throws.
    func knowledge(for call: ServerCall) async throws -> TenantKnowledge {
        try await knowledge(in: database.scope(for: call))
    }

    /// What is known of a tenant.
    ///
    /// - Throws: what a store throws.
    func knowledge(in scope: TenantScope) async throws -> TenantKnowledge {
        let tenant = scope.tenant
        let known = entries.withLock { $0[tenant] }
        if let known, known.isFreshUntil > .now { return known.knowledge }
        return try await newest(in: scope)
    }

    /// What is known of a tenant at this moment.
    ///
    /// - Throws: what a store throws.
    func newest(in scope: TenantScope) async throws -> TenantKnowledge {
        let tenant = scope.tenant
        let known = entries.withLock { $0[tenant] }
        let knowledge = try await read(known?.knowledge, in: scope)
        let entry = Entry(
            knowledge: knowledge,
            isFreshUntil: .now.advanced(by: Self.lifetime)
        )
        entries.withLock { entries in
            if entries.count >= Self.mostEntries { entries.removeAll() }
            entries[tenant] = entry
        }
        return knowledge
    }

    /// Reads what has changed.
    ///
    /// Rules come first: the channels that they name are there before them.
    private func read(
        _ known: TenantKnowledge?,
        in scope: TenantScope
    ) async throws -> TenantKnowledge {
        let stored =
            if let known {
                try await rules.rules(after: known.mapper.version, in: scope)
            } else {
                try await rules.rules(0, in: scope)
            }
        let mapper = try stored.map { ChannelMapper(try $0.ruleSet(), version: $0.version) }
        guard let mapper = mapper ?? known?.mapper else {
            throw RPCError(.internalError, "there are no rules")
        }
        let numbers = try await channels.numbers(in: scope)
        // It never changes.
        let keys = if let known { known.keys } else { try await events.keys(in: scope) }
        let conversions =
            try await definitions.conversions(
                unless: known?.conversions.version ?? 0,
                in: scope
            ) ?? known?.conversions ?? .standard
        return TenantKnowledge(
            mapper: mapper,
            channels: numbers,
            keys: keys,
            conversions: conversions
        )
    }

    /// Forgets what is known of a tenant, of whom something has just been changed.
    func forget(_ tenant: TenantID) { entries.withLock { _ = $0.removeValue(forKey: tenant) } }
}
