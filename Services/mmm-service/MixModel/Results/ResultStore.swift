internal import Messages
internal import Postgres
internal import Tenancy
internal import Wire

/// What models have been found to say: all SQL of that.
struct ResultStore: Sendable {
    /// What is kept now: results of an earlier form are computed anew.
    private static let form: Int32 = 1

    /// What a model says; nil if that has not been computed yet.
    ///
    /// - Throws: `PostgresError`.
    func results(
        of model: PostgresUUID,
        in scope: TenantScope
    ) async throws -> MixModelV1.StoredResults? {
        guard let row = try await scope.read(.findResults, model, Self.form).atMostOne() else {
            return nil
        }
        let kept = try row.read(SharedBytes.self)
        return try MixModelV1.StoredResults(decoding: kept.bytes)
    }

    /// Keeps what a model says; nothing if it has been deleted.
    ///
    /// - Throws: `PostgresError`.
    func put(
        _ results: MixModelV1.StoredResults,
        of model: PostgresUUID,
        in scope: TenantScope
    ) async throws {
        _ = try await scope.write(.putResults, model, Self.form, results.encoded())
    }

    /// How well a model predicts what it has not seen; nil if that has not been found out.
    ///
    /// - Throws: NOT_FOUND; `PostgresError`.
    func crossValidation(
        of model: PostgresUUID,
        in scope: TenantScope
    ) async throws -> MixModelV1.CrossValidation? {
        guard let row = try await scope.read(.findCrossValidation, model).atMostOne() else {
            throw ModelStore.missing(model)
        }
        return try row.read(SharedBytes?.self).map { kept in
            try MixModelV1.CrossValidation(decoding: kept.bytes)
        }
    }

    /// Whether there is a model, or it has been deleted.
    ///
    /// - Throws: `PostgresError`.
    func isThere(
        _ model: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws -> Bool {
        try await transaction.query(.findCrossValidation, model).atMostOne() != nil
    }

    /// Keeps how well a model predicts.
    ///
    /// - Returns: whether the model is there; of one that has been deleted nothing is kept.
    /// - Throws: `PostgresError`.
    func put(
        _ found: MixModelV1.CrossValidation,
        of model: PostgresUUID,
        in transaction: PostgresTransaction
    ) async throws -> Bool {
        try await transaction.query(.putCrossValidation, model, found.encoded()).affected > 0
    }
}

extension Statement {
    fileprivate static let findResults = Statement(
        "mmm.find_results",
        "select results from mix_models where model_id = $1 and results_form = $2"
    )
    fileprivate static let putResults = Statement(
        "mmm.put_results",
        """
        update mix_models set results_form = $2, results = $3 where model_id = $1
        """
    )
    fileprivate static let findCrossValidation = Statement(
        "mmm.find_cross_validation",
        "select cross_validation from mix_models where model_id = $1"
    )
    fileprivate static let putCrossValidation = Statement(
        "mmm.put_cross_validation",
        "update mix_models set cross_validation = $2 where model_id = $1"
    )
}
