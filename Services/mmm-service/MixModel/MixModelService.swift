internal import Contracts
package import Jobs
public import Lifecycle
internal import MediaMix
internal import Messages
package import Net
package import Platform
internal import Postgres
package import RPC
internal import Schema
package import Tenancy

/// Models the mix of media: datasets, training, curves and budgets.
public enum MixModelService {
    /// The largest message that is taken: a table of 8 MiB with what is said of it.
    private static let mostRequestBytes = 9 << 20

    /// The service, for a program of its own or one that it shares.
    public static let definition = ServiceDefinition<MixModelConfiguration>("mmm") { parts in
        let place = try TenantService(
            "mmm",
            parts.configuration.place,
            parts,
            requirements: [
                try MigrationSet.ingest().requirement,
                try MigrationSet.attribution().requirement,
                try MigrationSet.mixModel().requirement,
            ]
        )
        let configuration = parts.configuration
        let attribution = try place.peer("attribution", at: configuration.attribution, parts)
        let ingest = try place.peer("ingest", at: configuration.ingest, parts)
        let work = work(
            of: place.name,
            on: place.database,
            place.queue,
            asking: (attribution?.service, ingest?.service),
            pages: place.pages,
            offload: parts.offload,
            version: Release.version
        )
        let rounds = TrainingTidying(place.queue)
            .rounds(of: place.name, on: place.database, logger: parts.logger)
        var content = ServiceContent(
            work.contracts,
            at: place,
            doing: work.handlers,
            results: work.results,
            components: [rounds.component(on: parts.group.next())]
                + [attribution, ingest].compactMap { $0?.component },
            status: status(of:)
        )
        content.configure = { server in
            server.limits.request = max(server.limits.request, mostRequestBytes)
        }
        return content
    }

    /// What the service serves, and how its jobs are done.
    ///
    /// - Parameters:
    ///   - service: what it is called.
    ///   - database: its databases.
    ///   - queue: takes its jobs.
    ///   - peers: are asked how far data can be relied on; nil where nobody knows where they are.
    ///   - pages: signs the pages of lists.
    ///   - offload: threads for what takes long; nil to take the loop's time.
    ///   - version: that of the program, which models name.
    ///   - limits: how trainings go on.
    /// - Returns: its contracts, how each kind of job is done, and what some of them end with.
    package static func work(
        of service: ServiceName,
        on database: TenantDatabase,
        _ queue: JobQueue,
        asking peers: (attribution: PeerService?, ingest: PeerService?) = (nil, nil),
        pages: PageTokens,
        offload: WorkerPool? = nil,
        version: String,
        limits: TrainingLimits = TrainingLimits()
    ) -> (contracts: [ServedContract], handlers: [JobHandler], results: [JobResult]) {
        let trainings = TrainingJobs(
            of: service,
            queue,
            version: version,
            limits,
            offload: offload
        )
        let hearing = PanelHearing(attribution: peers.attribution, ingest: peers.ingest)
        let refreshing = RefreshJobs(trainings, hearing, offload: offload)
        let validations = CrossValidationJobs(trainings, offload: offload)
        let models = ModelsService(
            database,
            trainings,
            ModelRefreshes(refreshing),
            hearing,
            pages: pages,
            offload: offload
        )
        let contracts = [
            ServedContract(
                MixModelV1.Calibrations.schema,
                MixModelV1.Calibrations.methods(of: CalibrationsService(database, pages: pages)),
                files: [MixModelV1.calibrationsFile]
            ),
            ServedContract(
                MixModelV1.Panels.schema,
                MixModelV1.Panels.methods(
                    of: PanelsService(database, hearing, pages: pages, offload: offload)
                ),
                files: [MixModelV1.panelsFile]
            ),
            ServedContract(
                MixModelV1.Models.schema,
                MixModelV1.Models.methods(of: models),
                files: [
                    MixModelV1.modelsFile, MixModelV1.configurationFile, MixModelV1.panelsFile,
                ]
            ),
            ServedContract(
                MixModelV1.Results.schema,
                MixModelV1.Results.methods(
                    of: ResultsService(database, validations, offload: offload)
                ),
                files: [MixModelV1.resultsFile]
            ),
            ServedContract(
                MixModelV1.Budgets.schema,
                MixModelV1.Budgets.methods(
                    of: BudgetsService(database, pages: pages, offload: offload)
                ),
                files: [MixModelV1.budgetsFile]
            ),
        ]
        return (
            contracts, [trainings.handler, refreshing.handler, validations.handler],
            [validations.result]
        )
    }

    /// What errors of its own mean to callers; nil for what it does not know.
    ///
    /// - Parameter error: what was thrown.
    /// - Returns: the status.
    @Sendable
    package static func status(of error: any Error) -> RPCError? {
        switch error {
        case let error as PostgresError: RPCError(error)
        case let error as MixModelError: RPCError(error.code, error.description)
        default: nil
        }
    }
}

extension MixModelError {
    /// Whether it is the request that is wrong, or what it is about.
    fileprivate var code: StatusCode {
        switch self {
        case .unknownChannel, .unknownParameter, .improperPrior, .priorOutside, .knots, .season,
            .noSpend, .reach, .oneGeo, .signedGeoEffect, .unscaledGeoControls, .unlike:
            .invalidArgument
        case .noMedia, .flatOutcome, .emptyMedium, .flatControl, .lift, .otherScaling:
            .failedPrecondition
        }
    }
}
