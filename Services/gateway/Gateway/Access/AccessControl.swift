internal import Net
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Lets calls pass that carry a credential which may make them, and has quota left.
///
/// In this order: the key, the tenant it is to act for, the quota, whether the tenant is served,
/// the method's scopes, the account of its memory. Each refusal names its reason, and those for
/// too much wait for their turn (``RefusalPace``); nothing of a request is read before, and nothing
/// of it reaches a service. Calls that change something are noted in the audit log once the quota
/// has let them in, refused ones too: nobody fills the log faster than they may call.
struct AccessControl: ServerInterceptor {
    private let tenants: GatewayTenants
    private let quotas: TenantQuotas
    private let accounts: TenantAccounts
    private let pace: RefusalPace
    private let reads: ReadCache
    private let audit: AuditTrail
    private let name: ServiceName
    /// The paths of methods that are served here.
    private let own: Set<String>

    /// How long the database may take to store a key that is hashed anew.
    private static let rehashTimeout = Duration.seconds(5)

    /// - Parameters:
    ///   - configuration: quotas and limits.
    ///   - tenants: whose keys count.
    ///   - accounts: the memory of tenants.
    ///   - reads: is told of changes.
    ///   - pace: has refusals wait.
    ///   - own: the paths of methods that are served here, those for anyone without a credential.
    ///   - logger: where it is told that a change could not be noted.
    init(
        _ configuration: GatewayConfiguration,
        _ tenants: GatewayTenants,
        _ accounts: TenantAccounts,
        _ reads: ReadCache,
        _ pace: RefusalPace,
        own: Set<String>,
        logger: Logger
    ) {
        self.tenants = tenants
        self.accounts = accounts
        self.reads = reads
        self.pace = pace
        self.own = own
        quotas = TenantQuotas(configuration.quota, instances: configuration.instances)
        audit = AuditTrail(tenants.audit, logger: logger)
        name = tenants.issuer.name
    }

    /// Runs one call, or refuses it; see ``RPC/ServerInterceptor``.
    func intercept(
        _ call: ServerCall,
        _ next: (ServerCall) async throws -> Void
    ) async throws {
        if TenantGuard.openServices.contains(call.method.service) { return try await next(call) }
        guard let caller = try await caller(of: call) else { return try await next(call) }
        try await takeQuota(of: caller.tenant, for: call)
        var isChanging = false
        let change = try audit.begin(call.method.schema, by: caller.context)
        do {
            try await admit(call, caller)
            isChanging = call.method.schema.idempotency != .noSideEffects
            if isChanging {
                // Before the caller is told, who may read at once what has changed.
                call.whenEnded { [reads] _ in reads.changed(caller.tenant.id, isSettled: true) }
            }
            try await next(call)
            change?.end(nil, call)
        } catch {
            change?.end(error, call)
            if isChanging, (error as? RPCError)?.code.isDecided != true {
                reads.changed(caller.tenant.id, isSettled: false)
            }
            throw error
        }
    }

    /// Who calls, and for whom.
    private struct Caller {
        let context: TenantContext
        let tenant: TenantEntry
    }

    /// Who calls, for which tenant; nil for a method of ours that is for anyone.
    private func caller(of call: ServerCall) async throws -> Caller? {
        let metadata = call.metadata
        guard let text = try Credential.text(in: metadata) else {
            guard call.method.schema.access == .anonymous, own.contains(call.method.path) else {
                throw Credential.missing
            }
            try Self.expectNoContext(in: metadata)
            return nil
        }
        let origin = metadata["origin"]
        let known = try known(text, from: origin)
        let granted =
            if let known { known } else {
                try await check(try Credential.key(text), from: origin, call)
            }
        do throws(AccessRefusal) {
            guard let actor = Actor(.key, granted.record.id.text) else { throw .malformed("actor") }
            let tenant = try tenant(of: granted, for: metadata)
            let scopes = granted.record.scopes
            return Caller(
                context: TenantContext(tenant: tenant.id, actor: actor, scopes: scopes),
                tenant: tenant
            )
        } catch {
            throw error.refusal
        }
    }

    private static func expectNoContext(in metadata: Metadata) throws {
        guard metadata.values(TenantField.context).isEmpty else {
            throw AccessRefusal.disagreeing(TenantField.context).refusal
        }
    }

    /// The key that a text was found to be a moment ago; nil if it was not.
    private func known(
        _ text: String,
        from origin: String?
    ) throws(RPCError) -> APIKeyStore.GrantedKey? {
        do throws(APIKeyRecord.Refusal) {
            return try tenants.keys.known(text, from: origin)
        } catch {
            throw Credential.refused(error)
        }
    }

