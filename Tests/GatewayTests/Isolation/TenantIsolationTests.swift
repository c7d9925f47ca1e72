import Foundation
import HTTP2
import Net
import RPC
import Schema
import Telemetry
import Tenancy
import TestTenants
import Testing
import Wire

@Suite("Tenants behind the gateway are kept apart", .timeLimit(.minutes(5)))
struct TenantIsolationTests {
    /// Makes an item, and gives its name.
    @discardableResult
    private static func make(
        _ title: String,
        _ key: APIKey,
        _ gateway: GatewayFixture
    ) async throws -> String {
        let answer = try await gateway.rest(
            "POST",
            "/v1/items",
            key,
            json(["title": title, "idempotencyKey": UUID().uuidString])
        )
        #expect(answer.status == 200, "\(answer.text)")
        return try #require(answer.object["name"] as? String)
    }

    private static func json(_ members: [String: String]) throws -> String {
        String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self)
    }

    private static func titles(_ answer: GatewayFixture.HTTPAnswer) -> [String] {
        let items = answer.object["items"] as? [[String: Any]] ?? []
        return items.compactMap { $0["title"] as? String }
    }

    @Test("whatever a caller says of a tenant that is not its own: refused, and changes nothing")
    func attacks() async throws {
        let gateway = try await GatewayFixture()
        let served = gateway.served
        for place in served.members.indices {
            let key = try await gateway.key(for: [place])
            try await Self.make("of \(place)", key, gateway)
        }
        let before = try await served.rows(served.members[0]) + served.rows(served.members[1])
        let refused = served.refusals
        for attack in try await CallerAttack.all(gateway) {
            for method in served.api.guardedMethods {
                let answer = try await gateway.request(
                    "POST",
                    method.path,
                    [("content-type", "application/grpc"), ("te", "trailers")] + attack.fields,
                    body: [0, 0, 0, 0, 0]
                )
                let status = answer["grpc-status"] ?? answer.trailers?["grpc-status"]
                #expect(status == "\(attack.code.rawValue)", "\(attack.name), \(method.name)")
            }
            let answer = try await gateway.request("GET", "/v1/items", attack.fields)
            #expect([401, 403].contains(answer.status), "\(attack.name)")
            #expect(Self.titles(answer).isEmpty)
        }
        let after = try await served.rows(served.members[0]) + served.rows(served.members[1])
        #expect(before == after)
        // The service was not even asked.
        #expect(served.refusals == refused)
        await gateway.stop()
    }

    @Test("a key that is good opens nothing of another tenant, nor tells whether it is there")
    func strangers() async throws {
        let gateway = try await GatewayFixture()
        let keys = [try await gateway.key(for: [0]), try await gateway.key(for: [1])]
        let names = [
            try await Self.make("of acme", keys[0], gateway),
            try await Self.make("also of acme", keys[0], gateway),
        ]
        let started = try await gateway.rest(
            "POST",
            "/v1/exports",
            keys[0],
            #"{"title":"all","idempotencyKey":"all"}"#
        )
        let job = try #require(started.object["name"] as? String)
        for (verb, path, body) in [
            ("GET", "/v1/\(names[1])", nil), ("GET", "/v1/\(names[1])/title", nil),
            ("GET", "/v1/\(job)", nil), ("POST", "/v1/\(job):cancel", "{}"),
            ("GET", "/v1/\(job):watch", nil),
        ] {
            let own = try await gateway.rest(verb, path, keys[0], body)
            #expect(own.status == 200, "\(path): \(own.text)")
            let others = try await gateway.rest(verb, path, keys[1], body)
            #expect(others.status == 404, "\(path): \(others.text)")
        }
        for path in ["/v1/items", "/v1/jobs"] {
            let listed = try await gateway.rest("GET", path, keys[1])
            #expect(listed.status == 200 && !listed.text.contains("acme"), "\(listed.text)")
            #expect(!listed.text.contains("all"))
        }
        // The token of a page is of its tenant.
        let page = try await gateway.rest("GET", "/v1/items?pageSize=1", keys[0])
        let token = try #require(page.object["nextPageToken"] as? String)
        let next = "/v1/items?pageSize=1&pageToken=\(token)"
        #expect(Self.titles(try await gateway.rest("GET", next, keys[0])) == ["also of acme"])
        #expect(try await gateway.rest("GET", next, keys[1]).status == 400)
        // A tenant that is not granted looks like one that is not there.
        let zebra = gateway.served.members[1].slug.text
        var refusals: Set<String> = []
        for slug in [zebra, "nobody"] {
            let fields = [("x-tenant-slug", slug)]
            let answer = try await gateway.rest("GET", "/v1/items", keys[0], nil, fields)
            refusals.insert(answer.text.replacing(/"requestId":"[^"]*"/, with: ""))
        }
        #expect(refusals.count == 1, "\(refusals)")
        await gateway.stop()
    }

    @Test("a suspended tenant is not served, its streams end, and others go on")
    func suspension() async throws {
        let gateway = try await GatewayFixture()
        let served = gateway.served
        let keys = [try await gateway.key(for: [0]), try await gateway.key(for: [1])]
        let client = try await gateway.connect()
        let (begun, hasBegun) = AsyncStream<Void>.makeStream()
        let watch = Task {
            try await gateway.firstBytes(
                client,
                [
                    ":method": "GET", ":scheme": "http", ":path": "/v1/items:watch",
                    ":authority": "gateway.test", "authorization": "Bearer \(keys[1].reveal())",
                    "accept": "text/event-stream",
                ]
            ) { text in
                if text.contains("\n\n") { hasBegun.yield() }
                return false
            }
        }
        for await _ in begun { break }
        try await served.fixture.administration.suspend(served.members[1].id)
        try await gateway.refreshDirectory()
        try await served.database.directory.refresh()
        // It ends by itself.
        let told = try await watch.value
        #expect(told.contains("PERMISSION_DENIED"), "\(told)")
        await client.close()
        for (verb, path, body) in [
            ("GET", "/v1/items", nil),
            ("POST", "/v1/items", #"{"title":"x","idempotencyKey":"x"}"#),
            ("GET", "/v1/jobs", nil), ("GET", "/v1/items:watch", nil),
        ] {
            let answer = try await gateway.rest(verb, path, keys[1], body)
            #expect(answer.status == 403, "\(path)")
            #expect(answer.text.contains("SUSPENDED"))
        }
        #expect(try await gateway.rest("GET", "/v1/items", keys[0]).status == 200)
        try await served.fixture.administration.resume(served.members[1].id)
        try await gateway.refreshDirectory()
        try await served.database.directory.refresh()
        #expect(try await gateway.rest("GET", "/v1/items", keys[1]).status == 200)
        await gateway.stop()
    }

    @Test("500 calls at once of six tenants over four connections: every row is its own's")
    func parallel() async throws {
        let gateway = try await GatewayFixture()
        let fixture = gateway.served.fixture
        var tenants = gateway.served.members.map { ($0.slug.text, $0.id) }
        for number in 1...4 {
            tenants.append(("more-\(number)", try await fixture.tenant("more-\(number)")))
        }
        try await gateway.refreshDirectory()
        try await gateway.served.database.directory.refresh()
        var callers: [(slug: String, key: APIKey)] = []
        for (slug, id) in tenants {
            let key = try await gateway.keys.create(
                for: [id],
                scopes: try #require(ScopeSet(GatewayFixture.scopes.compactMap { Scope($0) })),
                by: try #require(Actor(.user, "tester")),
                before: .now.advanced(by: .seconds(60))
            )
            callers.append((slug, key))
            for number in 1...7 { try await Self.make("\(slug)/\(number)", key, gateway) }
        }
        var clients: [HTTP2Client] = []
        for _ in 0..<4 { clients.append(try await gateway.connect()) }
        let (asked, known) = (clients, callers)
        let wrong = try await withThrowingTaskGroup(of: String?.self) { tasks in
            for number in 0..<500 {
                tasks.addTask {
                    let (slug, key) = known[number % known.count]
                    let response = try await asked[number % asked.count].request(
                        [
                            ":method": "GET", ":scheme": "http", ":path": "/v1/items?pageSize=50",
                            ":authority": "gateway.test",
                            "authorization": "Bearer \(key.reveal())",
                        ],
                        body: nil,
                        upTo: 1 << 20
                    )
                    let titles = Array(copying: response.body.bytes).titles
                    let expected = (1...7).map { "\(slug)/\($0)" }
                    return titles == expected ? nil : "\(slug) was told \(titles)"
                }
            }
            return try await tasks.reduce(into: [String]()) {
                if let fault = $1 { $0.append(fault) }
            }
        }
        #expect(wrong == [])
        for client in clients { await client.close() }
        await gateway.stop()
    }

    /// What changes the role or the path, if it gets into a statement.
    private static let statements = [
        "x'; set role postgres; --", "x'; set search_path = pg_catalog; --",
        "x\"; reset role; select * from items; --", "$1; set local role none",
        "'); set session authorization default; --", "\\'; set role svc_gateway; --",
    ]

    @Test("SQL in every text that callers may choose is text, and changes no role or path")
    func statements() async throws {
        let gateway = try await GatewayFixture()
        let keys = [try await gateway.key(for: [0]), try await gateway.key(for: [1])]
        let served = gateway.served
        let others = try await served.rows(served.members[1])
        for text in Self.statements {
            try await Self.say(text, keys[0], gateway)
            #expect(try await served.rows(served.members[1]) == others, "\(text)")
            // The connections that were used are as they were.
            let listed = try await gateway.rest("GET", "/v1/items", keys[1])
            #expect(listed.status == 200 && Self.titles(listed).isEmpty, "\(text)")
        }
        #expect(!served.fixture.log.lines.contains { $0.contains(#""sqlstate":"42501""#) })
        await gateway.stop()
    }

    /// Puts a text wherever a caller may put one.
    private static func say(
        _ text: String,
        _ key: APIKey,
        _ gateway: GatewayFixture
    ) async throws {
        let name = try await make(text, key, gateway)
        let found = try await gateway.rest("GET", "/v1/\(name)", key)
        #expect(found.object["title"] as? String == text)
        let made = try await gateway.rest(
            "POST",
            "/v1/items",
            key,
            try json(["title": "by key", "idempotencyKey": text])
        )
        #expect([200, 400].contains(made.status), "\(made.text)")
        let path = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        for target in [
            "/v1/items/\(path)", "/v1/jobs/\(path)", "/v1/items?pageToken=\(path)",
            "/v1/jobs?pageToken=\(path)",
        ] {
            let answer = try await gateway.rest("GET", target, key)
            #expect([400, 404].contains(answer.status), "\(target): \(answer.text)")
        }
        let fields = [("x-request-id", text), ("traceparent", text), ("last-event-id", text)]
        let list = try await gateway.rest("GET", "/v1/items?pageSize=1000", key, nil, fields)
        #expect(titles(list).contains(text))
        let schema = gateway.served.members[0].id.schemaName
        let stored = try await gateway.served.fixture.lines(
            "select count(*) from \(schema).items where title = \(literal(text))"
        )
        #expect(stored == ["1"])
    }

    private static func literal(_ text: String) -> String {
        "'" + text.replacing("'", with: "''") + "'"
    }
}

extension GatewayFixture.HTTPAnswer {
    /// The answer as an object of JSON; empty if it is none.
    fileprivate var object: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:]
    }
}

extension [UInt8] {
    /// The titles of a list of items.
    fileprivate var titles: [String] {
        let object = (try? JSONSerialization.jsonObject(with: Data(self))) as? [String: Any]
        return (object?["items"] as? [[String: Any]] ?? []).compactMap { $0["title"] as? String }
    }
}
