import Contracts
import Foundation
import Ingest
import Lifecycle
import Messages
import Net
import RPC
import Schema
import Tenancy
import TestKit
import TestTenants
import Wire

/// Events by gRPC into a durable table, in turn with a program of C that writes the like by the
/// same statement: what the database leaves of a service's ratio.
struct IngestBenchmark {
    private let arguments: Arguments

    /// What is sent, and what the program of C does meanwhile.
    private struct Shape {
        let name: String
        /// How many events a call has.
        let rows: Int
        let calls: Int
        let clients: Int
        /// Whether an event's id and time together decide, or its id alone.
        let isFixed: Bool
        var connections = 1
        var budget: Report.Budget?
        var goal: Double?
    }

    private static let shapes = [
        Shape(
            name: "10,000 a call, 1 client, by id and time",
            rows: 10_000,
            calls: 20,
            clients: 1,
            isFixed: true,
            budget: .atLeast(0.8),
            goal: 150
        ),
        Shape(
            name: "10,000 a call, 1 client, by id",
            rows: 10_000,
            calls: 20,
            clients: 1,
            isFixed: false,
            budget: .atLeast(0.8)
        ),
        Shape(
            name: "10,000 a call, 8 clients, by id and time",
            rows: 10_000,
            calls: 40,
            clients: 8,
            isFixed: true,
            connections: 2,
            goal: 150
        ),
        Shape(
            name: "100 a call, 8 clients, by id and time",
            rows: 100,
            calls: 1_000,
            clients: 8,
            isFixed: true,
            budget: .atLeast(0.8)
        ),
        Shape(
            name: "1 a call, 64 clients, by id and time",
            rows: 1,
            calls: 20_000,
            clients: 64,
            isFixed: true,
            budget: .atLeast(0.8),
            goal: 20
        ),
    ]

    init(_ arguments: Arguments) { self.arguments = arguments }

    func run() throws -> Report {
        try Waiting.run { try await measure() }
    }

    private func measure() async throws -> Report {
        let postgres = try await PrivatePostgres(
            on: .disk,
            settings: ["fsync=on", "synchronous_commit=on", "full_page_writes=on"]
        )
        let offload = try WorkerPool(name: "offload", threads: 2, maximumQueued: 1_024)
        defer { offload.stop() }
        let served = try await ServedTenants(try Self.api(offload), on: postgres)
        let events = IngestV1.Events.Client(try served.channel(served.members[0]))
        let statement = FileManager.default.temporaryDirectory
            .appendingPathComponent("ingest-\(UUID().uuidString).sql")
        try Data(IngestService.insertStatement.utf8).write(to: statement)
        defer { try? FileManager.default.removeItem(at: statement) }
        var seed = 0
        var rows: [Report.Row] = []
        for shape in Self.shapes {
            var pairs: [(ours: Double, theirs: Double)] = []
            for _ in 0..<arguments.pairs {
                seed += 1 << 32
                let ours = try await Self.rate(shape, events, seed: seed)
                seed += 1 << 32
                let theirs = try await limit(shape, served, statement, seed: seed)
                pairs.append((ours / 1e3, theirs / 1e3))
            }
            rows.append(
                Report.Row(
                    shape.name,
                    peer: "C, libpq: \(shape.rows) a commit, \(shape.connections) connections",
                    unit: "k/s",
                    pairs: pairs,
                    budget: shape.budget,
                    goal: shape.goal
                )
            )
        }
        await served.stop()
        return Report(
            benchmark: "ingest",
            note: "client, service and a durable Postgres on the same cores; "
                + "medians of \(arguments.pairs) pairs",
            rows: rows
        )
    }

    private static func api(_ offload: WorkerPool) throws -> TenantAPI {
        guard let name = ServiceName("ingest") else {
            throw Peer.Failure(description: "ingest is no service")
        }
        let pages = PageTokens(try .ephemeral())
        return TenantAPI(
            name,
            migrations: try [.ingest()],
            contracts: [IngestV1.Events.schema],
            status: IngestService.status(of:),
            calls: []
        ) { database, queue in
            let work = IngestService.work(
                of: name,
                on: database,
                queue,
                pages: pages,
                offload: offload
            )
            return .init(work.contracts.flatMap(\.methods))
        }
    }

    // MARK: Ours

    /// Events a second.
    private static func rate(
        _ shape: Shape,
        _ client: IngestV1.Events.Client,
        seed: Int
    ) async throws -> Double {
        let requests = (0..<shape.calls).map { request(shape, first: seed + $0 * shape.rows) }
        let next = Locked(0)
        let start = ContinuousClock.now
        try await withThrowingTaskGroup { group in
            for _ in 0..<shape.clients {
                group.addTask {
                    while true {
                        let index = next.withLock { next in
                            defer { next += 1 }
                            return next
                        }
                        guard index < requests.count else { return }
                        let answer = try await client.writeEvents(requests[index]).message
                        guard answer.view.accepted == shape.rows else {
                            throw Peer.Failure(description: "not all events were accepted")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        return Double(shape.calls * shape.rows) / seconds
    }

    private static func request(_ shape: Shape, first: Int) -> IngestV1.WriteEventsRequest {
        var request = IngestV1.WriteEventsRequest()
        request.origin = "bench"
        request.hasFixedTimes = shape.isFixed
        request.events = (first..<first + shape.rows).map(event)
        return request
    }

    /// A page that was opened after a click on an ad, one of a hundred of a millisecond.
    private static func event(_ number: Int) -> IngestV1.Event {
        var event = IngestV1.Event()
        let random = UInt64(truncatingIfNeeded: number) &* 0x9e37_79b9_7f4a_7c15
        event.eventID = String(random, radix: 16) + "-" + String(number, radix: 16)
        event.kind = .page
        let milliseconds = 1_772_366_400_000 + Int64(number % (1 << 32)) / 100
        var time = GoogleProtobuf.Timestamp()
        time.seconds = milliseconds / 1_000
        time.nanos = Int32(milliseconds % 1_000) * 1_000_000
        event.occurredAt = time
        event.anonymousID = "visitor-\(random % 100_000)"
        var visit = IngestV1.Visit()
        visit.pageURL =
            "https://shop.example/shoes?utm_source=google&utm_medium=cpc&utm_campaign=spring-sale"
            + "&gclid=\(random)"
        visit.referrer = "https://www.google.com/"
        event.visit = visit
        return event
    }

    // MARK: The limit

    /// What the program of C writes, in events a second.
    private func limit(
        _ shape: Shape,
        _ served: ServedTenants,
        _ statement: URL,
        seed: Int
    ) async throws -> Double {
        let tenant = served.members[0].id
        let output = try await OutsideProgram.run(
            arguments.peers.appendingPathComponent("ingest").path,
            served.fixture.database.dsn(user: "svc_ingest"),
            tenant.roleName,
            tenant.schemaName,
            statement.path,
            "\(seed)",
            "\(shape.rows)",
            "\(shape.calls)",
            "\(shape.connections)",
            shape.isFixed ? "1" : "0"
        )
        guard output.status == 0, let rate = Double(output.text.split(separator: "\n")[0]) else {
            throw Peer.Failure(description: "ingest: \(output.text)\(output.errors)")
        }
        return rate
    }
}
