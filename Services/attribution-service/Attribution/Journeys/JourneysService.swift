internal import Contracts
public import Messages
internal import Net
internal import PathModels
internal import RPC
public import Tenancy
internal import Wire

/// Tells journeys of persons, and how journeys go on; its contract says what each method does.
struct JourneysService: AttributionV1.Journeys.Service {
    private let database: TenantDatabase
    private let source: PathSource
    private let offload: WorkerPool?
    private let pages: PageTokens
    private let store = TimelineStore()

    /// A service.
    ///
    /// - Parameters:
    ///   - database: the tenants'.
    ///   - source: finds paths.
    ///   - offload: threads for what takes long; nil to take the loop's time.
    ///   - pages: signs the pages of lists.
    init(
        _ database: TenantDatabase,
        _ source: PathSource,
        offload: WorkerPool?,
        pages: PageTokens
    ) {
        self.database = database
        self.source = source
        self.offload = offload
        self.pages = pages
    }

    // MARK: Persons

    func listJourneys(
        _ request: Message<AttributionV1.ListJourneysRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.ListJourneysResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let list = JourneyList(store: store, offload: offload)
        return Reply(try await list.page(value, page, in: try database.scope(for: call)))
    }

    func getTimeline(
        _ request: Message<AttributionV1.GetTimelineRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.PersonTimeline> {
        let telling = PersonTelling(store: store, offload: offload)
        return Reply(
            try await telling.timeline(request.value(), in: try database.scope(for: call))
        )
    }

    // MARK: Paths

    func nextBestChannel(
        _ request: Message<AttributionV1.NextBestChannelRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.NextBestChannelResponse> {
        let value = request.value()
        let level = value.level ?? 0.9
        var violations = FieldViolations()
        violations.check(value.prefix.count <= 100, "prefix", "expected at most 100 channels")
        violations.check(Bootstrap.levels.contains(level), "level", "expected 0.5 to 0.99")
        violations.check(value.leastJourneys >= 0, "least_journeys", "expected 0 or more")
        try violations.finish("no channel can be found")
        let transforms = try [PathModels.PathTransform](value.transforms)
        return try await source.use(
            importID: value.importID,
            journeys: value.journeys,
            isPartial: value.allowPartial,
            for: call
        ) { found in
            var response = try await offload.runBeside {
                try AttributionV1.NextBestChannelResponse(
                    after: value.prefix,
                    in: try transforms.apply(to: found.table),
                    least: value.leastJourneys,
                    level: level
                )
            }
            response.report = found.report
            response.fingerprint = found.fingerprint
            return Reply(response)
        }
    }

    func getStepTree(
        _ request: Message<AttributionV1.GetStepTreeRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.StepTree> {
        let value = request.value()
        var violations = FieldViolations()
        violations.check((0...20).contains(value.depth), "depth", "expected 1 to 20")
        violations.check((0...1_000).contains(value.links), "links", "expected 1 to 1,000")
        try violations.finish("the steps cannot be told")
        let depth = value.depth == 0 ? 5 : Int(value.depth)
        let links = value.links == 0 ? 50 : Int(value.links)
        return try await source.use(
            importID: value.importID,
            journeys: value.journeys,
            isPartial: value.allowPartial,
            for: call
        ) { found in
            var tree = try await offload.runBeside {
                let transform = value.joinsRepeats ? PathModels.PathTransform.exposure : .unique
                return AttributionV1.StepTree(
                    try transform.apply(to: found.table),
                    depth: depth,
                    links: links
                )
            }
            tree.report = found.report
            tree.fingerprint = found.fingerprint
            return Reply(tree)
        }
    }
}

extension AttributionV1.ListJourneysRequest: PagedRequest {}
