/// When a worker last heard from a node, and from when on what it sees there can be believed.
///
/// A node that nobody could reach has heard no heartbeat either: who takes leases away right after
/// it is back takes them from workers that are alive. After a silence all of them have the time of
/// a whole lease to tell of themselves.
struct NodeContact {
    /// How long after the last word nothing is known of the others.
    let silence: Duration
    /// How long they have once the node is heard again.
    let grace: Duration
    private var lastHeard: ContinuousClock.Instant?
    private var restored: ContinuousClock.Instant?
    private var isLost = false

    /// A contact that has not been tried.
    init(silence: Duration, grace: Duration) {
        self.silence = silence
        self.grace = grace
    }

    /// Notes that the node has answered.
    mutating func heard(at now: ContinuousClock.Instant) {
        if isLost || isSilent(at: now) { restored = now }
        isLost = false
        lastHeard = now
    }

    /// Notes that the node has not answered.
    mutating func lost() { isLost = true }

    /// How long it is until leases may be taken away; zero if they may be now.
    func graceLeft(at now: ContinuousClock.Instant) -> Duration {
        if isLost || isSilent(at: now) { return grace }
        return restored.map { max(grace - $0.duration(to: now), .zero) } ?? .zero
    }

    private func isSilent(at now: ContinuousClock.Instant) -> Bool {
        lastHeard.map { $0.duration(to: now) > silence } ?? false
    }
}
