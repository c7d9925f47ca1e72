import Messages
import Net
import RPC
import Telemetry
import TestContracts
import TestKit
import TestMessages
import Testing
import Wire

@testable import Tenancy

@Suite("Calls of tenants", .timeLimit(.minutes(5)))
struct TenantGuardTests {
    @Test("come with the context that was signed for them")
    func good() async throws {
        let fixture = try TenancyFixture()
        let (client, connection) = try await fixture.client(
            slug: try TenantSlug("acme-shoes"),
            requestID: "request-7"
        )
        for _ in 0..<3 {
            let book = try await client.getBook(.init()).message.value()
            #expect(book.name == "7f3k9q2m0c5xw8r user:42 gateway")
            #expect(book.title == "books:read books:write request-7")
        }
        // What the call itself is named counts, and once.
        var options = CallOptions()
        options.requestID = RequestID("request-8")
        let named = try await client.getBook(.init(), options: options).message.value()
        #expect(named.title == "books:read books:write request-8")
        _ = try await client.deleteBook(.init())
        await connection.close()
        await fixture.stop()
        #expect(try fixture.records.isEmpty)
    }

    @Test("are told apart on one connection")
    func twoTenants() async throws {
        let fixture = try TenancyFixture()
        let connection = try await fixture.connect()
        var generator = SeededGenerator(seed: 5)
        let contexts = (0..<8).map { _ in Fixture.context(.random(using: &generator)) }
        await withTaskGroup(of: Bool.self) { group in
            for round in 0..<200 {
                group.addTask {
                    let context = contexts[round % contexts.count]
                    let channel = TenantChannel(
                        connection,
                        to: Fixture.mmm,
                        by: fixture.issuer,
                        for: context
                    )
                    let client = TestingV1.Shelf.Client(channel)
                    let book = try? await client.getBook(.init()).message.value()
                    return book?.name == "\(context.tenant) user:42 gateway"
                }
            }
            for await isRight in group { #expect(isRight) }
        }
        await connection.close()
        await fixture.stop()
    }

    /// What is sent, and how it is refused.
    struct Attack: Sendable, CustomTestStringConvertible {
        let name: String
        let fields: @Sendable (TenancyFixture) throws -> [(String, String)]
        let code: StatusCode
        let reason: String

        var testDescription: String { name }

        init(
            _ name: String,
            _ code: StatusCode,
            _ reason: String,
            _ fields: @escaping @Sendable (TenancyFixture) throws -> [(String, String)]
        ) {
            self.name = name
            self.code = code
            self.reason = reason
            self.fields = fields
        }
    }

    private static let attacks: [Attack] = [
        Attack("nothing", .unauthenticated, "absent") { _ in [] },
        Attack("an id alone", .unauthenticated, "absent") { _ in
            [("x-tenant-id", Fixture.acme.text), ("x-tenant-slug", "acme")]
        },
        Attack("the same context twice", .permissionDenied, "doubled") { fixture in
            [("x-tenant-context", try fixture.token()), ("x-tenant-context", try fixture.token())]
        },
        Attack("two contexts", .permissionDenied, "doubled") { fixture in
            let other = Fixture.context(Fixture.other)
            return [
                ("x-tenant-context", try fixture.token()),
                ("x-tenant-context", try fixture.token(other)),
            ]
        },
        Attack("two contexts in one field", .unauthenticated, "malformed") { fixture in
            [("x-tenant-context", "\(try fixture.token()), \(try fixture.token())")]
        },
        Attack("two ids", .permissionDenied, "doubled") { fixture in
            [
                ("x-tenant-context", try fixture.token()), ("x-tenant-id", Fixture.acme.text),
                ("x-tenant-id", Fixture.acme.text),
            ]
        },
        Attack("two slugs", .permissionDenied, "doubled") { fixture in
            [
                ("x-tenant-context", try fixture.token()), ("x-tenant-slug", "acme"),
                ("x-tenant-slug", "acme"),
            ]
        },
        Attack("another tenant's id", .permissionDenied, "disagreeing") { fixture in
            [("x-tenant-context", try fixture.token()), ("x-tenant-id", Fixture.other.text)]
        },
        Attack("an id in capitals", .permissionDenied, "disagreeing") { fixture in
            let id = Fixture.acme.text.uppercased()
            return [("x-tenant-context", try fixture.token()), ("x-tenant-id", id)]
        },
        Attack("a path for a slug", .unauthenticated, "malformed") { fixture in
            [("x-tenant-context", try fixture.token()), ("x-tenant-slug", "../admin")]
        },
        Attack("no token", .unauthenticated, "malformed") { _ in
            [("x-tenant-context", "let me in")]
        },
        Attack("a token cut short", .unauthenticated, "forged") { fixture in
            [("x-tenant-context", String(try fixture.token().dropLast(4)))]
        },
        Attack("a forged token", .unauthenticated, "forged") { fixture in
            let token = try fixture.token()
            let last = token.suffix(8).prefix(1) == "A" ? "B" : "A"
            return [("x-tenant-context", token.dropLast(8) + last + token.suffix(7))]
        },
        Attack("a token for another service", .unauthenticated, "foreign") { fixture in
            let token = try fixture.issuer.token(for: Fixture.context(), to: Fixture.ingest)
            return [("x-tenant-context", token)]
        },
        Attack("a token of another service", .unauthenticated, "foreign") { fixture in
            let ingest = ContextIssuer(
                Fixture.ingest,
                keys: [Fixture.mmm: try Fixture.ring(7)],
                now: fixture.clock.timestamps
            )
            return [("x-tenant-context", try ingest.token(for: Fixture.context(), to: Fixture.mmm))]
        },
        Attack("a token signed with an old key", .unauthenticated, "unknown_key") { fixture in
            let old = ContextIssuer(
                Fixture.gateway,
                keys: [Fixture.mmm: try Fixture.ring(6)],
                now: fixture.clock.timestamps
            )
            return [("x-tenant-context", try old.token(for: Fixture.context(), to: Fixture.mmm))]
        },
        Attack("a token of a minute ago", .unauthenticated, "expired") { fixture in
            let token = try fixture.token()
            fixture.clock.advance(by: .seconds(65))
            return [("x-tenant-context", token)]
        },
        Attack("a token of tomorrow", .unauthenticated, "premature") { fixture in
            fixture.clock.advance(by: .seconds(86_400))
            let token = try fixture.token()
            fixture.clock.advance(by: .seconds(-86_400))
            return [("x-tenant-context", token)]
        },
        Attack("a context without the scope", .permissionDenied, "missing_scope") { fixture in
            let context = Fixture.context(Fixture.acme, "books:write shelves:read")
            return [("x-tenant-context", try fixture.token(context))]
        },
        Attack("a context without scopes", .permissionDenied, "missing_scope") { fixture in
            [("x-tenant-context", try fixture.token(Fixture.context(Fixture.acme, "")))]
        },
    ]

    @Test("are refused before they begin, logged and counted", arguments: attacks)
    func refusals(attack: Attack) async throws {
        let fixture = try TenancyFixture()
        let connection = try await fixture.connect()
        let client = TestingV1.Shelf.Client(connection)
        let fields = try attack.fields(fixture)
        var options = CallOptions()
        for (name, value) in fields { try options.metadata.add(name, value) }
        let sent = options
        let error = await failure { _ = try await client.getBook(.init(), options: sent) }
        #expect(error?.code == attack.code && error?.origin == .peer)
        // The caller learns nothing of what is wrong but the scope that it lacks.
        let message =
            switch attack.reason {
            case "missing_scope": "the credential does not hold the scope 'books:read'"
            case _ where attack.code == .unauthenticated: "the call carries no valid tenant context"
            default: "the credential does not allow this"
            }
        #expect(error?.message == message)
        #expect(fixture.refusals(attack.reason) == 1)
        let record = try #require(try fixture.records.first)
        #expect(record["level"] == "warn" && record["msg"] == "tenant refused")
        #expect(record["reason"] == attack.reason && record["code"] == attack.code.name)
        #expect(record["route"] == "/sextant.testing.v1.Shelf/GetBook")
        #expect(record["peer"]?.hasPrefix("127.0.0.1:") == true)
        // No token is logged.
        for (name, value) in fields where name == "x-tenant-context" {
            #expect(!fixture.log.lines.joined().contains(value.prefix(40)))
        }
        // The connection and the service are none the worse for it.
        if fixture.clock.milliseconds == TestClock().milliseconds {
            var good = CallOptions()
            try good.metadata.add("x-tenant-context", try fixture.token())
            let options = good
            #expect(
                await failure { _ = try await client.getBook(.init(), options: options) } == nil
            )
        }
        await connection.close()
        await fixture.stop()
    }

