internal import Contracts
internal import Jobs
internal import Lifecycle
internal import Messages
internal import Net
internal import RPC
internal import Tenancy

/// What the service is made of, and what that serves and does.
struct IngestParts {
    private let service: ServiceName
    private let database: TenantDatabase
    private let pages: PageTokens
    private let offload: WorkerPool?
    private let openImportBytes: Int
    private let catalogue: TenantCatalogue
    private let writer = SeriesWriter(SpendMappingCatalogue())
    private let importJobs: ImportJobs

    init(
        service: ServiceName,
        database: TenantDatabase,
        queue: JobQueue,
        pages: PageTokens,
        offload: WorkerPool?,
        openImportBytes: Int
    ) {
        self.service = service
        self.database = database
        self.pages = pages
        self.offload = offload
        self.openImportBytes = openImportBytes
        catalogue = TenantCatalogue(database)
        importJobs = ImportJobs(of: service, queue)
    }

    /// How jobs are done.
    var handlers: [JobHandler] { [importJobs.handler(importParts)] }

    private var importParts: ImportParts {
        ImportParts(catalogue: catalogue, series: writer, offload: offload)
    }

    // MARK: Contracts

    /// Events, by our own calls and by Segment's.
    var events: [ServedContract] {
        let intake = EventIntake(database, catalogue, offload: offload)
        let segment = SegmentService(database, intake, offload: offload)
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
        ]
    }

    /// Channels, and the rules that map traffic and spend to them.
    var channels: [ServedContract] {
        let taxonomy = TaxonomyService(database, catalogue, pages: pages)
        let mappings = SpendMappingsService(database, pages: pages)
        return [
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
                IngestV1.SpendMappings.schema,
                IngestV1.SpendMappings.methods(of: mappings),
                files: [IngestV1.spendMappingFile]
            ),
        ]
    }

    /// Daily series, and rows that could not be taken.
    var rows: [ServedContract] {
        let rejected = RejectedService(
            database,
            [SeriesReplayer(writer: writer), EventReplayer(catalogue: catalogue)],
            lines: LineReplayer(importParts),
            pages: pages
        )
        return [
            ServedContract(
                IngestV1.Series.schema,
                IngestV1.Series.methods(of: SeriesService(database, writer, pages: pages)),
                files: [IngestV1.seriesFile]
            ),
            ServedContract(
                IngestV1.Rejected.schema,
                IngestV1.Rejected.methods(of: rejected),
                files: [IngestV1.rejectedFile]
            ),
        ]
    }

    /// Imports of files.
    var files: [ServedContract] {
        let imports = ImportsService(
            database,
            importJobs,
            pages: pages,
            offload: offload,
            mostOpenBytes: Int64(openImportBytes)
        )
        return [
            ServedContract(
                IngestV1.Imports.schema,
                IngestV1.Imports.methods(of: imports),
                files: [IngestV1.importsFile]
            )
        ]
    }
}
