internal import Postgres
internal import Tenancy
internal import Wire

/// What chains of models have drawn: all SQL of that.
struct ChainStore: Sendable {
    /// The chains of a model, in order, as they were kept.
    ///
    /// - Throws: `PostgresError`.
    func chains(of model: PostgresUUID, in scope: TenantScope) async throws -> [SharedBytes] {
        var chains: [SharedBytes] = []
        // One at a time: together they may be larger than what is read at once.
        for row in try await scope.read(.listChains, model) {
            let chain = try row.read(Int32.self)
            chains.append(
                try await scope.read(.findChain, model, chain).one().read(SharedBytes.self)
            )
        }
        return chains
    }

    /// Keeps how far chains are, or what they have drawn.
    ///
    /// - Throws: `PostgresError`; a foreign key's if the model was deleted.
    func put(
        _ chains: [(number: Int, bytes: SharedBytes)],
        of model: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws {
        for chain in chains {
            try await transaction.query(
                .putChain,
                model,
                Int32(clamping: chain.number),
                chain.bytes
            )
        }
    }

    /// Forgets what chains of a model have drawn.
    func delete(of model: PostgresUUID, in transaction: PostgresTransaction) async throws {
        try await transaction.query(.deleteChains, model)
    }
}

extension Statement {
    fileprivate static let listChains = Statement(
        "mmm.list_chains",
        "select chain from mix_chains where model_id = $1 order by chain"
    )
    fileprivate static let findChain = Statement(
        "mmm.find_chain",
        "select bytes from mix_chains where model_id = $1 and chain = $2"
    )
    fileprivate static let putChain = Statement(
        "mmm.put_chain",
        """
        insert into mix_chains (model_id, chain, bytes) values ($1, $2, $3)
        on conflict (model_id, chain) do update set bytes = excluded.bytes
        """
    )
    fileprivate static let deleteChains = Statement(
        "mmm.delete_chains",
        "delete from mix_chains where model_id = $1"
    )
}
