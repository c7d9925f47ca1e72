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
    private let rejectedDays: Int
    private let erasureLimits: ErasureLimits
    private let rowsAtOnce: Int
    private let catalogue: TenantCatalogue
    private let writer = SeriesWriter(SpendMappingCatalogue())
    private let queue: JobQueue
    private let erasureJobs: ErasureJobs
    private let importJobs: ImportJobs
    private let remaps: HistoryRemapQueue
    private let rebuilds: ConversionRebuilds

    init(
        service: ServiceName,
        database: TenantDatabase,
        queue: JobQueue,
        pages: PageTokens,
        offload: WorkerPool?,
        openImportBytes: Int,
        rejectedDays: Int,
        erasure: ErasureLimits,
        rowsAtOnce: Int
    ) {
        self.service = service
        self.database = database
        self.queue = queue
        self.pages = pages
        self.offload = offload
        self.openImportBytes = openImportBytes
        self.rejectedDays = rejectedDays
        erasureLimits = erasure
        self.rowsAtOnce = rowsAtOnce
        catalogue = TenantCatalogue(database)
        erasureJobs = ErasureJobs(of: service)
        importJobs = ImportJobs(of: service, queue)
        remaps = HistoryRemapQueue(of: service, queue)
        rebuilds = ConversionRebuilds(of: service, queue)
    }

    /// How jobs are done.
    var handlers: [JobHandler] {
        let (offload, rowsAtOnce) = (offload, rowsAtOnce)
        return [
            importJobs.handler(importParts),
            JobHandler(HistoryRemapQueue.type(of: service), limit: .seconds(86_400)) {
                try await HistoryRemapRun($0, $1, offload: offload, rowsAtOnce: rowsAtOnce)
                    .mapAll()
            },
            rebuilds.handler(offload: offload, rowsAtOnce: rowsAtOnce),
            SnapshotJob.handler(of: service, offload: offload),
            RejectedRowsEnd.handler(of: service, days: rejectedDays, rowsAtOnce: rowsAtOnce),
        ] + erasureJobs.handlers(erasureLimits)
    }

    /// What jobs end with.
    var results: [JobResult] {
        [
            JobResult(of: HistoryRemapQueue.type(of: service), IngestV1.HistoryRemap.self),
            rebuilds.result,
            JobResult(of: SnapshotJob.type(of: service), IngestV1.QualitySnapshot.self),
            JobResult(of: RejectedRowsEnd.type(of: service), IngestV1.EndedRejectedRows.self),
        ] + erasureJobs.results
    }

    private var importParts: ImportParts {
        ImportParts(
            catalogue: catalogue,
            forgotten: ForgottenCatalogue(catalogue),
            series: writer,
            offload: offload,
            rowsAtOnce: rowsAtOnce
        )
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
        let taxonomy = TaxonomyService(database, catalogue, remaps, pages: pages)
        let history = TaxonomyHistoryService(database, remaps, offload: offload)
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
                IngestV1.TaxonomyHistory.schema,
                IngestV1.TaxonomyHistory.methods(of: history),
                files: [IngestV1.taxonomyHistoryFile]
            ),
            ServedContract(
                IngestV1.SpendMappings.schema,
                IngestV1.SpendMappings.methods(of: mappings),
                files: [IngestV1.spendMappingFile]
            ),
        ]
    }

    /// What counts as a touch and as a conversion.
    var definitions: [ServedContract] {
        let definitions = DefinitionsService(
            database,
            catalogue,
            rebuilds,
            pages: pages,
            offload: offload
        )
        return [
            ServedContract(
                IngestV1.Definitions.schema,
                IngestV1.Definitions.methods(of: definitions),
                files: [
                    IngestV1.definitionsFile, IngestV1.conversionsFile, IngestV1.touchRuleFile,
                ]
            )
        ]
    }

    /// Daily series, and rows that could not be taken.
    var rows: [ServedContract] {
        let rejected = RejectedService(
            database,
            [SeriesReplayer(writer: writer), EventReplayer(catalogue: catalogue)],
            lines: LineReplayer(importParts),
            days: rejectedDays,
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

    /// What ends what was stored.
    var erasure: [ServedContract] {
        let erasure = ErasureService(
            database,
            catalogue,
            queue,
            erasureJobs,
            erasureLimits,
            pages: pages
        )
        return [erasure.contract]
    }

    /// How good all of that is.
    var quality: [ServedContract] {
        let quality = DataQualityService(of: service, database, queue, pages: pages)
        return [
            ServedContract(
                IngestV1.DataQuality.schema,
                IngestV1.DataQuality.methods(of: quality),
                files: [IngestV1.dataQualityFile]
            )
        ]
    }
}
