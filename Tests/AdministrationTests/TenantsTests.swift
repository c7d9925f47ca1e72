import Contracts
import Messages
import RPC
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@Suite("Administration of tenants", .timeLimit(.minutes(5)))
struct TenantsTests {
    private typealias Client = AdminV1.Tenants.Client

    private func create(
        _ client: Client,
        _ slug: String,
        _ change: (inout AdminV1.TenantSettings) -> Void = { _ in }
    ) async throws -> AdminV1.Tenant {
        var request = AdminV1.CreateTenantRequest()
        request.slug = slug
        var settings = AdminV1.TenantSettings()
        change(&settings)
        request.settings = settings
        return try await client.createTenant(request).message.value()
    }

    private func get(_ client: Client, slug: String) async throws -> AdminV1.Tenant {
        var request = AdminV1.GetTenantRequest()
        request.key = .slug(slug)
        return try await client.getTenant(request).message.value()
    }

    @Test("makes them with their settings, and finds them by id and slug")
    func creation() async throws {
        let served = try await ServedAdministration()
        let client = Client(served.channel)
        let made = try await create(client, "acme") {
            $0.timeZone = "Europe/Berlin"
            $0.currency = "USD"
            $0.retentionDays = 30
        }
        #expect(made.slug == "acme" && made.state == .active && made.settingsVersion == 1)
        #expect(made.settings?.timeZone == "Europe/Berlin" && made.settings?.currency == "USD")
        #expect(made.settings?.weekStart == 1 && made.settings?.attributionDays == 30)
        #expect(made.settings?.retentionDays == 30 && made.createdAt != nil)
        #expect(made.schemaVersions.map(\.key) == ["common", "example"])
        #expect(try await get(client, slug: "acme") == made)
        var byID = AdminV1.GetTenantRequest()
        byID.key = .id(made.id)
        #expect(try await client.getTenant(byID).message.value() == made)
        #expect(
            try await served.fixture.lines(
                "select nspname from pg_namespace where nspname = 't_\(made.id)'"
            ) == ["t_\(made.id)"]
        )
        #expect(
            await refusal { _ = try await create(client, "acme") }
                == "ALREADY_EXISTS: the slug acme is taken"
        )
        for (slug, change, message) in Self.wrong {
            let told = await refusal { _ = try await create(client, slug, change) }
            #expect(told.hasPrefix("INVALID_ARGUMENT: \(message)"), "\(told)")
        }
        await served.stop()
    }

    private static let wrong: [(String, @Sendable (inout AdminV1.TenantSettings) -> Void, String)] =
        [
            ("A", { _ in }, "slug: a slug has 3 to 40 characters"),
            ("admin", { _ in }, "slug: this slug is reserved"),
            ("mars", { $0.timeZone = "Mars/Olympus" }, "settings.time_zone: there is no time zone"),
            ("mars", { $0.currency = "usd" }, "settings: expected"),
            ("mars", { $0.weekStart = 8 }, "settings.week_start: expected 1 to 7"),
            ("mars", { $0.retentionDays = -1 }, "settings: expected"),
        ]

    @Test("lists them in pages")
    func list() async throws {
        let served = try await ServedAdministration()
        let client = Client(served.channel)
        var slugs: Set<String> = []
        for number in 1...5 { slugs.insert(try await create(client, "tenant-\(number)").slug) }
        var found: [AdminV1.Tenant] = []
        var request = AdminV1.ListTenantsRequest()
        request.pageSize = 2
        repeat {
            let page = try await client.listTenants(request).message.value()
            #expect((1...2).contains(page.tenants.count))
            found += page.tenants
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        #expect(Set(found.map(\.slug)) == slugs && found.count == 5)
        #expect(found.map(\.id) == found.map(\.id).sorted())
        request.pageToken = "x"
        #expect(
            await refusal { _ = try await client.listTenants(request) }
                == "INVALID_ARGUMENT: page_token: it was not given for this request"
        )
        await served.stop()
    }

    @Test("changes their settings, unless someone else has meanwhile")
    func settings() async throws {
        let served = try await ServedAdministration()
        let client = Client(served.channel)
        let made = try await create(client, "acme")
        var request = AdminV1.UpdateSettingsRequest()
        request.tenant = made.id
        var settings = AdminV1.TenantSettings()
        settings.currency = "JPY"
        request.settings = settings
        request.settingsVersion = 1
        let changed = try await client.updateSettings(request).message.value()
        #expect(changed.settings?.currency == "JPY" && changed.settingsVersion == 2)
        #expect(
            await refusal { _ = try await client.updateSettings(request) }
                == "ABORTED: the settings of tenant \(made.id) were changed by someone else"
        )
        request.tenant = "000000000000000"
        #expect(
            await refusal { _ = try await client.updateSettings(request) }
                == "NOT_FOUND: there is no tenant 000000000000000"
        )
        await served.stop()
    }

    @Test("suspends, serves again, and ends them by their slug, and they are gone")
    func lifeCycle() async throws {
        let served = try await ServedAdministration()
        let client = Client(served.channel)
        let made = try await create(client, "acme")
        let tenant = try #require(TenantID(made.id))
        var (suspend, resume) = (AdminV1.SuspendTenantRequest(), AdminV1.ResumeTenantRequest())
        var delete = AdminV1.DeleteTenantRequest()
        (suspend.tenant, resume.tenant, delete.tenant) = (made.id, made.id, made.id)
        delete.slug = "acme"
        let notSuspended = "FAILED_PRECONDITION: tenant \(made.id) is not suspended"
        #expect(await refusal { _ = try await client.resumeTenant(resume) } == notSuspended)
        #expect(await refusal { _ = try await client.deleteTenant(delete) } == notSuspended)
        #expect(try await client.suspendTenant(suspend).message.value().state == .suspended)
        try await served.service.directory.refresh()
        #expect(try served.service.directory.entry(of: tenant)?.state == .suspended)
        #expect(
            await refusal { _ = try await client.suspendTenant(suspend) }
                == "FAILED_PRECONDITION: tenant \(made.id) is not active"
        )
        #expect(try await client.resumeTenant(resume).message.value().state == .active)
        _ = try await client.suspendTenant(suspend)
        delete.slug = "acne"
        #expect(
            await refusal { _ = try await client.deleteTenant(delete) }
                == "INVALID_ARGUMENT: slug: it is not that of tenant \(made.id)"
        )
        delete.slug = "acme"
        _ = try await client.deleteTenant(delete)
        let gone = "NOT_FOUND: there is no tenant \(made.id)"
        #expect(await refusal { _ = try await client.deleteTenant(delete) } == gone)
        #expect(await refusal { _ = try await client.suspendTenant(suspend) } == gone)
        #expect(
            await refusal { _ = try await get(client, slug: "acme") }
                == "NOT_FOUND: there is no such tenant"
        )
        #expect(
            try await served.fixture.lines(
                "select 1 from pg_namespace where nspname = 't_\(made.id)'"
            ) == []
        )
        // The slug is free, and the id is another.
        #expect(try await create(client, "acme").id != made.id)
        await served.stop()
    }

    @Test("sends all that is stored for one: the manifest first, then tables as JSON Lines")
    func export() async throws {
        let served = try await ServedAdministration()
        let client = Client(served.channel)
        let (mine, other) = (try await create(client, "acme"), try await create(client, "zebra"))
        for (tenant, title) in [(mine.id, "mine"), (other.id, "theirs")] {
            try await served.fixture.database.run(
                """
                insert into t_\(tenant).items (number, title, created_at)
                select n, '\(title) ' || n, now() from generate_series(1, 3) n
                """
            )
        }
        var request = AdminV1.ExportTenantRequest()
        request.tenant = mine.id
        let stream = try await client.exportTenant(request)
        var manifests: [String] = []
        var rows: [String: String] = [:]
        while let part = try await stream.next()?.value() {
            switch part.part {
            case .manifest(let text):
                #expect(rows.isEmpty)
                manifests.append(text)
            case .rows(let part):
                rows[part.table, default: ""] += String(decoding: part.lines, as: UTF8.self)
            case nil: Issue.record("an empty part")
            }
        }
        #expect(manifests.count == 1 && manifests[0].contains(#""slug": "acme""#))
        let items = try #require(rows["items"])
        #expect(items.split(separator: "\n").count == 3 && items.contains(#""title":"mine 3""#))
        #expect(!rows.values.joined().contains("theirs"))
        request.tenant = "000000000000000"
        let missing = try await client.exportTenant(request)
        #expect(
            await refusal { _ = try await missing.next() }
                == "NOT_FOUND: there is no tenant 000000000000000"
        )
        await served.stop()
    }
}
