public import Crypto
public import Jobs
public import Net
public import Observe
public import RPC
internal import Schema
internal import Synchronization
public import Telemetry
public import Tenancy
public import TestKit
internal import Wire

/// A service on a server that guards its tenants, two of them, with a worker for its jobs, and all
/// that the service tells.
public final class ServedTenants: Sendable {
    /// A tenant of the service.
    public struct Member: Sendable {
        /// Which.
        public let id: TenantID
        /// What it is called.
        public let slug: TenantSlug
        /// Its word.
        public let canary = Canary()
    }

    /// What is served.
    public let api: TenantAPI
    /// The database and the log.
    public let fixture: SchemaFixture
    /// The service's databases.
    public let database: TenantDatabase
    /// Takes the service's jobs, which a worker does.
    public let jobs: JobQueue
    /// The service's metrics.
    public let registry = MetricRegistry()
    /// The service's spans.
    public let spans = KeptSpans()
    /// Two tenants.
    public let members: [Member]
    /// Signs contexts as the gateway does.
    public let issuer: ContextIssuer
    /// By what it signs them for the service.
    public let keys: KeyRing<AuthenticationKey>

    private let worker: JobWorker
    private let server: RPCServer
    private let connection: RPCConnection
    private let open = OpenCount()

    private final class OpenCount: Sendable {
        let value = Atomic<Int>(0)
    }

    /// Serves an API to two tenants.
    ///
    /// - Parameters:
    ///   - api: what is served.
    ///   - postgres: where; nil for the server that most tests share.
    /// - Throws: whatever keeps it from being served.
    public init(_ api: TenantAPI, on postgres: PrivatePostgres? = nil) async throws {
        self.api = api
        fixture = try await SchemaFixture(services: api.migrations, on: postgres)
        var members: [Member] = []
        for text in ["acme", "zebra"] {
            let slug = try TenantSlug(text)
            members.append(Member(id: try await fixture.administration.create(slug), slug: slug))
        }
        self.members = members
        database = try await fixture.service(api.service.text, registry: registry)
        keys = try Self.freshKeys()
        issuer = ContextIssuer(try Self.gateway, keys: [api.service: keys])
        jobs = JobQueue(
            database,
            on: fixture.group.next(),
            registry: registry,
            logger: fixture.logger
        )
        let telemetry = CallTelemetry(
            registry: registry,
            logger: fixture.logger,
            sampler: TraceSampler(ratio: 1),
            spans: spans
        )
        let content = api.content(database, jobs)
        worker = JobWorker(
            api.service,
            content.handlers,
            on: database,
            jobs,
            group: fixture.group,
            blocking: fixture.blocking,
            configuration: Self.hurried,
            name: "one",
            telemetry: telemetry,
            spans: spans,
            registry: registry,
            logger: fixture.logger
        )
        server = try RPCServer(
            address: .loopback(port: 0),
            group: fixture.group,
            methods: content.methods,
            configuration: try Self.configuration(
                api,
                fixture,
                database,
                keys,
                registry,
                telemetry,
                open
            )
        )
        connection = try await RPCConnection.connect(
            to: [server.boundAddress],
            on: fixture.group.next(),
            authority: "\(api.service).test"
        )
        worker.start()
    }

    /// What a worker is told whose jobs tests wait for; leases outlast machines however slow.
    private static var hurried: JobWorkerConfiguration {
        var configuration = JobWorkerConfiguration()
        configuration.heartbeat = .milliseconds(50)
        configuration.poll = .milliseconds(50)
        configuration.sweep = .seconds(600)
        configuration.timeout = .seconds(60)
        return configuration
    }

    private static func configuration(
        _ api: TenantAPI,
        _ fixture: SchemaFixture,
        _ database: TenantDatabase,
        _ keys: KeyRing<AuthenticationKey>,
        _ registry: MetricRegistry,
        _ telemetry: CallTelemetry,
        _ open: OpenCount
    ) throws -> RPCServerConfiguration {
        var configuration = RPCServerConfiguration()
        configuration.guards = [
            TenantGuard(
                ContextVerifier(api.service, keys: [try gateway: keys]),
                admission: database.directory,
                openCalls: fixture.openCalls,
                registry: registry,
                logger: fixture.logger
            )
        ]
        configuration.errorMapping = api.status
        configuration.onCallBegan = { _ in open.value.add(1, ordering: .relaxed) }
        telemetry.watch(&configuration)
        let told = configuration.onCallEnded
        configuration.onCallEnded = { report in
            told?(report)
            open.value.subtract(1, ordering: .relaxed)
        }
        return configuration
    }

