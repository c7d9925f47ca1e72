import Contracts
import Messages
import RPC
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@Suite("Administration of quotas", .timeLimit(.minutes(5)))
struct QuotasTests {
    private func set(
        _ tenant: TenantID,
        _ name: String,
        _ amount: Int64,
        per window: Duration = .seconds(60),
        burst: Int64 = 0
    ) -> AdminV1.SetQuotaRequest {
        var request = AdminV1.SetQuotaRequest()
        request.tenant = tenant.text
        var quota = AdminV1.Quota()
        quota.name = name
        quota.amount = amount
        quota.window = .init(window)
        quota.burst = burst
        request.quota = quota
        return request
    }

    @Test("sets, changes and removes them, and services know of it by their directory")
    func changes() async throws {
        let served = try await ServedAdministration()
        let client = AdminV1.Quotas.Client(served.channel)
        let tenant = try await served.tenant("acme")
        func known() async throws -> [String: QuotaLimit]? {
            try await served.gateway.directory.refresh()
            return try served.gateway.directory.entry(of: tenant)?.quotas
        }
        #expect(try await known() == [:])
        _ = try await client.setQuota(set(tenant, "default", 600))
        let quota = try await client.setQuota(set(tenant, "uploads", 5, per: .seconds(1), burst: 9))
            .message.value()
        #expect(quota.amount == 5 && quota.burst == 9 && quota.window?.seconds == 1)
        _ = try await client.setQuota(set(tenant, "default", 700))
        #expect(
            try await known() == [
                "default": try #require(QuotaLimit(700, per: .seconds(60))),
                "uploads": try #require(QuotaLimit(5, per: .seconds(1), burst: 9)),
            ]
        )
        var list = AdminV1.ListQuotasRequest()
        list.tenant = tenant.text
        let listed = try await client.listQuotas(list).message.value().quotas
        #expect(listed.map(\.name) == ["default", "uploads"] && listed[0].burst == 700)
        var delete = AdminV1.DeleteQuotaRequest()
        delete.tenant = tenant.text
        delete.name = "default"
        _ = try await client.deleteQuota(delete)
        #expect(try await known()?.keys.sorted() == ["uploads"])
        #expect(
            await refusal { _ = try await client.deleteQuota(delete) }
                == "NOT_FOUND: tenant \(tenant) has no quota 'default' of its own"
        )
        let actions = try await served.fixture.lines(
            "select action || ' ' || actor from platform.audit_log "
                + "where action like 'quota.%' order by id"
        )
        #expect(
            actions == [
                "quota.set operator:root", "quota.set operator:root",
                "quota.set operator:root", "quota.delete operator:root",
            ]
        )
        await served.stop()
    }

    @Test("refuses limits that are none, tenants that are not there, and too many")
    func wrongRequests() async throws {
        let served = try await ServedAdministration()
        let client = AdminV1.Quotas.Client(served.channel)
        let tenant = try await served.tenant("acme")
        let none = try #require(TenantID("000000000000000"))
        func told(_ request: AdminV1.SetQuotaRequest) async -> String {
            await refusal { _ = try await client.setQuota(request) }
        }
        #expect(await told(set(none, "default", 1)) == "NOT_FOUND: there is no tenant \(none)")
        #expect(await told(set(tenant, "Default", 1)).hasPrefix("INVALID_ARGUMENT: name: "))
        #expect(await told(set(tenant, "default", 0)).hasPrefix("INVALID_ARGUMENT: quota: "))
        #expect(
            await told(set(tenant, "default", 1, per: .seconds(86_401)))
                .hasPrefix("INVALID_ARGUMENT: quota.window: ")
        )
        for number in 1...64 { _ = try await client.setQuota(set(tenant, "q\(number)", 1)) }
        #expect(
            await told(set(tenant, "q65", 1))
                == "RESOURCE_EXHAUSTED: tenant \(tenant) has too many quotas of its own"
        )
        var list = AdminV1.ListQuotasRequest()
        list.tenant = tenant.text
        #expect(try await client.listQuotas(list).message.value().quotas.count == 64)
        await served.stop()
    }
}
