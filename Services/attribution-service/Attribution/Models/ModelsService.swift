internal import Contracts
internal import Messages
internal import Net
internal import PathModels
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Runs models over paths; its contract says what each method does.
struct ModelsService: AttributionV1.Models.Service {
    private let database: TenantDatabase
    private let source: PathSource
    private let runner: ModelRunner
    private let offload: WorkerPool?

    init(
        _ database: TenantDatabase,
        _ source: PathSource,
        _ runner: ModelRunner,
        offload: WorkerPool?
    ) {
        self.database = database
        self.source = source
        self.runner = runner
        self.offload = offload
    }

    func listModels(
        _ request: Message<AttributionV1.ListModelsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.ListModelsResponse> {
        var response = AttributionV1.ListModelsResponse()
        response.models = ModelCatalogue.kinds.map { AttributionV1.ModelKind($0) }
        return Reply(response)
    }

    func listPathTables(
        _ request: Message<AttributionV1.ListPathTablesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.ListPathTablesResponse> {
        var response = AttributionV1.ListPathTablesResponse()
        response.tables = try await source.imports(for: call)
            .map { AttributionV1.PathTable($0) }
        return Reply(response)
    }

    func summarizePaths(
        _ request: Message<AttributionV1.SummarizePathsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.PathSummary> {
        let value = request.value()
        var violations = FieldViolations()
        violations.check((0...1_000).contains(value.paths), "paths", "expected 1 to 1,000")
        try violations.finish("the paths cannot be summarised")
        let transforms = try [PathTransform](value.transforms)
        let count = value.paths == 0 ? 20 : Int(value.paths)
        return try await source.use(
            importID: value.importID,
            journeys: value.journeys,
            isPartial: value.allowPartial,
            for: call
        ) { found in
            var summary = try await offload.runBeside {
                AttributionV1.PathSummary(try transforms.apply(to: found.table), paths: count)
            }
            summary.report = found.report
            return Reply(summary)
        }
    }

    func runModels(
        _ request: Message<AttributionV1.RunModelsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.ModelRun> {
        let value = request.value()
        let plan = try ModelPlan(value)
        let scope = try database.scope(for: call)
        return Reply(try await runner.run(value, plan, at: .now, in: scope))
    }
}

extension AttributionV1.ModelKind {
    fileprivate init(_ kind: PathModels.ModelKind) {
        self.init()
        name = kind.name
        aliases = kind.aliases
        summary = kind.summary
        parameters = kind.parameters.map { number in
            var parameter = AttributionV1.ModelParameter()
            parameter.name = number.name
            parameter.least = number.range.lowerBound
            parameter.most = number.range.upperBound
            parameter.usual = number.usual
            parameter.whole = number.isWhole
            return parameter
        }
    }
}

extension AttributionV1.PathTable {
    fileprivate init(_ paths: PathImport) {
        self.init()
        importID = "\(paths.id)"
        name = paths.name
        source = paths.source
        endTime = .init(paths.endTime)
        rows = paths.rows
    }
}
