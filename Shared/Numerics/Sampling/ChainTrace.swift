/// What one chain has drawn so far, and where it is: enough to go on, bit for bit.
public struct ChainTrace: Equatable, Sendable {
    /// Where the chain is.
    public internal(set) var state: ChainState
    /// The positions after the warm-up, `[draws × dimension]`, draw after draw.
    public internal(set) var positions: [Double] = []
    /// What happened on the way to each of them, `[draws]`.
    public internal(set) var transitions: [Transition] = []
    /// How many draws of the warm-up diverged.
    public internal(set) var warmupDivergences = 0
    /// The gradients that were taken, those of the warm-up among them.
    public internal(set) var gradients = 0

    init(state: ChainState) { self.state = state }

    /// The number of kept draws that diverged.
    public var divergences: Int { transitions.count { $0.isDivergent } }

    /// Takes in a draw; the state is brought up to date only where somebody will look at it.
    mutating func add(_ transition: Transition, _ position: [Double], isWarmup: Bool) {
        gradients += transition.steps
        if isWarmup {
            warmupDivergences += transition.isDivergent ? 1 : 0
        } else {
            positions += position
            transitions.append(transition)
        }
    }
}