    /// Who signs contexts.
    public static var gateway: ServiceName {
        get throws { try found(ServiceName("gateway")) }
    }

    /// A ring of one new key.
    public static func freshKeys() throws -> KeyRing<AuthenticationKey> {
        let id = try found(KeyID(1))
        return try KeyRing(
            current: id,
            [id: AuthenticationKey(SecretBytes(randomCount: 32))]
        )
    }

    private struct Nothing: Error {}

    private static func found<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Nothing() }
        return value
    }

    // MARK: Calls

    /// How many calls are under way.
    public var openCount: Int { open.value.load(ordering: .relaxed) }

    /// Where the service is.
    public var address: SocketAddress { server.boundAddress }

    /// A channel that says nothing of a tenant.
    public var bare: any RPCChannel { connection }

    /// What someone who is called by the tenant's word does for it, with all scopes of the API.
    public func context(_ member: Member) throws -> TenantContext {
        TenantContext(
            tenant: member.id,
            actor: try Self.found(Actor(.user, member.canary.text)),
            scopes: try Self.found(ScopeSet(api.scopes))
        )
    }

    /// A channel for calls of a tenant.
    public func channel(_ member: Member) throws -> TenantChannel {
        TenantChannel(
            connection,
            to: api.service,
            by: issuer,
            for: try context(member),
            slug: member.slug
        )
    }

    /// Makes all calls of the API as a tenant, one after the other, and waits until the service
    /// has told all of them, and all of the tenant's jobs are over.
    ///
    /// - Parameters:
    ///   - member: the tenant.
    ///   - round: how often it has done so before.
    /// - Returns: all that it is told.
    /// - Throws: an error if it cannot call at all.
    public func callAll(_ member: Member, round: Int) async throws -> [String] {
        let channel = try channel(member)
        var told: [String] = []
        for call in api.calls {
            told += await call.told(on: channel, TenantWords(member.canary, round: round))
        }
        while open.value.load(ordering: .relaxed) > 0 { await Task.yield() }
        try await finishJobs(of: member)
        return told
    }

    /// Waits until all jobs of a tenant are over, and told.
    public func finishJobs(of member: Member) async throws {
        // The server waits, for a while: to ask without a pause would take a third of what two
        // cores do from the jobs.
        let open = """
            select 1 from \(member.id.schemaName).jobs
            where state in ('blocked', 'waiting', 'running') limit 1
            """
        let wait = """
            do $$ begin
                for i in 1..50 loop
                    exit when not exists (\(open));
                    perform pg_sleep(0.01);
                end loop;
            end $$
            """
        while try await fixture.lines("\(wait); \(open)").contains("1") {
            try Task.checkCancellation()
        }
        while !metrics.contains("\njobs_running 0\n") {
            try await fixture.pause(.milliseconds(1))
        }
    }

    /// All rows of a tenant, bytes in hexadecimal digits.
    public func rows(_ member: Member) async throws -> String {
        try await fixture.database.run(
            """
            set xmlbinary = hex;
            select schema_to_xml('\(member.id.schemaName)', true, false, '')
            """
        )
    }

    /// The metrics.
    public var metrics: String {
        String(decoding: registry.text(.prometheus), as: UTF8.self)
    }

    /// How many calls were refused for what they say of their tenant.
    public var refusals: Int {
        metrics.split(separator: "\n").filter { $0.hasPrefix("tenant_refusals_total{") }
            .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }.reduce(0, +)
    }

    /// Ends everything.
    public func stop() async {
        await connection.close()
        await server.stop(within: .seconds(10))
        await worker.stop(within: .seconds(10))
        await database.close()
    }
}

/// Keeps spans.
public final class KeptSpans: SpanSink {
    private let kept = Locked<[FinishedSpan]>([])

    /// No spans.
    public init() {}

    /// The spans, in the order they ended in.
    public var all: [FinishedSpan] { kept.withLock { $0 } }

    /// Each span with all that is said of it.
    public var texts: [String] { all.map { "\($0)" } }

    /// See ``Observe/SpanSink``.
    public func take(_ span: FinishedSpan) { kept.withLock { $0.append(span) } }
}
