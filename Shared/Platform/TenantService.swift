public import Jobs
public import Lifecycle
internal import Net
internal import Postgres
public import RPC
public import Tenancy

/// A service's place in the platform: its databases, who its tenants are, the guard that lets their
/// calls pass, and its jobs.
///
/// The service is ready as ``PlatformWatch`` says; it waits for the database as long as it takes,
/// and serves again when it is back.
public final class TenantService: Sendable {
    /// Which service.
    public let name: ServiceName
    /// The databases.
    public let database: TenantDatabase
    /// Lets calls pass that carry the context of a tenant who may make them.
    public let guardian: TenantGuard
    /// Signs contexts for the services that this one calls.
    public let issuer: ContextIssuer
    /// Signs the pages of lists, as all instances of the service do.
    public let pages: PageTokens
    /// Takes the jobs of the service.
    public let queue: JobQueue

    /// The services that it has keys for, to call them.
    let callees: Set<ServiceName>
    private let watch: PlatformWatch
    private let makeWorker: WorkerMaker

    /// What is left to say of a worker is how it does its jobs, and what errors mean.
    private typealias WorkerMaker =
        @Sendable ([JobHandler], @escaping ErrorMapping) -> JobWorker
    /// What a service's own errors mean to callers and owners of jobs; nil for what it does not
    /// know.
    public typealias ErrorMapping = @Sendable (any Error) -> RPCError?

    /// Why there is no place for a service.
    public struct UnknownService: Error, CustomStringConvertible {
        /// What it is called.
        public let name: String
        /// The reason in words.
        public var description: String { "'\(name)' is no name of a service" }
    }

    /// Takes the place of a service; nothing is asked of the database yet.
    ///
    /// - Parameters:
    ///   - name: the service, as `ingest`.
    ///   - configuration: the platform's database and the keys, and how many jobs are done.
    ///   - parts: what the service has as every one has.
    ///   - requirements: which schemas of tenants its code works with.
    /// - Throws: ``UnknownService``; `CryptoError.malformed` if the gateway may not call it; or
    ///   what a configuration that was loaded does not cause.
    public init<Own>(
        _ name: String,
        _ configuration: TenantServiceConfiguration,
        _ parts: ServiceParts<Own>,
        requirements: [SchemaRequirement] = []
    ) throws {
        guard let service = ServiceName(name) else { throw UnknownService(name: name) }
        self.name = service
        let openCalls = OpenCalls()
        let database = try TenantDatabase(
            configuration.platform.dsn,
            group: parts.group,
            blocking: parts.blocking,
            requirements: requirements,
            openCalls: openCalls,
            configuration: configuration.platform.pools,
            registry: parts.registry,
            logger: parts.logger
        )
        self.database = database
        let keys = try configuration.platform.contextKeys
        guardian = TenantGuard(
            ContextVerifier(service, keys: try keys.verifying(at: service)),
            admission: database.directory,
            openCalls: openCalls,
            registry: parts.registry,
            logger: parts.logger
        )
        let signing = try keys.signing(as: service)
        issuer = ContextIssuer(service, keys: signing)
        callees = Set(signing.keys)
        pages = try keys.pageTokens(of: service)
        let queue = JobQueue(
            database,
            on: parts.group.next(),
            registry: parts.registry,
            logger: parts.logger
        )
        self.queue = queue
        let limits = configuration.jobs
        makeWorker = { handlers, status in
            JobWorker(
                service,
                handlers,
                on: database,
                queue,
                group: parts.group,
                blocking: parts.blocking,
                configuration: limits,
                name: parts.service.process.instance,
                errorMapping: status,
                telemetry: parts.telemetry,
                spans: parts.spans,
                registry: parts.registry,
                logger: parts.logger
            )
        }
        watch = PlatformWatch(
            database,
            on: parts.group.next(),
            condition: parts.readiness.addCondition("platform", reason: "not asked yet"),
            logger: parts.logger
        )
    }

    /// The part of the service that keeps the directory fresh, and closes the databases.
    public var component: ServiceComponent { watch.component() }

    /// The part of the service that does its jobs; once.
    ///
    /// Without handlers it does what every service owes its tenants all the same: it sees to their
    /// schedules, takes jobs from workers that were lost, and forgets old ones.
    ///
    /// - Parameters:
    ///   - handlers: how, each kind once.
    ///   - status: what the service's own errors mean to the owners of jobs.
    /// - Returns: the part, which comes after ``component``.
    func worker(_ handlers: [JobHandler], _ status: @escaping ErrorMapping) -> ServiceComponent {
        let worker = makeWorker(handlers, status)
        return ServiceComponent("jobs") {
            worker.start()
        } stop: { limit in
            // What is cancelled at the limit still takes a moment to be given back.
            await worker.stop(within: limit * 0.5)
        }
    }
}
