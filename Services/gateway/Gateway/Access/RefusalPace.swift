internal import Net
internal import Tenancy

/// Has a tenant that asks for more than it may have wait until it is told so.
///
/// A caller that asks again as soon as it is refused keeps a loop as busy as one that is served,
/// and the calls of others wait meanwhile. So the refusals of a tenant go out one after the other,
/// at a pace; what waits for its turn costs nothing but memory, which has bounds.
final class RefusalPace: Sendable {
    private struct State {
        /// When the next refusal of each tenant may go out.
        var next: [TenantID: ContinuousClock.Instant] = [:]
        /// How many wait, of all tenants.
        var held = 0
    }

    private let interval: Duration
    private let longest: Duration
    private let mostHeld: Int
    private let state = Locked(State())

    /// When so many tenants are known, those whose refusals have gone out are forgotten.
    private static let mostTenants = 10_000

    /// - Parameters:
    ///   - interval: the time between two refusals of a tenant, of which each takes a loop some
    ///     tens of microseconds.
    ///   - longest: how long a refusal waits at most.
    ///   - mostHeld: how many refusals wait at most, of all tenants; more go out at once.
    init(
        interval: Duration = .milliseconds(2),
        longest: Duration = .seconds(2),
        mostHeld: Int = 10_000
    ) {
        self.interval = interval
        self.longest = longest
        self.mostHeld = mostHeld
    }

    /// How many refusals wait.
    var heldCount: Int { state.withLock { $0.held } }

    /// Waits until a refusal may go out, or nobody waits for it any more.
    ///
    /// - Parameters:
    ///   - tenant: who is refused.
    ///   - loop: the loop of the call, which the task prefers.
    ///   - limit: how much time the caller has left, who is to be told within half of it; nil for
    ///     any.
    func hold(_ tenant: TenantID, on loop: EventLoop, within limit: Duration?) async {
        guard let turn = takeTurn(of: tenant, at: loop.now) else { return }
        defer { state.withLock { $0.held -= 1 } }
        let time = min(turn, limit.map { $0 / 2 } ?? turn)
        guard time > .zero else { return }
        do throws(CancellationError) {
            try await loop.sleep(for: time)
        } catch {
            // The caller has gone, or the loop ends: the refusal is for nobody.
        }
    }

    /// How long the next refusal of a tenant waits, which counts as held from now on.
    ///
    /// - Parameters:
    ///   - tenant: who is refused.
    ///   - now: the time.
    /// - Returns: zero for the first after a pause; nil if as many are held as may be.
    func takeTurn(of tenant: TenantID, at now: ContinuousClock.Instant) -> Duration? {
        state.withLock { state in
            guard state.held < mostHeld else { return nil }
            if state.next.count >= Self.mostTenants, state.next[tenant] == nil {
                state.next = state.next.filter { $0.value > now }
            }
            let turn = min(max(state.next[tenant] ?? now, now), now + longest)
            state.next[tenant] = turn + interval
            state.held += 1
            return now.duration(to: turn)
        }
    }
}
