internal import Contracts
internal import Jobs
internal import MediaMix
internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Tells what models say; its contract says what each method does.
struct ResultsService: MixModelV1.Results.Service {
    private let database: TenantDatabase
    private let fits: FittedModels
    private let maker: ResultMaker
    private let validations: CrossValidationJobs
    private let store = ResultStore()
    private let offload: WorkerPool?
    /// Each export holds all draws until its caller has read them.
    private let exports = TenantSlots(
        "exports of draws",
        reason: "EXPORTS_AT_ONCE",
        perTenant: 2,
        inAll: 8
    )

    /// How many models are compared at once.
    private static let compared = 2...10

    init(_ database: TenantDatabase, _ validations: CrossValidationJobs, offload: WorkerPool?) {
        self.database = database
        self.validations = validations
        self.offload = offload
        fits = FittedModels(offload: offload)
        maker = ResultMaker(database, offload: offload)
    }

    func getResults(
        _ request: Message<MixModelV1.GetResultsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.MixResults> {
        let kept = try await results(of: request.value().modelID, call)
        return Reply(kept.results ?? .init())
    }

    func getResponseCurves(
        _ request: Message<MixModelV1.GetResponseCurvesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.ResponseCurves> {
        let kept = try await results(of: request.value().modelID, call)
        return Reply(kept.curves ?? .init())
    }

    func getReview(
        _ request: Message<MixModelV1.GetReviewRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.MixReview> {
        let kept = try await results(of: request.value().modelID, call)
        return Reply(kept.review ?? .init())
    }

    func getContributions(
        _ request: Message<MixModelV1.GetContributionsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.MixContributions> {
        let value = request.value()
        guard !value.geo.isEmpty else {
            return Reply(try await results(of: value.modelID, call).contributions ?? .init())
        }
        let id = try PostgresUUID(value.modelID, of: "model")
        return Reply(try await maker.contributions(of: id, in: value.geo, for: call))
    }

    private func results(
        of text: String,
        _ call: ServerCall
    ) async throws -> MixModelV1.StoredResults {
        let id = try PostgresUUID(text, of: "model")
        return try await maker.results(of: id, for: call)
    }

    func compareModels(
        _ request: Message<MixModelV1.CompareModelsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.ModelComparison> {
        let texts = request.value().modelIDs
        let ids = try texts.prefix(Self.compared.upperBound)
            .map { try PostgresUUID($0, of: "model") }
        guard Self.compared.contains(texts.count), Set(ids).count == texts.count else {
            throw RPCError(
                .invalidArgument,
                "model_ids: expected 2 to 10 models, each once; there are \(texts.count)"
            )
        }
        var sides: [ComparedModel] = []
        for id in ids { sides.append(try await maker.compared(id, for: call)) }
        return Reply(try MixModelV1.ModelComparison(sides))
    }

    func crossValidateModel(
        _ request: Message<MixModelV1.CrossValidateModelRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<OperationsV1.Operation> {
        let scope = try database.scope(for: call)
        return Reply(try await validations.enqueue(request.value(), for: call, in: scope))
    }

    func getCrossValidation(
        _ request: Message<MixModelV1.GetCrossValidationRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.CrossValidation> {
        let id = try PostgresUUID(request.value().modelID, of: "model")
        let scope = try database.scope(for: call)
        guard let found = try await store.crossValidation(of: id, in: scope) else {
            throw RPCError(
                .failedPrecondition,
                "model_id: the model '\(id)' has not been cross-validated",
                ErrorDetails(reason: "NOT_CROSS_VALIDATED")
            )
        }
        return Reply(found)
    }

    func exportDraws(
        _ request: Message<MixModelV1.ExportDrawsRequest.View>,
        _ responses: ResponseStream<MixModelV1.DrawRows>,
        _ call: ServerCall
    ) async throws {
        let value = request.value()
        let id = try PostgresUUID(value.modelID, of: "model")
        guard [.unspecified, .csv, .ndjson].contains(value.format) else {
            throw RPCError(.invalidArgument, "format: expected csv, ndjson or nothing")
        }
        let scope = try database.scope(for: call)
        try await exports.use(for: scope.tenant) {
            let fit = try await fits.fit(of: id, in: scope).fit
            var next: DrawRowWriter? = DrawRowWriter(fit, asJSON: value.format == .ndjson)
            while let writer = next {
                let (rows, rest) = try await offload.runBeside { writer.rows() }
                next = rest
                try await responses.send(rows)
            }
        }
    }
}
