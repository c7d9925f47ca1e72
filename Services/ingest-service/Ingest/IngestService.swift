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
/// So far it has channels with the rules that map traffic and spend to them, events, daily series,
/// the quarantine of rows that cannot be taken, and snapshots of how good all of that is.
public enum IngestService {
    /// The service, for a program of its own or one that it shares.
    public static let definition = ServiceDefinition<IngestConfiguration>("ingest") { parts in
        let place = try TenantService(
            "ingest",
            parts.configuration.place,
            parts,
            requirements: [try MigrationSet.ingest().requirement]
        )
        let nightly = NightlySnapshots(
            of: place.name,
            place.database,
            place.queue,
            logger: parts.logger
        )
        return ServiceContent(
            contracts(
                of: place.name,
                on: place.database,
                jobs: place.queue,
                pages: place.pages,
                offload: parts.offload
            ),
            at: place,
            doing: handlers(of: place.name, offload: parts.offload),
            results: [
                JobResult(of: SnapshotJob.type(of: place.name), IngestV1.QualitySnapshot.self)
            ],
            components: [nightly.component(on: parts.group.next())],
            status: status(of:)
        )
    }

    /// What the service serves.
    ///
    /// - Parameters:
    ///   - service: what it is called, as the owner of its jobs.
    ///   - database: the service's.
    ///   - jobs: takes its jobs.
    ///   - pages: signs the pages of lists.
    ///   - offload: threads for what takes long; nil to take the loop's time.
    /// - Returns: its contracts.
    package static func contracts(
        of service: ServiceName,
        on database: TenantDatabase,
        jobs: JobQueue,
        pages: PageTokens,
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
            [SeriesReplayer(writer: writer), EventReplayer(catalogue: catalogue)],
            pages: pages
        )
        let quality = DataQualityService(of: service, database, jobs, pages: pages)
        return [
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
            ServedContract(
                IngestV1.DataQuality.schema,
                IngestV1.DataQuality.methods(of: quality),
                files: [IngestV1.dataQualityFile]
            ),
        ]
    }

    /// How the service's jobs are done.
    ///
    /// - Parameters:
    ///   - service: what it is called, as the owner of its jobs.
    ///   - offload: threads for what takes long; nil to take the loop's time.
    /// - Returns: a handler for each kind.
    package static func handlers(
        of service: ServiceName,
        offload: WorkerPool? = nil
    ) -> [JobHandler] {
        [SnapshotJob.handler(of: service, offload: offload)]
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
