internal import HTTP2
internal import Net
internal import Tenancy

/// The memory that the bodies of each tenant take while they are on their way.
///
/// What has come counts against the account, and closes the windows of the tenant's streams when it
/// is spent. Bodies that say how long they are promise it before: were all begun that do not fit
/// together, none of them could end.
final class TenantAccounts: Sendable {
    private struct Account {
        let budget: MemoryBudget
        /// The bytes of bodies that are being waited for.
        var promised = 0
    }

    private let limit: Int
    private let state = Locked<(process: MemoryBudget?, of: [TenantID: Account])>((nil, [:]))

    /// When so many tenants are known, those who use nothing are forgotten.
    private static let most = 10_000
    /// Bodies up to this are not worth a promise.
    private static let smallBytes = 64 << 10

    init(limit: Int) { self.limit = limit }

    /// Has the accounts be part of a budget, before the first is asked for.
    func open(within process: MemoryBudget) { state.withLock { $0.process = process } }

    /// The account of a tenant; nil before ``open(within:)``.
    subscript(tenant: TenantID) -> MemoryBudget? {
        state.withLock { state in
            if let known = state.of[tenant] { return known.budget }
            guard let process = state.process else { return nil }
            if state.of.count >= Self.most {
                state.of = state.of.filter { $0.value.budget.used > 0 || $0.value.promised > 0 }
            }
            let made = MemoryBudget(within: process, limit: limit)
            state.of[tenant] = Account(budget: made)
            return made
        }
    }

    /// Whether a body of so many bytes fits beside those that are being waited for.
    ///
    /// - Parameters:
    ///   - count: how many bytes it says that it has.
    ///   - tenant: whose it is, which has an account.
    /// - Returns: what takes the promise back, to be called once; nil if it does not fit.
    func promise(_ count: Int, for tenant: TenantID) -> (@Sendable () -> Void)? {
        guard count > Self.smallBytes else { return {} }
        // Streams are held back when three quarters are taken: the rest is for small bodies.
        let limit = limit / 2
        let fits = state.withLock { state in
            guard let promised = state.of[tenant]?.promised else { return true }
            guard promised + count <= limit else { return false }
            state.of[tenant]?.promised += count
            return true
        }
        guard fits else { return nil }
        return { [state] in state.withLock { $0.of[tenant]?.promised -= count } }
    }
}
