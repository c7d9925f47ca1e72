internal import Net
internal import RPC

/// How many calls that take a thread and much memory go on at once.
package final class TenantSlots: Sendable {
    /// What is done, as `runs of models`.
    private let work: String
    /// Why a call is refused, in upper snake case.
    private let reason: String
    /// How many at once of one tenant, and of all.
    private let most: (tenant: Int, all: Int)
    private let running = Locked<[TenantID: Int]>([:])

    /// Slots that are all free.
    ///
    /// - Parameters:
    ///   - work: what is done in them, in the plural.
    ///   - reason: why a call is refused, in upper snake case.
    ///   - tenant: how many a tenant may have at once.
    ///   - all: how many there are.
    package init(_ work: String, reason: String, perTenant tenant: Int, inAll all: Int) {
        self.work = work
        self.reason = reason
        most = (tenant, all)
    }

    /// Does work in a slot.
    ///
    /// - Parameters:
    ///   - tenant: whose work it is.
    ///   - work: what is done.
    /// - Returns: what the work returned.
    /// - Throws: RESOURCE_EXHAUSTED if there is no slot; what the work throws.
    package func use<Result: Sendable>(
        for tenant: TenantID,
        _ work: () async throws -> Result
    ) async throws -> Result {
        guard take(tenant) else {
            throw RPCError(
                .resourceExhausted,
                "as many \(self.work) go on as may: ask again when one of them is over",
                ErrorDetails(reason: reason, retryAfter: .seconds(1))
            )
        }
        defer { giveBack(tenant) }
        return try await work()
    }

    private func take(_ tenant: TenantID) -> Bool {
        running.withLock { running in
            let all = running.values.reduce(0, +)
            let own = running[tenant] ?? 0
            guard all < most.all, own < most.tenant else { return false }
            running[tenant] = own + 1
            return true
        }
    }

    private func giveBack(_ tenant: TenantID) {
        running.withLock { running in
            let rest = (running[tenant] ?? 1) - 1
            running[tenant] = rest == 0 ? nil : rest
        }
    }
}
