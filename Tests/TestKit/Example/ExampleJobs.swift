public import Jobs
public import RPC
public import Tenancy
public import TestMessages

internal import Postgres
internal import TestContracts
internal import Wire

/// The jobs of the example, with what it needs to take them and to show them.
public struct ExampleJobs: Sendable {
    let database: TenantDatabase
    let queue: JobQueue
    let export: JobType<TestingV1.StartExportRequest>
    let interval: Duration

    /// The jobs of a service's tenants.
    ///
    /// - Parameters:
    ///   - service: the service whose workers do them.
    ///   - database: its databases.
    ///   - queue: takes them.
    ///   - interval: how often a watch looks.
    public init(
        of service: ServiceName,
        _ database: TenantDatabase,
        _ queue: JobQueue,
        watchedEvery interval: Duration = .seconds(1)
    ) {
        self.database = database
        self.queue = queue
        self.interval = interval
        export = Self.export(of: service)
    }

    /// Copies of all items.
    public static func export(of service: ServiceName) -> JobType<TestingV1.StartExportRequest> {
        JobType("export", of: service)
    }

    /// How they are done.
    ///
    /// - Parameters:
    ///   - service: the service whose workers do them.
    ///   - next: whom an export asks along a chain; nil if there is nobody.
    /// - Returns: a handler for each kind.
    public static func handlers(
        of service: ServiceName,
        next: (any RPCChannel)? = nil
    ) -> [JobHandler] {
        let client = next.map { TestingV1.Example.Client($0) }
        return [
            JobHandler(export(of: service)) { request, run in
                try await ExportRun(request, run, next: client).copyAll()
            }
        ]
    }
}
