internal import Contracts
package import Jobs
internal import Journeys
public import Lifecycle
internal import Messages
package import Net
internal import PathModels
package import Platform
internal import Postgres
package import RPC
internal import Schema
package import Tenancy

/// Says what led to conversions: journeys, models and affiliates.
///
/// So far it puts together what persons did, of the events that ingest publishes, tells their
/// journeys, runs models over them and over the paths that tenants have imported, and keeps runs.
public enum AttributionService {
    /// The service, for a program of its own or one that it shares.
    public static let definition = ServiceDefinition<AttributionConfiguration>("attribution") {
        parts in
        let place = try TenantService(
            "attribution",
            parts.configuration.place,
            parts,
            requirements: [
                try MigrationSet.ingest().requirement, try MigrationSet.attribution().requirement,
            ]
        )
        let ingest = try place.peer("ingest", at: parts.configuration.ingest, parts)
        let work = work(
            of: place.name,
            on: place.database,
            place.queue,
            asking: ingest?.service,
            pages: place.pages,
            offload: parts.offload,
            version: Release.version
        )
        let rounds = [
            TimelineJobs(of: place.name, place.queue)
                .rounds(on: place.database, logger: parts.logger),
            RunTidying(place.queue)
                .rounds(of: place.name, on: place.database, logger: parts.logger),
        ]
        return ServiceContent(
            work.contracts,
            at: place,
            doing: work.handlers,
            results: work.results,
            components: rounds.map { $0.component(on: parts.group.next()) }
                + (ingest.map { [$0.component] } ?? []),
            status: status(of:)
        )
    }

    /// What the service serves, and how its jobs are done.
    ///
    /// - Parameters:
    ///   - service: what it is called.
    ///   - database: its databases.
    ///   - queue: takes its jobs.
    ///   - ingest: is asked how good data are; nil if nobody knows where it is.
    ///   - pages: signs the pages of lists.
    ///   - offload: threads for what takes long; nil to take the loop's time.
    ///   - version: that of the program, which results name.
    ///   - limits: how much is put together at once.
    /// - Returns: its contracts, and how each kind of job is done and told of.
    package static func work(
        of service: ServiceName,
        on database: TenantDatabase,
        _ queue: JobQueue,
        asking ingest: PeerService? = nil,
        pages: PageTokens,
        offload: WorkerPool? = nil,
        version: String,
        limits: TimelineLimits = TimelineLimits()
    ) -> (contracts: [ServedContract], handlers: [JobHandler], results: [JobResult]) {
        let timelines = TimelineJobs(of: service, queue)
        let source = PathSource(database, offload: offload)
        let runner = ModelRunner(source: source, offload: offload, version: version)
        let runs = RunJobs(of: service, queue, runner, ingest.map { QualityInquiry($0) })
        let contracts = [
            ServedContract(
                AttributionV1.Models.schema,
                AttributionV1.Models.methods(
                    of: ModelsService(database, source, runner, offload: offload)
                ),
                files: [
                    AttributionV1.modelsFile, AttributionV1.bookedCreditFile,
                    AttributionV1.transitionsFile,
                ]
            ),
            ServedContract(
                AttributionV1.Credits.schema,
                AttributionV1.Credits.methods(
                    of: CreditsService(database, runner, offload: offload)
                ),
                files: [AttributionV1.creditsFile]
            ),
            ServedContract(
                AttributionV1.Journeys.schema,
                AttributionV1.Journeys.methods(
                    of: JourneysService(database, source, offload: offload, pages: pages)
                ),
                files: [
                    AttributionV1.journeysFile, AttributionV1.journeySelectionFile,
                    AttributionV1.timelineFile,
                ]
            ),
            ServedContract(
                AttributionV1.Timelines.schema,
                AttributionV1.Timelines.methods(of: TimelinesService(database, timelines)),
                files: [AttributionV1.timelinesFile]
            ),
            ServedContract(
                AttributionV1.Runs.schema,
                AttributionV1.Runs.methods(
                    of: RunsService(database, source, runs, pages: pages)
                ),
                files: [AttributionV1.runsFile]
            ),
        ]
        return (
            contracts, [timelines.handler(limits, offload: offload), runs.handler],
            [timelines.result, runs.result]
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
        case let failure as AttributionFailure: RPCError(failure.code, failure.description)
        case JourneyFailure.paths(let failure): RPCError(failure.code, failure.description)
        case let failure as JourneyFailure: RPCError(.failedPrecondition, failure.description)
        case let failure as TimelinesNotMade: failure.status
        default: nil
        }
    }
}

extension AttributionFailure {
    /// Whether it is the request that is wrong, or what it is about.
    fileprivate var code: StatusCode {
        switch self {
        case .unknownModel, .unknownParameter, .parameterOutOfRange, .weightsAboveOne:
            .invalidArgument
        case .noThread: .unavailable
        default: .failedPrecondition
        }
    }
}
