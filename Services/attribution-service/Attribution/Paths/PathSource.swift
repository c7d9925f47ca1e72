internal import Journeys
internal import Messages
internal import Net
internal import PathModels
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy

/// Paths that requests ask for: of imports, or of the journeys of timelines.
struct PathSource: Sendable {
    private let database: TenantDatabase
    private let offload: WorkerPool?
    /// Each run takes a thread and the memory of its paths.
    private let slots = TenantSlots(
        "runs of models",
        reason: "RUNS_AT_ONCE",
        perTenant: 2,
        inAll: 4
    )
    private let imports = PathStore()
    private let timelines = TimelineStore()

    init(_ database: TenantDatabase, offload: WorkerPool?) {
        self.database = database
        self.offload = offload
    }

    /// Finds paths, and does work on them in a slot.
    ///
    /// - Parameters:
    ///   - importID: which import; empty for all.
    ///   - journeys: which journeys of timelines; nil for imports.
    ///   - isPartial: whether timelines are looked at that have not been made for the first time.
    ///   - call: whose.
    ///   - work: what is done.
    /// - Returns: what the work returned.
    /// - Throws: as the one that takes a scope.
    func use<Result: Sendable>(
        importID: String,
        journeys: AttributionV1.JourneySelection?,
        isPartial: Bool,
        for call: ServerCall,
        _ work: (FoundPaths) async throws -> Result
    ) async throws -> Result {
        let scope = try database.scope(for: call)
        return try await use(
            importID: importID,
            journeys: journeys,
            PathDetail(),
            isPartial: isPartial,
            at: .now,
            in: scope,
            work
        )
    }

    /// Finds paths, and does work on them in a slot.
    ///
    /// - Parameters:
    ///   - importID: which import; empty for all.
    ///   - journeys: which journeys of timelines; nil for imports.
    ///   - detail: what is kept of journeys beside their paths.
    ///   - isPartial: whether timelines are looked at that have not been made for the first time.
    ///   - now: the time until which things are known if the journeys do not say.
    ///   - scope: the tenant's.
    ///   - work: what is done.
    /// - Returns: what the work returned.
    /// - Throws: INVALID_ARGUMENT, NOT_FOUND or FAILED_PRECONDITION if there are no such paths;
    ///   ``TimelinesNotMade``; RESOURCE_EXHAUSTED if there is no slot; what the work throws.
    func use<Result: Sendable>(
        importID: String,
        journeys: AttributionV1.JourneySelection?,
        _ detail: PathDetail,
        isPartial: Bool,
        at now: UTCTimestamp,
        in scope: TenantScope,
        _ work: (FoundPaths) async throws -> Result
    ) async throws -> Result {
        try await slots.use(for: scope.tenant) {
            switch try await choice(importID, journeys, at: now, in: scope) {
            case .imports(let imports):
                try await work(try await paths(of: imports, scope))
            case .journeys(let plan):
                try await work(
                    try await TimelineReader(timelines, offload: offload)
                        .paths(plan, detail, isPartial: isPartial, in: scope)
                )
            }
        }
    }

    /// Checks what a request says of paths, without reading any.
    ///
    /// - Parameters:
    ///   - importID: which import; empty for all.
    ///   - journeys: which journeys of timelines; nil for imports.
    ///   - isPartial: whether timelines are looked at that have not been made for the first time.
    ///   - scope: the tenant's.
    /// - Throws: as ``use(importID:journeys:_:isPartial:at:in:_:)``.
    func check(
        importID: String,
        journeys: AttributionV1.JourneySelection?,
        isPartial: Bool,
        in scope: TenantScope
    ) async throws {
        guard case .journeys = try await choice(importID, journeys, at: .now, in: scope),
            !isPartial
        else { return }
        let failure = try await scope.transaction(.init(isReadOnly: true)) { transaction in
            try await TimelinesNotMade.found(in: transaction)
        }
        if let failure { throw failure }
    }

    /// Tables of paths that were imported, the newest first.
    ///
    /// - Parameter call: whose.
    /// - Returns: the imports.
    /// - Throws: `PostgresError`.
    func imports(for call: ServerCall) async throws -> [PathImport] {
        try await imports.imports(nil, in: try database.scope(for: call))
    }

    /// What a request asks for, once it has been checked.
    private enum Choice {
        case imports([PathImport])
        case journeys(JourneyPlan)
    }

    private func choice(
        _ importID: String,
        _ journeys: AttributionV1.JourneySelection?,
        at now: UTCTimestamp,
        in scope: TenantScope
    ) async throws -> Choice {
        guard let journeys else { return .imports(try await found(importID, scope)) }
        guard importID.isEmpty else {
            throw RPCError(
                .invalidArgument,
                "import_id: expected an import here, or journeys of timelines in journeys"
            )
        }
        return .journeys(try JourneyPlan(try await journeys.timed(in: scope), in: scope, now: now))
    }

    private func found(_ text: String, _ scope: TenantScope) async throws -> [PathImport] {
        let id = PostgresUUID(text)
        guard text.isEmpty || id.map({ text == "\($0)" }) == true else {
            throw RPCError(.invalidArgument, "import_id: expected the id of an import, or nothing")
        }
        let found = try await imports.imports(id, in: scope)
        guard !found.isEmpty else {
            throw id == nil
                ? RPCError(
                    .failedPrecondition,
                    "there are no paths: import a file of paths, as POST /v1/imports does, or say "
                        + "which journeys of timelines"
                ) : RPCError(.notFound, "import_id: there is no import of paths '\(text)'")
        }
        return found
    }

    private func paths(
        of found: [PathImport],
        _ scope: TenantScope
    ) async throws -> FoundPaths {
        let reader = PathReader(imports, offload: offload)
        return FoundPaths(
            table: try await reader.table(of: found, in: scope),
            fingerprint: PathImport.fingerprint(found),
            report: nil,
            costs: nil
        )
    }
}

/// Paths, and what is known of where they come from.
struct FoundPaths: Sendable {
    let table: PathModels.PathTable
    /// What was looked at: hexadecimal digits.
    let fingerprint: String
    /// What was found beside them, if they are of timelines.
    var report: AttributionV1.JourneyReport?
    /// What was spent meanwhile, if they are of timelines.
    let costs: ChannelCosts?
    /// What was asked of touches, if they are of timelines.
    var touches: FoundTouches?
}