    @Test("of all four kinds are refused alike")
    func kinds() async throws {
        let fixture = try TenancyFixture()
        let connection = try await fixture.connect()
        let client = TestingV1.Shelf.Client(connection)
        let errors = [
            await failure { _ = try await client.getBook(.init()) },
            await failure { _ = try await client.chat().next() },
            await failure { _ = try await client.import().finish() },
            await failure { _ = try await client.ping(.init()).next() },
        ]
        #expect(errors.map { $0?.code } == Array(repeating: .unauthenticated, count: 4))
        #expect(fixture.refusals("absent") == 4)
        await connection.close()
        await fixture.stop()
    }

    @Test("of a method that needs no scope need a context all the same")
    func anonymous() async throws {
        let fixture = try TenancyFixture()
        let (client, connection) = try await fixture.client(for: Fixture.context(Fixture.acme, ""))
        #expect(try await client.ping(.init()).next() != nil)
        await connection.close()
        await fixture.stop()
    }

    @Test("of a method that the contract gives to nobody are refused")
    func closed() async throws {
        let schema = MethodSchema(
            "Peek",
            of: "test.Closed",
            from: TestingV1.Nothing.schema,
            to: TestingV1.Nothing.schema
        )
        let method: RPCMethod = .unary(schema) {
            (_: Message<TestingV1.Nothing.View>, _) in Reply(TestingV1.Nothing())
        }
        let fixture = try TenancyFixture(more: [method])
        let connection = try await fixture.connect()
        let channel = TenantChannel(
            connection,
            to: Fixture.mmm,
            by: fixture.issuer,
            for: Fixture.context()
        )
        let error = await failure {
            let _: Answer<TestingV1.Nothing.View> = try await channel.unary(
                schema,
                TestingV1.Nothing(),
                options: CallOptions()
            )
        }
        #expect(error?.code == .permissionDenied && fixture.refusals("closed_method") == 1)
        await connection.close()
        await fixture.stop()
    }

