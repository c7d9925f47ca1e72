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
/// erasure, what of them is a touch and what a conversion, daily series, imports of files, the
/// quarantine of rows that cannot be taken, and snapshots of how good all of that is.
public enum IngestService {
    /// The service, for a program of its own or one that it shares.
    public static let definition = ServiceDefinition<IngestConfiguration>("ingest") { parts in
        let place = try TenantService(
            "ingest",
            parts.configuration.place,
            parts,
            requirements: [try MigrationSet.ingest().requirement]
        )
        let work = work(
            of: place.name,
            on: place.database,
            place.queue,
            pages: place.pages,
            offload: parts.offload,
            openImportBytes: parts.configuration.openImportBytes,
            rejectedDays: parts.configuration.rejectedDays
        )
        let nightly = NightlySchedules(
            [SnapshotJob.nightly(of: place.name), RejectedRowsEnd.nightly(of: place.name)],
            of: place.name,
            place.database,
            place.queue,
            logger: parts.logger
        )
        return ServiceContent(
            work.contracts,
            at: place,
            doing: work.handlers,
            results: work.results,
            components: [nightly.rounds.component(on: parts.group.next())],
            status: status(of:)
        )
    }

    /// What the service serves, and how its jobs are done.
    ///
    /// - Parameters:
    ///   - service: what it is called.
    ///   - database: its databases.
    ///   - queue: takes its jobs.
    ///   - pages: signs the pages of lists.
    ///   - offload: threads for what takes long; nil to take the loop's time.
    ///   - openImportBytes: how many bytes a tenant may have in files that are not read yet.
    ///   - rejectedDays: for how many days rejected rows are kept.
    ///   - erasure: how much is deleted at once.
    ///   - rowsAtOnce: how many rows a job writes in a transaction.
    /// - Returns: its contracts, and how each kind of job is done and told of.
    package static func work(
        of service: ServiceName,
        on database: TenantDatabase,
        _ queue: JobQueue,
        pages: PageTokens,
        offload: WorkerPool? = nil,
        openImportBytes: Int = IngestConfiguration.standardOpenImportBytes,
        rejectedDays: Int = IngestConfiguration.standardRejectedDays,
        erasure: ErasureLimits = ErasureLimits(),
        rowsAtOnce: Int = 5_000
    ) -> (contracts: [ServedContract], handlers: [JobHandler], results: [JobResult]) {
        let parts = IngestParts(
            service: service,
            database: database,
            queue: queue,
            pages: pages,
            offload: offload,
            openImportBytes: openImportBytes,
            rejectedDays: rejectedDays,
            erasure: erasure,
            rowsAtOnce: rowsAtOnce
        )
        let contracts =
            parts.events + parts.channels + parts.definitions + parts.rows + parts.files
            + parts.erasure + parts.quality
        return (contracts, parts.handlers, parts.results)
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
