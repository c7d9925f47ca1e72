internal import Net
internal import Postgres
internal import Tenancy

/// Whom tenants have forgotten: read once, and again when a write is told that it knows an old
/// state.
///
/// Whatever instance of the service forgets somebody, no other writes by an old state.
final class ForgottenCatalogue: Sendable {
    private let tenants: TenantCatalogue
    private let store = ForgottenStore()
    private let state = Locked(State())

    private struct State {
        var known: [TenantID: Known] = [:]
        /// How many ids all of them have.
        var count = 0
    }

    private enum Known {
        case all(Forgotten)
        /// More than are kept: each group asks for its own.
        case many
    }

    /// How many ids of a tenant are kept, and of all; beyond these all is read anew.
    private static let mostIDs = (tenant: 10_000, all: 500_000)
    /// Of how many tenants something is kept.
    private static let mostTenants = 2_000

    init(_ tenants: TenantCatalogue) { self.tenants = tenants }

    /// Who of those that rows name is forgotten.
    ///
    /// - Parameters:
    ///   - rows: those of a group.
    ///   - scope: the tenant's.
    /// - Returns: the latest state that is known.
    /// - Throws: what a store throws.
    func forgotten(among rows: [[EventRow]], in scope: TenantScope) async throws -> Forgotten {
        let keys = try await tenants.knowledge(in: scope).keys
        switch state.withLock({ $0.known[scope.tenant] }) {
        case .all(let forgotten): return forgotten
        case .many: break
        case nil:
            if let all = try await store.all(keys, most: Self.mostIDs.tenant, in: scope) {
                keep(.all(all), of: scope.tenant)
                return all
            }
            keep(.many, of: scope.tenant)
        }
        let ids = Set(rows.lazy.joined().flatMap(\.personIDs))
        return try await store.forgotten(among: Array(ids), keys, in: scope)
    }

    /// Lets go of what is known of a tenant, which is no longer so.
    func expire(_ tenant: TenantID) {
        state.withLock { state in
            guard case .all(let old)? = state.known[tenant] else { return }
            state.count -= old.count
            state.known[tenant] = nil
        }
    }

    private func keep(_ known: Known, of tenant: TenantID) {
        expire(tenant)
        state.withLock { state in
            let count = if case .all(let forgotten) = known { forgotten.count } else { 0 }
            if state.known.count >= Self.mostTenants || state.count + count > Self.mostIDs.all {
                state = State()
            }
            // Another may have read it meanwhile.
            if case .all(let old)? = state.known[tenant] { state.count -= old.count }
            state.known[tenant] = known
            state.count += count
        }
    }
}
