internal import Contracts
internal import Messages
internal import Net
internal import PathModels
internal import Postgres
internal import RPC
internal import Tenancy
internal import Wire

/// Runs models over imported paths; its contract says what each method does.
struct ModelsService: AttributionV1.Models.Service {
    private let database: TenantDatabase
    private let offload: WorkerPool?
    private let version: String
    private let paths = PathStore()
    private let slots = RunSlots()

    init(_ database: TenantDatabase, offload: WorkerPool?, version: String) {
        self.database = database
        self.offload = offload
        self.version = version
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
        response.tables = try await paths.imports(nil, in: try database.scope(for: call))
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
        return try await slots.use(for: try call.tenant.context.tenant) {
            let (table, _) = try await table(value.importID, for: call)
            return Reply(
                try await offload.runBeside {
                    AttributionV1.PathSummary(try transforms.apply(to: table), paths: count)
                }
            )
        }
    }

    func runModels(
        _ request: Message<AttributionV1.RunModelsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.ModelRun> {
        let value = request.value()
        let plan = try ModelPlan(value)
        return try await slots.use(for: try call.tenant.context.tenant) {
            let (table, imports) = try await table(value.importID, for: call)
            var run = try await ModelRunner(offload: offload).run(plan, on: table)
            run.importID = value.importID
            run.fingerprint = PathImport.fingerprint(imports)
            run.version = version
            return Reply(run)
        }
    }

    /// The journeys of an import, or of all.
    private func table(
        _ text: String,
        for call: ServerCall
    ) async throws -> (PathTable, [PathImport]) {
        let id = PostgresUUID(text)
        guard text.isEmpty || id.map({ text == "\($0)" }) == true else {
            throw RPCError(.invalidArgument, "import_id: expected the id of an import, or nothing")
        }
        let scope = try database.scope(for: call)
        let imports = try await paths.imports(id, in: scope)
        guard !imports.isEmpty else {
            throw id == nil
                ? RPCError(
                    .failedPrecondition,
                    "there are no paths: import a file of paths, as POST /v1/imports does"
                ) : RPCError(.notFound, "import_id: there is no import of paths '\(text)'")
        }
        let reader = PathReader(paths, offload: offload)
        return (try await reader.table(of: imports, in: scope), imports)
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
