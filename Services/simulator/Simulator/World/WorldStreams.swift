internal import Numerics

/// The random numbers of a world: each subject has streams of its own, so that more of one leaves
/// the others as they are.
struct WorldStreams: Sendable {
    /// What is drawn; raw values stay what they are, for worlds would change with them.
    enum Subject: UInt64 {
        case channels = 1
        case plans = 2
        case spend = 3
        case demand = 4
        case places = 5
        case planted = 6
        case orders = 7
        case journeys = 8
        case browsing = 9
        case persons = 10
        case partners = 11
        case badRows = 12
        case roster = 13
        case traffic = 14
    }

    /// What tells the world from others.
    let seed: UInt64

    /// A stream of a subject.
    ///
    /// - Parameters:
    ///   - subject: what is drawn.
    ///   - index: which one of many.
    /// - Returns: the stream from its start.
    func stream(_ subject: Subject, _ index: UInt64 = 0) -> RandomStream {
        // The subject changes all bits of the key (the finaliser of splitmix64).
        var key = seed &+ subject.rawValue &* 0x9e37_79b9_7f4a_7c15
        key = (key ^ (key >> 30)) &* 0xbf58_476d_1ce4_e5b9
        key = (key ^ (key >> 27)) &* 0x94d0_49bb_1331_11eb
        return RandomStream(seed: key ^ (key >> 31), stream: index)
    }
}
