import Administration
import Contracts
import Messages
import RPC
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@Suite("The audit of administration", .timeLimit(.minutes(5)))
struct AuditTests {
    @Test("names every change, who made it and to what, the newest first and in pages")
    func events() async throws {
        let served = try await ServedAdministration()
        let tenants = AdminV1.Tenants.Client(served.channel)
        var create = AdminV1.CreateTenantRequest()
        create.slug = "acme"
        let id = try await tenants.createTenant(create).message.value().id
        var suspend = AdminV1.SuspendTenantRequest()
        suspend.tenant = id
        _ = try await tenants.suspendTenant(suspend)
        var delete = AdminV1.DeleteTenantRequest()
        delete.tenant = id
        delete.slug = "acme"
        var export = AdminV1.ExportTenantRequest()
        export.tenant = id
        let stream = try await tenants.exportTenant(export)
        while try await stream.next() != nil {}
        _ = try await tenants.deleteTenant(delete)

        let client = AdminV1.Audit.Client(served.channel)
        var list = AdminV1.ListAuditEventsRequest()
        list.tenant = id
        list.pageSize = 3
        let first = try await client.listEvents(list).message.value()
        list.pageToken = first.nextPageToken
        let second = try await client.listEvents(list).message.value()
        let events = first.events + second.events
        #expect(
            events.map(\.action) == [
                "tenant.delete", "tenant.export", "tenant.suspend", "tenant.create",
            ]
        )
        #expect(first.events.count == 3 && second.nextPageToken.isEmpty)
        for event in events {
            #expect(event.actor == "operator:root" && event.tenant == id && event.subject == id)
            #expect(event.outcome == .done && event.at != nil)
        }
        #expect(events.last?.details["slug"] == "acme")
        let reader = AdminV1.Audit.Client(served.readersChannel)
        list.pageToken = ""
        #expect(
            await refusal { _ = try await reader.listEvents(list) }
                == "PERMISSION_DENIED: the token does not hold the scope 'admin:audit'"
        )
        await served.stop()
    }

    @Test("and all that needs a login which the process has not is refused, and says so")
    func missingLogins() async throws {
        let served = try await ServedAdministration(hasOtherLogins: false)
        let tenant = try await served.tenant("acme").text
        let gateway =
            "FAILED_PRECONDITION: this process has not the login of the gateway, "
            + "which the method needs"
        let keys = AdminV1.ApiKeys.Client(served.channel)
        var create = AdminV1.CreateApiKeyRequest()
        create.tenants = [tenant]
        create.scopes = ["items:read"]
        let request = create
        #expect(await refusal { _ = try await keys.createApiKey(request) } == gateway)
        var list = AdminV1.ListApiKeysRequest()
        list.tenant = tenant
        let asked = list
        #expect(await refusal { _ = try await keys.listApiKeys(asked) } == gateway)
        var events = AdminV1.ListAuditEventsRequest()
        events.tenant = tenant
        let wanted = events
        #expect(
            await refusal {
                _ = try await AdminV1.Audit.Client(served.channel).listEvents(wanted)
            } == gateway
        )
        var schedules = AdminV1.ListTenantSchedulesRequest()
        schedules.tenant = tenant
        let sought = schedules
        #expect(
            await refusal {
                _ = try await AdminV1.Schedules.Client(served.channel).listSchedules(sought)
            }
                == "FAILED_PRECONDITION: this process has not the login of a service that does "
                + "jobs, which the method needs"
        )
        // What needs the migrator alone works.
        let tenants = AdminV1.Tenants.Client(served.channel)
        let found = try await tenants.listTenants(AdminV1.ListTenantsRequest()).message.value()
        #expect(found.tenants.map(\.slug) == ["acme"])
        await served.stop()
    }
}