    private func check(
        _ key: APIKey,
        from origin: String?,
        _ call: ServerCall
    ) async throws -> APIKeyStore.GrantedKey {
        do {
            let granted = try await tenants.keys.check(
                key,
                from: origin,
                before: call.loop.now.advanced(by: Self.rehashTimeout)
            )
            // A key is found in the database at once; its tenant may be as new.
            try await tenants.directory.lookUp(granted.tenants)
            return granted
        } catch let refusal as APIKeyRecord.Refusal {
            throw Credential.refused(refusal)
        } catch let error where error is PostgresError || error is SingleFlightFull {
            throw RPCError(
                .unavailable,
                "keys cannot be looked up",
                ErrorDetails(reason: "KEYS_UNAVAILABLE"),
                logMessage: "\(error)"
            )
        }
    }

    /// The tenant that a request chooses among those of a key that exist, suspended ones too.
    private func tenant(
        of key: APIKeyStore.GrantedKey,
        for metadata: Metadata
    ) throws(AccessRefusal) -> TenantEntry {
        // By far the most keys are one tenant's, and by far the most requests choose none.
        if key.tenants.count == 1, !metadata.contains(beginning: "x-tenant-") {
            guard let entry = try tenants.directory.entry(of: key.tenants[0]), entry.slug != nil
            else { throw .unknownTenant }
            return entry
        }
        var entries: [TenantEntry] = []
        var grants: [TenantGrant] = []
        for tenant in key.tenants {
            guard let entry = try tenants.directory.entry(of: tenant), let slug = entry.slug else {
                continue
            }
            entries.append(entry)
            grants.append(TenantGrant(tenant, slug))
        }
        let grant = try TenantSelection.choose(by: metadata, among: grants)
        guard let entry = entries.first(where: { $0.id == grant.tenant }) else {
            throw .unknownTenant
        }
        return entry
    }

    private func takeQuota(of tenant: TenantEntry, for call: ServerCall) async throws {
        let decision = quotas.take(for: tenant, at: call.loop.now)
        try quotas.tell(decision, of: tenant, in: &call.headers)
        guard decision.isAllowed else {
            await holdBack(call, of: tenant.id)
            throw RPCError(
                .resourceExhausted,
                "the tenant's quota of calls is used up",
                ErrorDetails(reason: "QUOTA_EXHAUSTED", retryAfter: decision.retryAfter)
            )
        }
    }

    /// Has the refusal of a call wait for its turn, if what comes of its body meanwhile counts
    /// against its tenant's account: else it goes out at once.
    private func holdBack(_ call: ServerCall, of tenant: TenantID) async {
        guard let account = accounts[tenant], call.charge(to: account) else { return }
        await pace.hold(tenant, on: call.loop, within: call.remainingTime)
    }

    /// Lets a known caller pass, and notes for whom the call is.
    private func admit(_ call: ServerCall, _ caller: Caller) async throws {
        do throws(AccessRefusal) {
            guard caller.tenant.state == .active else { throw .suspended }
            switch call.method.schema.access {
            case .anonymous: break
            case .scopes(let required):
                if let missing = caller.context.scopes.firstMissing(of: required) {
                    throw .missingScope(missing)
                }
            case nil: throw .closedMethod
            }
        } catch {
            throw error.refusal
        }
        try await charge(call, to: caller.tenant.id)
        call.principal = VerifiedContext(caller.context, issuer: name, slug: caller.tenant.slug)
    }

    /// Has the body of a call count against its tenant's account.
    private func charge(_ call: ServerCall, to tenant: TenantID) async throws(RPCError) {
        guard let account = accounts[tenant] else { return }
        var fits = call.charge(to: account)
        let isWhole = !call.method.schema.streaming.hasManyRequests
        if fits, isWhole, let text = call.metadata["content-length"], let count = Int(text) {
            let takeBack = accounts.promise(count, for: tenant)
            if let takeBack { call.whenEnded { _ in takeBack() } }
            fits = takeBack != nil
        }
        guard fits else {
            await holdBack(call, of: tenant)
            throw RPCError(
                .resourceExhausted,
                "too much of the tenant's is on its way",
                ErrorDetails(reason: "MEMORY_EXHAUSTED", retryAfter: .seconds(1))
            )
        }
    }
}

extension AccessRefusal {
    /// What the caller of a gateway is told: as ``error``, and the reason by name.
    fileprivate var refusal: RPCError {
        let told = error
        return RPCError(
            told.code,
            told.message,
            ErrorDetails(reason: reason.rawValue.uppercased()),
            logMessage: told.logMessage
        )
    }
}
