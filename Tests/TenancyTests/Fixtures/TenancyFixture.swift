import Foundation
import Net
import RPC
import Synchronization
import Telemetry
import Tenancy
import TestContracts
import TestKit
import TestMessages
import Testing
import Wire

/// A server of books that guards its tenants, and clients of it.
final class TenancyFixture: Sendable {
    let clock = TestClock()
    let registry = MetricRegistry()
    let log = CollectingLogSink()
    let openCalls = OpenCalls()
    let issuer: ContextIssuer
    let service = BookService()
    private let group: EventLoopGroup
    private let server: RPCServer

    init(
        admission: (any TenantAdmission)? = nil,
        more: [RPCMethod] = [],
        guarded: Bool = true
    ) throws {
        group = try EventLoopGroup(count: 1)
        let logger = Logger(service: "mmm", version: "1", level: .debug, sink: log)
        issuer = ContextIssuer(
            Fixture.gateway,
            keys: [Fixture.mmm: try Fixture.ring(7), Fixture.ingest: try Fixture.ring(8)],
            now: clock.timestamps
        )
        let verifier = ContextVerifier(
            Fixture.mmm,
            keys: [Fixture.gateway: try Fixture.ring(7)],
            now: clock.timestamps
        )
        var configuration = RPCServerConfiguration()
        if guarded {
            configuration.guards = [
                TenantGuard(
                    verifier,
                    admission: admission,
                    openCalls: openCalls,
                    registry: registry,
                    logger: logger
                )
            ]
        }
        server = try RPCServer(
            address: .loopback(port: 0),
            group: group,
            methods: TestingV1.Shelf.methods(of: service) + more,
            configuration: configuration
        )
    }

    func connect() async throws -> RPCConnection {
        try await RPCConnection.connect(
            to: [server.boundAddress],
            on: group.next(),
            authority: "mmm.test"
        )
    }

    /// A client that acts for a tenant, and its connection.
    func client(
        for context: TenantContext = Fixture.context(),
        slug: TenantSlug? = nil,
        requestID: String? = nil
    ) async throws -> (TestingV1.Shelf.Client, RPCConnection) {
        let connection = try await connect()
        let channel = TenantChannel(
            connection,
            to: Fixture.mmm,
            by: issuer,
            for: context,
            slug: slug,
            requestID: requestID
        )
        return (TestingV1.Shelf.Client(channel), connection)
    }

    /// A good token.
    func token(_ context: TenantContext = Fixture.context()) throws -> String {
        try issuer.token(for: context, to: Fixture.mmm)
    }

    /// How many calls were refused for a reason.
    func refusals(_ reason: String) -> Int? {
        let start = "tenant_refusals_total{reason=\"\(reason)\"} "
        return String(decoding: registry.text(.prometheus), as: UTF8.self)
            .split(separator: "\n")
            .first { $0.hasPrefix(start) }
            .flatMap { Int($0.dropFirst(start.count)) }
    }

    /// What was logged.
    var records: [[String: String]] {
        get throws {
            try log.lines.map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
                return try #require(object as? [String: Any]).mapValues { "\($0)" }
            }
        }
    }

    /// Waits for the calls that are being served.
    func stop() async {
        await server.stop(within: .seconds(10))
        group.stop()
    }
}

/// A service that says for whom it was called.
struct BookService: TestingV1.Shelf.Service {
    func getBook(
        _ request: Message<TestingV1.GetBookRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Book> {
        let verified = try call.tenant
        var book = TestingV1.Book()
        book.name = "\(verified.tenant) \(verified.actor) \(verified.issuer)"
        let names = call.metadata.values("x-request-id").joined(separator: ",")
        book.title = "\(verified.scopes) \(names)"
        return Reply(book)
    }

    func createBook(
        _ request: Message<TestingV1.CreateBookRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Book> {
        Reply(TestingV1.Book())
    }

    func deleteBook(
        _ request: Message<TestingV1.GetBookRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Nothing> {
        Reply(TestingV1.Nothing())
    }

    /// How many handlers of streams are at work.
    let running = Running()

    final class Running: Sendable {
        let count = Atomic<Int>(0)
    }

    func chat(
        _ requests: RequestStream<TestingV1.Book.View>,
        _ responses: ResponseStream<TestingV1.Book>,
        _ call: ServerCall
    ) async throws {
        running.count.add(1, ordering: .relaxed)
        defer { running.count.subtract(1, ordering: .relaxed) }
        while let request = try await requests.next() { try await responses.send(request.value()) }
    }

    func `import`(
        _ requests: RequestStream<TestingV1.CreateBookRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Nothing> {
        while try await requests.next() != nil {}
        return Reply(TestingV1.Nothing())
    }

    func ping(
        _ request: Message<TestingV1.Nothing.View>,
        _ responses: ResponseStream<TestingV1.Book>,
        _ call: ServerCall
    ) async throws {
        try await responses.send(TestingV1.Book())
    }
}

/// The error that a call ends with.
func failure(_ body: () async throws -> Void) async -> RPCError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? RPCError
    }
}
