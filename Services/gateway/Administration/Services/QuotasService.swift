internal import Contracts
internal import Messages
internal import RPC
internal import Schema
internal import Tenancy
internal import Wire

/// Gives tenants quotas of their own; its contract says what each method does.
struct QuotasService: AdminV1.Quotas.Service {
    private let migrator: Migrator

    init(_ migrator: Migrator) { self.migrator = migrator }

    private func administration(_ call: ServerCall) throws(RPCError) -> TenantAdministration {
        TenantAdministration(migrator, by: try call.administrator.actor, before: call.deadline)
    }

    func listQuotas(
        _ request: Message<AdminV1.ListQuotasRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.ListQuotasResponse> {
        let tenant = try AdministrationRules.tenant(String(request.view.tenant))
        let quotas = try await administration(call).quotas(of: tenant)
        var response = AdminV1.ListQuotasResponse()
        response.quotas = quotas.sorted { $0.key < $1.key }.map { AdminV1.Quota($0, $1) }
        return Reply(response)
    }

    func setQuota(
        _ request: Message<AdminV1.SetQuotaRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.Quota> {
        let value = request.value()
        let tenant = try AdministrationRules.tenant(value.tenant)
        guard let quota = value.quota else {
            throw RPCError(.invalidArgument, "quota: there is none")
        }
        let name = try Self.name(quota.name)
        let window = try AdministrationRules.duration(
            quota.window,
            field: "quota.window",
            in: .milliseconds(1)...(.seconds(86_400))
        )
        let burst = quota.burst == 0 ? nil : Int(quota.burst)
        guard let limit = QuotaLimit(Int(quota.amount), per: window, burst: burst) else {
            throw RPCError(
                .invalidArgument,
                "quota: expected amount and burst of 1 to 1,000,000,000"
            )
        }
        try await administration(call).setQuota(name, limit, of: tenant)
        return Reply(AdminV1.Quota(name, limit))
    }

    func deleteQuota(
        _ request: Message<AdminV1.DeleteQuotaRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.DeleteQuotaResponse> {
        let value = request.value()
        let tenant = try AdministrationRules.tenant(value.tenant)
        let name = try Self.name(value.name)
        guard try await administration(call).deleteQuota(name, of: tenant) else {
            throw RPCError(.notFound, "tenant \(tenant) has no quota '\(name)' of its own")
        }
        return Reply(AdminV1.DeleteQuotaResponse())
    }

    private static func name(_ text: String) throws(RPCError) -> String {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let others = Set("0123456789-_".utf8)
        guard (1...32).contains(text.utf8.count), letters.contains(text.utf8.first ?? 0),
            text.utf8.allSatisfy({ letters.contains($0) || others.contains($0) })
        else {
            throw RPCError(
                .invalidArgument,
                "name: expected 1 to 32 of a-z, 0-9, - and _, a letter first"
            )
        }
        return text
    }
}

extension AdminV1.Quota {
    /// What operators are told of a quota.
    fileprivate init(_ name: String, _ limit: QuotaLimit) {
        self.init()
        self.name = name
        amount = Int64(limit.amount)
        window = .init(limit.window)
        burst = Int64(limit.burst)
    }
}
