internal import MediaMix
internal import Messages
internal import Net
internal import Panels
internal import Postgres
internal import RPC
internal import Tenancy

/// Finds what models say, or computes and keeps it.
struct ResultMaker: Sendable {
    private let database: TenantDatabase
    private let offload: WorkerPool?
    private let fits: FittedModels
    private let models = ModelStore()
    private let store = ResultStore()
    private let slots = TenantSlots(
        "computations of results",
        reason: "RESULTS_AT_ONCE",
        perTenant: 2,
        inAll: 4
    )

    private static let patience = Duration.seconds(30)

    /// - Parameters:
    ///   - database: where models and results are kept.
    ///   - offload: threads for what takes long; nil to take the loop's time.
    init(_ database: TenantDatabase, offload: WorkerPool?) {
        self.database = database
        self.offload = offload
        fits = FittedModels(offload: offload)
    }

    /// All that a model says.
    ///
    /// - Parameters:
    ///   - id: which.
    ///   - call: what it is asked by.
    /// - Returns: the results.
    /// - Throws: as the contract says; `PostgresError`.
    func results(
        of id: PostgresUUID,
        for call: ServerCall
    ) async throws -> MixModelV1.StoredResults {
        let scope = try database.scope(for: call)
        if let kept = try await store.results(of: id, in: scope) { return kept }
        return try await slots.use(for: scope.tenant) {
            let stored = try await fits.fit(of: id, in: scope)
            let made = try await offload.runBeside { try MixModelV1.StoredResults(stored) }
            try await keep(made, of: id, for: call)
            return made
        }
    }

    /// Keeps results, also if the caller has given up by now: who asks again finds them.
    private func keep(
        _ results: MixModelV1.StoredResults,
        of id: PostgresUUID,
        for call: ServerCall
    ) async throws {
        let (loop, context) = (call.loop, try call.tenant.context)
        try await Task(executorPreference: loop) {
            _ = await loop.arrive()
            let end = loop.now.advanced(by: Self.patience)
            try await store.put(results, of: id, in: try database.scope(for: context, before: end))
        }.value
    }

    /// What parts of a model added in one geo.
    ///
    /// - Parameters:
    ///   - id: which model.
    ///   - geo: which geo.
    ///   - call: what it is asked by.
    /// - Returns: what they added.
    /// - Throws: as the contract says; `PostgresError`.
    func contributions(
        of id: PostgresUUID,
        in geo: String,
        for call: ServerCall
    ) async throws -> MixModelV1.MixContributions {
        let scope = try database.scope(for: call)
        return try await slots.use(for: scope.tenant) {
            let stored = try await fits.fit(of: id, in: scope)
            let model = stored.fit.model
            guard let place = model.panel.geos.firstIndex(where: { $0.name == geo }) else {
                throw RPCError(.invalidArgument, "geo: the model has no geo '\(geo)'")
            }
            return try await offload.runBeside {
                let options = MixResults.Options()
                let whole = stored.holdoutPeriods > 0 ? stored.panel : nil
                let most = model.affordableDraws(most: options.draws, on: whole)
                let found = try MixContributions(
                    model,
                    stored.fit.sample(most: most),
                    level: options.level,
                    onlyGeo: place
                )
                return MixModelV1.MixContributions(found, stored, geo: geo)
            }
        }
    }

    /// A model to be laid beside others.
    ///
    /// - Parameters:
    ///   - id: which.
    ///   - call: what it is asked by.
    /// - Returns: what is compared of it.
    /// - Throws: as the contract says; `PostgresError`.
    func compared(_ id: PostgresUUID, for call: ServerCall) async throws -> ComparedModel {
        let results = try await results(of: id, for: call)
        let record = try await models.model(id, in: try database.scope(for: call))
        return ComparedModel(record, results)
    }
}
