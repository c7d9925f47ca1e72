internal import Net
internal import RPC
internal import Tenancy

/// How many runs go on at once: each takes a thread and the memory of its paths.
final class RunSlots: Sendable {
    /// How many at once of one tenant, and of all.
    private static let most = (tenant: 2, all: 4)

    private let running = Locked<[TenantID: Int]>([:])

    /// Does work in a slot.
    ///
    /// - Parameters:
    ///   - tenant: whose work it is.
    ///   - work: what is done.
    /// - Returns: what the work returned.
    /// - Throws: RESOURCE_EXHAUSTED if there is no slot; what the work throws.
    func use<Result: Sendable>(
        for tenant: TenantID,
        _ work: () async throws -> Result
    ) async throws -> Result {
        guard take(tenant) else {
            throw RPCError(
                .resourceExhausted,
                "as many runs of models go on as may: ask again when one of them is over",
                ErrorDetails(reason: "RUNS_AT_ONCE", retryAfter: .seconds(1))
            )
        }
        defer { giveBack(tenant) }
        return try await work()
    }

    private func take(_ tenant: TenantID) -> Bool {
        running.withLock { running in
            let all = running.values.reduce(0, +)
            let own = running[tenant] ?? 0
            guard all < Self.most.all, own < Self.most.tenant else { return false }
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
