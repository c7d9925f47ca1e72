internal import Contracts
internal import Messages
internal import RPC
internal import Schema
internal import Telemetry
internal import Tenancy
internal import Wire

/// Makes, changes and ends tenants; its contract says what each method does.
struct TenantsService: AdminV1.Tenants.Service {
    private let migrator: Migrator
    private let pages: PageTokens

    init(_ migrator: Migrator, _ pages: PageTokens) {
        self.migrator = migrator
        self.pages = pages
    }

    /// The administration in the name of a call's operator, until its deadline.
    private func administration(_ call: ServerCall) throws(RPCError) -> TenantAdministration {
        TenantAdministration(migrator, by: try call.administrator.actor, before: call.deadline)
    }

    // MARK: Reading

    func getTenant(
        _ request: Message<AdminV1.GetTenantRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.Tenant> {
        let administration = try administration(call)
        let found: TenantRecord?
        switch request.value().key {
        case .id(let id):
            found = try await administration.tenant(try AdministrationRules.tenant(id, field: "id"))
        case .slug(let slug): found = try await administration.tenant(named: slug)
        case nil: throw RPCError(.invalidArgument, "key: expected id or slug")
        }
        guard let found else { throw RPCError(.notFound, "there is no such tenant") }
        return Reply(AdminV1.Tenant(found))
    }

    func listTenants(
        _ request: Message<AdminV1.ListTenantsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.ListTenantsResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let records = try await administration(call).tenants(
            after: try page.placeText.map {
                try AdministrationRules.tenant($0, field: "page_token")
            },
            limit: page.count + 1
        )
        let (shown, token) = page.cut(records, placeOf: \.id.text)
        var response = AdminV1.ListTenantsResponse()
        response.tenants = shown.map { AdminV1.Tenant($0) }
        response.nextPageToken = token
        return Reply(response)
    }

    // MARK: Changes

    func createTenant(
        _ request: Message<AdminV1.CreateTenantRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.Tenant> {
        let value = request.value()
        let administration = try administration(call)
        let tenant = try await administration.create(
            try AdministrationRules.slug(value.slug),
            settings: try AdministrationRules.settings(value.settings)
        )
        return try await reply(tenant, administration)
    }

    func updateSettings(
        _ request: Message<AdminV1.UpdateSettingsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.Tenant> {
        let value = request.value()
        let administration = try administration(call)
        let tenant = try AdministrationRules.tenant(value.tenant)
        let settings = try AdministrationRules.settings(value.settings)
        _ = try await record(tenant, administration)
        try await administration.setSettings(
            of: tenant,
            settings,
            replacing: value.settingsVersion
        )
        return try await reply(tenant, administration)
    }

    func suspendTenant(
        _ request: Message<AdminV1.SuspendTenantRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.Tenant> {
        let administration = try administration(call)
        let tenant = try AdministrationRules.tenant(String(request.view.tenant))
        _ = try await record(tenant, administration)
        try await administration.suspend(tenant)
        return try await reply(tenant, administration)
    }

    func resumeTenant(
        _ request: Message<AdminV1.ResumeTenantRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.Tenant> {
        let administration = try administration(call)
        let tenant = try AdministrationRules.tenant(String(request.view.tenant))
        _ = try await record(tenant, administration)
        try await administration.resume(tenant)
        return try await reply(tenant, administration)
    }

    // MARK: The end

    func exportTenant(
        _ request: Message<AdminV1.ExportTenantRequest.View>,
        _ responses: ResponseStream<AdminV1.ExportPart>,
        _ call: ServerCall
    ) async throws {
        let administration = try administration(call)
        let tenant = try AdministrationRules.tenant(String(request.view.tenant))
        try await administration.noteExport(of: tenant)
        // A caller without a deadline has as long as the largest tenant takes.
        let deadline = call.deadline ?? .now.advanced(by: .seconds(3_600))
        try await TenantExport(migrator).run(tenant, before: deadline) { part in
            var message = AdminV1.ExportPart()
            switch part {
            case .manifest(let text): message.part = .manifest(text)
            case .rows(let table, let lines):
                var rows = AdminV1.ExportRows()
                rows.table = table
                rows.lines = lines
                message.part = .rows(rows)
            }
            try await responses.send(message)
        }
    }

    func deleteTenant(
        _ request: Message<AdminV1.DeleteTenantRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.DeleteTenantResponse> {
        let value = request.value()
        let administration = try administration(call)
        let tenant = try AdministrationRules.tenant(value.tenant)
        guard try await record(tenant, administration).slug == value.slug else {
            throw RPCError(.invalidArgument, "slug: it is not that of tenant \(tenant)")
        }
        try await administration.delete(tenant)
        return Reply(AdminV1.DeleteTenantResponse())
    }

    private func record(
        _ tenant: TenantID,
        _ administration: TenantAdministration
    ) async throws -> TenantRecord {
        guard let record = try await administration.tenant(tenant) else {
            throw SchemaError.unknownTenant(tenant)
        }
        return record
    }

    private func reply(
        _ tenant: TenantID,
        _ administration: TenantAdministration
    ) async throws -> Reply<AdminV1.Tenant> {
        Reply(AdminV1.Tenant(try await record(tenant, administration)))
    }
}

extension AdminV1.Tenant {
    /// What operators are told of a tenant.
    init(_ record: TenantRecord) {
        self.init()
        id = record.id.text
        slug = record.slug
        state = record.state == .active ? .active : .suspended
        var settings = AdminV1.TenantSettings()
        settings.timeZone = record.settings.timeZone
        settings.currency = record.settings.currency
        settings.weekStart = Int32(record.settings.weekStart.rawValue)
        settings.attributionDays = Int32(record.settings.attributionDays)
        settings.retentionDays = Int32(record.settings.retentionDays)
        self.settings = settings
        settingsVersion = record.settingsVersion
        createdAt = .init(record.createdAt)
        changedAt = .init(record.changedAt)
        schemaVersions = MapField(record.versions.map { ($0, Int32(clamping: $1)) })
    }
}
