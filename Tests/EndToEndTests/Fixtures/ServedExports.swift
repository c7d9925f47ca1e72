import Net
import RPC
import Schema
import Telemetry
import Tenancy
import TestContracts
import TestExample
import TestKit
import TestMessages
import TestTenants
import Testing
import Wire

/// The example with its jobs, served to two tenants.
struct ServedExports {
    let served: ServedTenants

    init(next: (any RPCChannel)? = nil) async throws {
        served = try await ServedTenants(.example(showsJobs: false, next: next))
    }

    /// Calls as one of the tenants.
    func client(_ place: Int) throws -> TestingV1.Example.Client {
        TestingV1.Example.Client(try served.channel(served.members[place]))
    }

    /// Makes items of a tenant, whose titles say whose they are.
    func makeItems(_ count: Int, _ place: Int) async throws {
        for number in 1...count {
            var request = TestingV1.CreateItemRequest()
            request.title = "\(place)-\(number)"
            request.idempotencyKey = "\(number)"
            _ = try await client(place).createItem(request)
        }
    }

    /// What a watch tells until it ends with the job.
    func watch(_ name: String, _ place: Int) async throws -> [TestingV1.Job] {
        let watch = try await client(place).watchJob(.named(name))
        var told: [TestingV1.Job] = []
        while let job = try await watch.next() { told.append(job.value()) }
        return told
    }

    /// What `psql` answers in a tenant's schema.
    func lines(_ sql: String, _ place: Int) async throws -> [String] {
        try await served.fixture.lines(
            "set search_path = \(served.members[place].id.schemaName); \(sql)"
        )
    }
}

/// The next of a chain: an example without tenants, and what has come to it.
final class NextExample: Sendable {
    let connection: RPCConnection
    private let group: EventLoopGroup
    private let server: RPCServer
    private let came: Came

    private final class Came: Sendable {
        let reports = Locked<[ServerCallReport]>([])
    }

    init() async throws {
        let came = Came()
        self.came = came
        group = try EventLoopGroup(count: 1)
        var configuration = RPCServerConfiguration()
        configuration.onCallBegan = { call in call.requestID = call.metadata.requestID }
        configuration.onCallEnded = { report in came.reports.withLock { $0.append(report) } }
        server = try RPCServer(
            address: .loopback(port: 0),
            group: group,
            methods: TestingV1.Example.methods(
                of: ExampleService(MemoryItemStore(mostItems: 1), instance: "next")
            ),
            configuration: configuration
        )
        connection = try await RPCConnection.connect(
            to: [server.boundAddress],
            on: group.next(),
            authority: "next.test"
        )
    }

    /// Ends it, and tells what has come.
    func stop() async throws -> [ServerCallReport] {
        await connection.close()
        await server.stop(within: .seconds(10))
        group.stop()
        return came.reports.withLock { $0 }
    }
}

extension TestingV1.StartExportRequest {
    /// Asks for an export, so many items at a time, by a key that is its title unless another is
    /// given.
    static func titled(_ title: String, key: String? = nil, part: Int32 = 0) -> Self {
        var request = Self()
        request.title = title
        request.idempotencyKey = key ?? title
        request.partSize = part
        return request
    }
}

extension TestingV1.GetJobRequest {
    /// Asks for a job.
    static func named(_ name: String) -> Self {
        var request = Self()
        request.name = name
        return request
    }
}

extension TestingV1.CancelJobRequest {
    /// Asks for a job's end.
    static func named(_ name: String) -> Self {
        var request = Self()
        request.name = name
        return request
    }
}

extension TestingV1.WatchJobRequest {
    /// Asks to be told of a job.
    static func named(_ name: String) -> Self {
        var request = Self()
        request.name = name
        return request
    }
}
