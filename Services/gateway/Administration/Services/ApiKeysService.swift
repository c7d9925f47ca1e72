internal import Contracts
internal import Messages
internal import RPC
internal import Schema
internal import Tenancy
internal import Wire

/// Makes, replaces and takes back API keys; its contract says what each method does.
struct ApiKeysService: AdminV1.ApiKeys.Service {
    private let logins: AdministrationLogins
    private let pages: PageTokens

    private static let mostTenants = 100
    private static let longestOverlap = Duration.seconds(30 * 86_400)

    init(_ logins: AdministrationLogins, _ pages: PageTokens) {
        self.logins = logins
        self.pages = pages
    }

    private var keys: APIKeyStore {
        get throws(RPCError) {
            try AdministrationRules.needed(logins.gateway, "the gateway").keys
        }
    }

    func createApiKey(
        _ request: Message<AdminV1.CreateApiKeyRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.CreatedApiKey> {
        let keys = try keys
        let value = request.value()
        guard (1...Self.mostTenants).contains(value.tenants.count),
            Set(value.tenants).count == value.tenants.count
        else {
            throw RPCError(.invalidArgument, "tenants: expected 1 to 100, each once")
        }
        let tenants = try value.tenants.map { text throws(RPCError) in
            try AdministrationRules.tenant(text, field: "tenants")
        }
        let scopes = try AdministrationRules.scopes(value.scopes, atLeast: 1)
        let expiresAt = try AdministrationRules.moment(value.expiresAt, field: "expires_at")
        let actor = try call.administrator.actor
        let administration = TenantAdministration(
            logins.migrator,
            by: actor,
            before: call.deadline
        )
        for tenant in tenants where try await administration.tenant(tenant) == nil {
            throw SchemaError.unknownTenant(tenant)
        }
        let key = try await keys.create(
            for: tenants,
            scopes: scopes,
            use: value.origins.isEmpty ? .server : .browser(origins: Set(value.origins)),
            expiresAt: expiresAt,
            by: actor,
            before: call.limit
        )
        return Reply(AdminV1.CreatedApiKey(key))
    }

    func listApiKeys(
        _ request: Message<AdminV1.ListApiKeysRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.ListApiKeysResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let found = try await keys.keys(
            of: try AdministrationRules.tenant(value.tenant),
            after: try page.placeText.map { try AdministrationRules.key($0) },
            limit: page.count + 1,
            before: call.limit
        )
        let (shown, token) = page.cut(found, placeOf: \.record.id.text)
        var response = AdminV1.ListApiKeysResponse()
        response.keys = shown.map { AdminV1.ApiKey($0) }
        response.nextPageToken = token
        return Reply(response)
    }

    func rotateApiKey(
        _ request: Message<AdminV1.RotateApiKeyRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.CreatedApiKey> {
        let value = request.value()
        let id = try AdministrationRules.key(value.id)
        let key = try await keys.rotate(
            id,
            overlap: try AdministrationRules.duration(
                value.overlap,
                field: "overlap",
                in: .zero...Self.longestOverlap
            ),
            expiresAt: try AdministrationRules.moment(value.expiresAt, field: "expires_at"),
            by: try call.administrator.actor,
            before: call.limit
        )
        guard let key else { throw RPCError(.notFound, "there is no key \(id)") }
        return Reply(AdminV1.CreatedApiKey(key))
    }

    func revokeApiKey(
        _ request: Message<AdminV1.RevokeApiKeyRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.RevokeApiKeyResponse> {
        let id = try AdministrationRules.key(String(request.view.id))
        let isThere = try await keys.revoke(
            id,
            by: try call.administrator.actor,
            before: call.limit
        )
        guard isThere else { throw RPCError(.notFound, "there is no key \(id)") }
        return Reply(AdminV1.RevokeApiKeyResponse())
    }
}

extension AdminV1.CreatedApiKey {
    /// The only message that holds a key's secret.
    fileprivate init(_ key: APIKey) {
        self.init()
        id = key.id.text
        secret = key.reveal()
    }
}

extension AdminV1.ApiKey {
    /// What operators are told of a key.
    fileprivate init(_ key: APIKeyStore.GrantedKey) {
        self.init()
        id = key.record.id.text
        scopes = key.record.scopes.scopes.map(\.text)
        if case .browser(let pages) = key.record.use { origins = pages.sorted() }
        tenants = key.tenants.map(\.text)
        expiresAt = key.record.expiresAt.map { .init($0) }
        revokedAt = key.record.revokedAt.map { .init($0) }
    }
}