    @Test("of health and reflection need no context")
    func openServices() async throws {
        let health = HealthRegistry(services: [])
        health.set(.serving, for: "")
        let reflection = ReflectionService(services: [GrpcHealthV1.Health.schema], files: [])
        let fixture = try TenancyFixture(
            more: GrpcHealthV1.Health.methods(of: HealthService(health)) + reflection.methods
        )
        let connection = try await fixture.connect()
        let answer = try await GrpcHealthV1.Health.Client(connection).check(.init())
        #expect(answer.message.value().status == .serving)
        var request = GrpcReflectionV1.ServerReflectionRequest()
        request.messageRequest = .listServices("")
        let call = try await GrpcReflectionV1.ServerReflection.Client(connection)
            .serverReflectionInfo()
        try await call.send(request)
        #expect(try await call.next() != nil)
        await call.finishSending()
        await connection.close()
        await fixture.stop()
        #expect(fixture.refusals("absent") == 0)
    }

    @Test("that no guard has let through have no tenant")
    func unguarded() async throws {
        let fixture = try TenancyFixture(guarded: false)
        let (client, connection) = try await fixture.client()
        let error = await failure { _ = try await client.getBook(.init()) }
        #expect(error?.code == .unauthenticated)
        await connection.close()
        await fixture.stop()
    }

    @Test("cannot be made to a service that there is no key for")
    func noKey() async throws {
        let fixture = try TenancyFixture()
        let connection = try await fixture.connect()
        let stranger = try #require(ServiceName("experiment"))
        let channel = TenantChannel(
            connection,
            to: stranger,
            by: fixture.issuer,
            for: Fixture.context()
        )
        let error = await failure {
            _ = try await TestingV1.Shelf.Client(channel).getBook(.init())
        }
        #expect(error?.code == .internalError && error?.origin == .local)
        #expect(error?.message == "something went wrong on our side")
        #expect(error?.logMessage?.contains("there is no key to sign") == true)
        await connection.close()
        await fixture.stop()
    }
}
