import Administration
import Contracts
import Lifecycle
import Messages
import Net
import RPC
import Telemetry
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@Suite("Operators", .timeLimit(.minutes(5)))
struct OperatorTests {
    private typealias Tenants = AdminV1.Tenants

    private static let good = "root " + String(repeating: "a", count: 32)

    /// Why a file of operators is refused, without its path; nil if it is not.
    private func fault(_ text: String, mode: Int = 0o600) throws -> String? {
        let file = try TemporaryFile(text, mode: mode)
        defer { file.remove() }
        do {
            _ = try OperatorTokens(file: file.path)
            return nil
        } catch {
            return error.description.replacing(file.path, with: "file")
        }
    }

    @Test(
        "have a file that nobody else may read or write",
        arguments: [0o600, 0o400, 0o640, 0o604, 0o660, 0o666, 0o644, 0o601]
    )
    func mode(_ mode: Int) throws {
        let refused = mode & 0o077 != 0
        #expect(
            try fault(Self.good, mode: mode)
                == (refused ? "file: others may read or write it: expected mode 600" : nil)
        )
    }

    @Test("have a file of names, tokens and scopes, and are told the line that is none")
    func lines() throws {
        let token = String(repeating: "t", count: 32)
        #expect(
            try fault("# nobody\n\n a \(token) \n b \(token)2 admin:read admin:keys # both") == nil
        )
        #expect(try fault("# nobody\n") == "file: it names no operator")
        #expect(
            try fault("a \(token)\na \(token)") == "file:2: expected a name that no line before has"
        )
        #expect(try fault("a/b \(token)") == "file:1: expected a name that no line before has")
        let wrongToken = "file:1: expected a token of 32 to 200 characters"
        #expect(try fault("a") == wrongToken)
        #expect(try fault("a \(token.dropLast())") == wrongToken)
        #expect(try fault("a " + String(repeating: "t", count: 201)) == wrongToken)
        #expect(try fault("a é\(token)") == wrongToken)
        let wrongScope = "file:1: expected scopes as admin:read"
        #expect(try fault("a \(token) events:write") == wrongScope)
        #expect(try fault("a \(token) admin:") == wrongScope)
        let many = (0...100).map { "a\($0) \(token)" }.joined(separator: "\n")
        #expect(try fault(many) == "file:101: there are too many scopes or operators")
        #expect(
            try fault(String(repeating: "#", count: 65_537)) == "file: it has more than 65536 bytes"
        )
    }

    @Test("have tokens that nobody guesses, each another")
    func random() {
        let tokens = Set((0..<100).map { _ in OperatorTokens.random() })
        #expect(tokens.count == 100 && tokens.allSatisfy { $0.count == 43 })
    }

    @Test("are asked for a token of theirs before anything of a call is read")
    func refusals() async throws {
        let served = try await ServedAdministration()
        let request = AdminV1.ListTenantsRequest()
        func list(_ channel: any RPCChannel, _ fields: [String]) async throws {
            var options = CallOptions()
            for field in fields { try options.metadata.add("authorization", field) }
            _ = try await Tenants.Client(channel).listTenants(request, options: options)
        }
        let unknown = "UNAUTHENTICATED: the call carries no operator's token"
        let token = ServedAdministration.token
        let wrong = token.dropLast() + (token.last == "x" ? "y" : "x")
        for fields in [
            [], [token], ["Basic \(token)"], ["Bearer"], ["Bearer  \(token)"],
            ["Bearer \(wrong)"], ["Bearer short"], ["Bearer \(token) \(token)"],
            ["Bearer \(token)", "Bearer \(token)"],
        ] {
            #expect(await refusal { try await list(served.bare, fields) } == unknown)
        }
        // A key of a tenant, whatever its scopes, is no token.
        let tenant = try await served.tenant("acme")
        let key = try await served.keys.create(
            for: [tenant],
            scopes: try #require(.init(text: "admin:read admin:tenants")),
            by: try #require(.init(.user, "42")),
            before: SchemaFixture.soon
        )
        #expect(
            await refusal { try await list(served.bare, ["Bearer \(key.reveal())"]) } == unknown
        )
        try await list(served.bare, ["bearer \(token)"])
        try await list(served.readersChannel, [])
        var create = AdminV1.CreateTenantRequest()
        create.slug = "zebra"
        let reader = Tenants.Client(served.readersChannel)
        #expect(
            await refusal { _ = try await reader.createTenant(create) }
                == "PERMISSION_DENIED: the token does not hold the scope 'admin:tenants'"
        )
        let text = String(decoding: served.registry.text(.prometheus), as: UTF8.self)
        for line in [
            #"admin_refusals_total{reason="absent"} 1"#,
            #"admin_refusals_total{reason="malformed"} 7"#,
            #"admin_refusals_total{reason="unknown"} 2"#,
            #"admin_refusals_total{reason="missing_scope"} 1"#,
        ] {
            #expect(text.contains(line), "\(line) in \(text)")
        }
        for line in served.fixture.log.lines {
            #expect(!line.contains(token) && !line.contains(key.reveal()))
        }
        await served.stop()
    }

    @Test("may do what their scopes say: every method of administration asks for some")
    func scopes() {
        let schemas = [
            AdminV1.Tenants.schema, AdminV1.ApiKeys.schema, AdminV1.Quotas.schema,
            AdminV1.Schedules.schema, AdminV1.Audit.schema,
        ]
        for method in schemas.flatMap(\.methods) {
            guard case .scopes(let scopes) = method.access else {
                Issue.record("\(method.path) asks for no scope")
                continue
            }
            #expect(!scopes.isEmpty && scopes.allSatisfy { $0.hasPrefix("admin:") })
        }
    }

    @Test("are not served by a process that is not told of them")
    func configuration() throws {
        let load = { (environment: [String: String]) in
            try AdministrationConfiguration.load(
                from: ConfigurationSources(environment: environment)
            ).value
        }
        let nothing = try load([:])
        #expect(nothing.migratorDSN == nil && nothing.address == .loopback(port: 50_061))
        let error = #expect(throws: ConfigurationError.self) {
            try load(["SEXTANT_MIGRATOR_DSN": "dbname=sextant"])
        }
        #expect("\(try #require(error))".contains("operators_file"))
    }

    @Test("cannot be served from a file that others may read")
    func listenerOfAnOpenFile() async throws {
        let fixture = try await SchemaFixture()
        let operators = try TemporaryFile(Self.good, mode: 0o644)
        defer { operators.remove() }
        let listener = AdministrationListener(
            try ServedAdministration.configuration(operators: operators),
            [],
            group: fixture.group,
            blocking: fixture.blocking,
            registry: MetricRegistry(),
            logger: fixture.logger
        )
        await #expect(throws: OperatorTokens.Fault.self) { try await listener.start() }
        #expect(listener.boundAddress == nil)
    }
}
