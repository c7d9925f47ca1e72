import Messages
import Net
import RPC
import Schema
import Tenancy
import TestTenants
import Wire

/// A stream that is open while its tenant is suspended, by somebody else than the service.
struct SuspensionFault {
    private typealias Text = GoogleProtobuf.StringValue

    private let served: ServedTenants
    private let refreshing: Task<Void, Never>

    private static let watch = MethodSchema(
        "Watch",
        of: "bench.Watches",
        from: Text.schema,
        to: Text.schema,
        streaming: .server,
        access: .scopes([])
    )

    init() async throws {
        guard let service = ServiceName("mmm") else {
            throw Peer.Failure(description: "mmm is no service")
        }
        let watches = TenantAPI(
            service,
            migrations: [
                try .example(
                    "create table nothing (id bigint, constraint nothing_pkey primary key (id));"
                )
            ],
            contracts: [],
            status: { _ in nil },
            calls: []
        ) { _, _ in
            .init([
                .serverStreaming(Self.watch) {
                    (_: Message<Text.View>, answers: ResponseStream<Text>, call) in
                    try await answers.send(Text())
                    // Until the call is over.
                    try await call.loop.sleep(for: .seconds(3_600))
                }
            ])
        }
        let served = try await ServedTenants(watches)
        self.served = served
        refreshing = Task {
            await served.database.directory.run(on: served.fixture.group.next())
        }
    }

    /// Suspends a tenant.
    ///
    /// - Returns: how long its stream stays open.
    func cause(_ run: Int) async throws -> Duration {
        let member = served.members[run % served.members.count]
        let patience = Patience(group: served.fixture.group)
        let channel = try served.channel(member)
        let stream: AnswerStream<Text.View> = try await channel.serverStreaming(
            Self.watch,
            Text(),
            options: CallOptions(timeout: .seconds(60))
        )
        _ = try await stream.next()
        let start = ContinuousClock.now
        try await served.fixture.administration.suspend(member.id)
        do {
            while try await stream.next() != nil {}
            throw Peer.Failure(description: "the stream ended as if all was well")
        } catch let error as RPCError {
            guard error.code == .permissionDenied else { throw error }
        }
        let time = start.duration(to: .now)
        try await served.fixture.administration.resume(member.id)
        _ = try await patience.time(since: .now) {
            served.database.directory.activeTenants.contains(member.id)
        }
        return time
    }

    /// Ends the service.
    func end() async {
        refreshing.cancel()
        await refreshing.value
        await served.stop()
    }
}
