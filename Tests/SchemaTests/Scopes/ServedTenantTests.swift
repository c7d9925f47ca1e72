import Crypto
import Messages
import Net
import RPC
import Telemetry
import TestTenants
import Testing
import Wire

@_spi(PostgresSessions) import Postgres
@testable import Schema
@_spi(PostgresSessions) import Tenancy

/// A service of notes on a server that guards its tenants, and clients of it.
private final class ServedNotes: Sendable {
    typealias Text = GoogleProtobuf.StringValue

    let fixture: SchemaFixture
    let database: TenantDatabase
    private let server: RPCServer
    private let issuer: ContextIssuer
    private let mmm: ServiceName

    static let add = MethodSchema(
        "Add",
        of: "test.Notes",
        from: Text.schema,
        to: Text.schema,
        access: .scopes([])
    )
    static let watch = MethodSchema(
        "Watch",
        of: "test.Notes",
        from: Text.schema,
        to: Text.schema,
        streaming: .server,
        access: .scopes([])
    )
    private static let insert = Statement("test.insert", "insert into notes (body) values ($1)")
    private static let all = Statement(
        "test.all",
        "select coalesce(string_agg(body, ',' order by id), '') from notes"
    )

    init() async throws {
        fixture = try await SchemaFixture(services: [try .example(notesTable)])
        database = try await fixture.service("mmm")
        mmm = try #require(ServiceName("mmm"))
        let gateway = try #require(ServiceName("gateway"))
        let id = try #require(KeyID(1))
        let key = AuthenticationKey(SecretBytes(randomCount: 32))
        let keys = try KeyRing(current: id, [id: key])
        issuer = ContextIssuer(gateway, keys: [mmm: keys])
        var configuration = RPCServerConfiguration()
        configuration.guards = [
            TenantGuard(
                ContextVerifier(mmm, keys: [gateway: keys]),
                admission: database.directory,
                openCalls: fixture.openCalls,
                registry: MetricRegistry(),
                logger: fixture.logger
            )
        ]
        let database = database
        server = try RPCServer(
            address: .loopback(port: 0),
            group: fixture.group,
            methods: [
                .unary(Self.add) { (request: Message<Text.View>, call) in
                    let scope = try database.scope(for: call)
                    try await scope.write(Self.insert, request.value().value)
                    let row = try await scope.read(Self.all).one()
                    var answer = Text()
                    answer.value = try row.read(String.self, at: 0)
                    return Reply(answer)
                },
                .serverStreaming(Self.watch) {
                    (_: Message<Text.View>, answers: ResponseStream<Text>, call) in
                    var answer = Text()
                    answer.value = try call.tenant.tenant.text
                    // Until the call is over.
                    while true { try await answers.send(answer) }
                },
            ],
            configuration: configuration
        )
    }

    func connect() async throws -> RPCConnection {
        try await RPCConnection.connect(
            to: [server.boundAddress],
            on: fixture.group.next(),
            authority: "mmm.test"
        )
    }

    func channel(_ tenant: TenantID, _ connection: RPCConnection) throws -> TenantChannel {
        TenantChannel(connection, to: mmm, by: issuer, for: try fixture.context(tenant))
    }

    func add(_ body: String, _ channel: TenantChannel) async throws -> String {
        var text = Text()
        text.value = body
        let answer: Answer<Text.View> = try await channel.unary(
            Self.add,
            text,
            options: CallOptions()
        )
        return answer.message.value().value
    }

    func watch(_ channel: TenantChannel) async throws -> AnswerStream<Text.View> {
        try await channel.serverStreaming(
            Self.watch,
            Text(),
            options: CallOptions()
        )
    }

    func stop() async {
        await server.stop(within: .seconds(10))
        await database.close()
    }
}

@Suite("Calls for tenants", .timeLimit(.minutes(5)))
struct ServedTenantTests {
    @Test("reach the rows of their tenant and no others, and end when it is suspended")
    func served() async throws {
        let served = try await ServedNotes()
        let fixture = served.fixture
        let (acme, zebra) = (try await fixture.tenant("acme"), try await fixture.tenant("zebra"))
        let connection = try await served.connect()
        let (first, second) = (
            try served.channel(acme, connection), try served.channel(zebra, connection)
        )
        // Nobody has told the directory of them yet.
        let early = await #expect(throws: RPCError.self) { try await served.add("early", first) }
        #expect(early?.code == .unavailable)
        try await served.database.directory.refresh()
        #expect(try await served.add("of acme", first) == "of acme")
        #expect(try await served.add("of zebra", second) == "of zebra")
        #expect(try await served.add("too", first) == "of acme,too")

        let (ending, staying) = (try await served.watch(first), try await served.watch(second))
        #expect(try await ending.next() != nil)
        #expect(try await staying.next() != nil)
        try await fixture.administration.suspend(acme)
        try await served.database.directory.refresh()
        let ended = await #expect(throws: RPCError.self) {
            while try await ending.next() != nil {}
        }
        #expect(ended?.code == .permissionDenied && ended?.message == "the tenant is suspended")
        #expect(try await staying.next() != nil)
        let refused = await #expect(throws: RPCError.self) { try await served.add("late", first) }
        #expect(refused?.message == "the tenant is suspended")
        #expect(try await served.add("still", second) == "of zebra,still")
        await connection.close()
        await served.stop()
    }
}
