import Messages
import Net
import Postgres
import RPC
import Schema
import Telemetry
import TestKit
import TestTenants
import Testing
import Wire

@testable import Jobs
@_spi(PostgresSessions) @testable import Tenancy

typealias Text = GoogleProtobuf.StringValue

extension Text {
    /// The message that says so.
    init(saying text: String) {
        self.init()
        value = text
    }
}

/// An error of a service's own.
struct Mapped: Error {
    let text: String
}

/// A database with tenants, the queue of a service, and workers.
final class JobsFixture: Sendable {
    static let ingest = service("ingest")
    static let insights = service("insights")
    static let note = JobType<Text>("note", of: ingest)
    static let summary = JobType<Text>("summary", of: insights)

    let schema: SchemaFixture
    let database: TenantDatabase
    let tenant: TenantID
    let queue: JobQueue

    private static func service(_ name: String) -> ServiceName {
        guard let service = ServiceName(name) else { preconditionFailure("\(name) is a name") }
        return service
    }

    /// A database whose tenants have a table of effects.
    ///
    /// - Parameters:
    ///   - tables: what makes it.
    ///   - server: where; nil for the server that most tests share.
    ///   - connections: how many the service has.
    /// - Throws: whatever keeps it from being made.
    init(
        _ tables: String = effectsTable,
        on server: PrivatePostgres? = nil,
        connections: Int = 4
    ) async throws {
        schema = try await SchemaFixture(services: [try .example(tables)], on: server)
        tenant = try await schema.tenant("acme")
        database = try await schema.service("ingest", connections: connections)
        queue = JobQueue(
            database,
            on: schema.group.next(),
            registry: MetricRegistry(),
            logger: schema.logger
        )
    }

    /// Another tenant, of which the service knows.
    func tenant(_ slug: String) async throws -> TenantID {
        let tenant = try await schema.tenant(slug)
        try await database.directory.refresh()
        return tenant
    }

    /// Somebody's rows for a minute.
    func scope(_ tenant: TenantID? = nil) throws -> TenantScope {
        try database.scope(
            for: try schema.context(tenant ?? self.tenant),
            before: SchemaFixture.soon
        )
    }

    /// A worker that is in a hurry.
    func worker(
        _ handlers: [JobHandler],
        of queue: ServiceName = ingest,
        name: String = "one",
        _ change: (inout JobWorkerConfiguration) -> Void = { _ in }
    ) -> JobWorker {
        var configuration = JobWorkerConfiguration()
        configuration.lease = .seconds(20)
        configuration.heartbeat = .milliseconds(50)
        configuration.poll = .milliseconds(50)
        configuration.sweep = .seconds(600)
        configuration.timeout = .seconds(60)
        change(&configuration)
        return JobWorker(
            queue,
            handlers,
            on: database,
            self.queue,
            group: schema.group,
            blocking: schema.blocking,
            configuration: configuration,
            name: name,
            errorMapping: { ($0 as? Mapped).map { RPCError(.invalidArgument, $0.text) } },
            registry: MetricRegistry(),
            logger: schema.logger
        )
    }

    /// A job as soon as it fits.
    func job(
        _ id: JobID,
        when fits: (JobRecord) -> Bool = { $0.state.isOver }
    ) async throws -> JobRecord {
        while true {
            let record = try #require(try await queue.job(id, in: try scope()))
            if fits(record) { return record }
            try await pause()
        }
    }

    /// Gives running jobs to somebody else.
    func takeLease() async throws {
        try await run("update jobs set lease_token = gen_random_uuid() where state = 'running'")
    }

    /// Does something again until the server has been there all the time; it can be done twice.
    @discardableResult
    func insisting<Value>(_ body: () async throws -> Value) async throws -> Value {
        while true {
            do {
                return try await body()
            } catch let error as PostgresError where error.kind != .server || error.isRetriable {
                try await pause()
            }
        }
    }

    /// How many of the service's statements wait for a lock.
    func waiters() async throws -> Int {
        let count = try await run(
            """
            select count(*) from pg_stat_activity
            where usename = 'svc_ingest' and datname = current_database()
                and wait_event_type = 'Lock'
            """
        )
        return Int(count) ?? 0
    }

    /// Waits until something has come true.
    func until(_ hasComeTrue: () async throws -> Bool) async throws {
        while try await !hasComeTrue() { try await pause() }
    }

    /// Leaves the machine to others for a moment.
    func pause(_ duration: Duration = .milliseconds(5)) async throws {
        try await schema.pause(duration)
    }

    /// Enqueues a note.
    @discardableResult
    func enqueue(
        _ text: String,
        _ tenant: TenantID? = nil,
        _ change: (inout NewJob) -> Void = { _ in }
    ) async throws -> JobID {
        var job = Self.note.job(Text(saying: text))
        change(&job)
        return try await queue.enqueue([job], in: try scope(tenant))[0].id
    }

    /// What the effects of jobs are, in their order.
    func effects(_ tenant: TenantID? = nil) async throws -> [String] {
        try await scope(tenant).read(.effects).map { try $0.read(String.self, at: 0) }
    }

    /// What `psql` answers in the tenant's schema.
    @discardableResult
    func run(_ sql: String) async throws -> String {
        try await schema.database.run("set search_path = \(tenant.schemaName); \(sql)")
    }

    func stop(_ workers: JobWorker...) async {
        for worker in workers { await worker.stop(within: .seconds(60)) }
        await queue.settle()
        await database.close()
    }
}

private let effectsTable = """
    create table effects (
        id bigint generated always as identity,
        body text not null,
        constraint effects_pkey primary key (id)
    );
    """

extension Statement {
    static let effects = Statement("test.effects", "select body from effects order by id")
    static let addEffect = Statement("test.add_effect", "insert into effects (body) values ($1)")
}

extension JobHandler {
    /// Writes down what it was told, with the end of the job.
    static let noting = JobHandler(JobsFixture.note) { text, run in
        try await run.complete { try await $0.query(.addEffect, text.value) }
    }

    /// The same after something else.
    static func noting(
        retries: JobRetryPolicy = JobRetryPolicy(),
        limit: Duration = .seconds(3_600),
        _ body: @escaping @Sendable (Text, JobRun) async throws -> Void
    ) -> JobHandler {
        JobHandler(JobsFixture.note, retries: retries, limit: limit) { text, run in
            try await body(text, run)
            try await run.complete { try await $0.query(.addEffect, text.value) }
        }
    }
}
