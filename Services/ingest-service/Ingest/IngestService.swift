internal import Contracts
package import Jobs
public import Lifecycle
internal import Messages
package import Net
internal import Platform
internal import Postgres
package import RPC
internal import Schema
package import Tenancy

/// Takes in what happened: events, spend, KPIs and files.
///
/// So far it has channels with the rules that map traffic and spend to them, events and their
/// erasure, daily series, and the quarantine of rows that cannot be taken.
public enum IngestService {
    /// The service, for a program of its own or one that it shares.
    public static let definition = ServiceDefinition<IngestConfiguration>("ingest") { parts in
        let place = try TenantService(
            "ingest",
            parts.configuration.place,
            parts,
            requirements: [try MigrationSet.ingest().requirement]
        )
        let contracts = contracts(
            on: place.database,
            place.queue,
            of: place.name,
            pages: place.pages,
            offload: parts.offload
        )
        return ServiceContent(
            contracts,
            at: place,
            doing: handlers(of: place.name),
            results: ErasureJobs(of: place.name).results,
            status: status(of:)
        )
    }

    /// How the jobs of the service are done.
    ///
    /// - Parameters:
    ///   - service: what it is called.
    ///   - erasure: how much is deleted at once.
    /// - Returns: a handler for each kind.
    package static func handlers(
        of service: ServiceName,
        erasure: ErasureLimits = ErasureLimits()
    ) -> [JobHandler] {
        ErasureJobs(of: service).handlers(erasure)
    }

    /// What the service serves.
    ///
    /// - Parameters:
    ///   - database: the service's.
    ///   - queue: takes its jobs.
    ///   - service: what it is called, as the queue of those jobs.
    ///   - pages: signs the pages of lists.
    ///   - erasure: how much is deleted at once.
    ///   - offload: threads for what takes long; nil to take the loop's time.
    /// - Returns: its contracts.
    package static func contracts(
        on database: TenantDatabase,
        _ queue: JobQueue,
        of service: ServiceName,
        pages: PageTokens,
        erasure: ErasureLimits = ErasureLimits(),
        offload: WorkerPool? = nil
    ) -> [ServedContract] {
        let catalogue = TenantCatalogue(database)
        let taxonomy = TaxonomyService(database, catalogue, pages: pages)
        let intake = EventIntake(database, catalogue, offload: offload)
        let segment = SegmentService(database, intake, offload: offload)
        let writer = SeriesWriter(SpendMappingCatalogue())
        let series = SeriesService(database, writer, pages: pages)
        let mappings = SpendMappingsService(database, pages: pages)
        let rejected = RejectedService(
            database,
            [SeriesReplayer(writer: writer), EventReplayer(catalogue)],
            pages: pages
        )
        let erasure = ErasureService(
            database,
            catalogue,
            queue,
            ErasureJobs(of: service),
            erasure,
            pages: pages
        )
        return [
            erasure.contract,
            ServedContract(
                IngestV1.Events.schema,
                IngestV1.Events.methods(of: EventsService(database, intake)),
                files: [IngestV1.eventsFile]
            ),
            ServedContract(
                IngestV1.Segment.schema,
                IngestV1.Segment.methods(of: segment),
                files: [IngestV1.segmentFile]
            ),
            ServedContract(
                IngestV1.Channels.schema,
                IngestV1.Channels.methods(of: ChannelsService(database, catalogue)),
                files: [IngestV1.channelsFile]
            ),
            ServedContract(
                IngestV1.Taxonomy.schema,
                IngestV1.Taxonomy.methods(of: taxonomy),
                files: [IngestV1.taxonomyFile]
            ),
            ServedContract(
                IngestV1.Series.schema,
                IngestV1.Series.methods(of: series),
                files: [IngestV1.seriesFile]
            ),
            ServedContract(
                IngestV1.SpendMappings.schema,
                IngestV1.SpendMappings.methods(of: mappings),
                files: [IngestV1.spendMappingFile]
            ),
            ServedContract(
                IngestV1.Rejected.schema,
                IngestV1.Rejected.methods(of: rejected),
                files: [IngestV1.rejectedFile]
            ),
        ]
    }

    /// The statement that events are written by, for programs that measure what it costs alone.
    package static var insertStatement: String { EventStore.insertStatement }

    /// What errors of its own mean to callers; nil for what it does not know.
    ///
    /// - Parameter error: what was thrown.
    /// - Returns: the status.
    @Sendable
    package static func status(of error: any Error) -> RPCError? {
        (error as? PostgresError).map { RPCError($0) }
    }
}
