internal import Synchronization

/// Random bits for the identities of traces and spans, which must differ but need not be secret.
///
/// Asking the system takes 0.4 µs for each number, and a call is served in 2 µs. So a counter is
/// encrypted, as it were, with two keys from the system: SplitMix64's mixing (Steele, Lea and
/// Flood: Fast splittable pseudorandom number generators, 2014), once for each. Any thread may use
/// any copy; no two get the same number of the counter.
struct IdentityGenerator: RandomNumberGenerator, Sendable {
    private final class Counter: Sendable {
        let value = Atomic<UInt64>(0)
    }

    private let counter = Counter()
    private let firstKey: UInt64
    private let secondKey: UInt64

    /// A generator whose numbers nobody else has.
    init() {
        var system = SystemRandomNumberGenerator()
        self.init(keys: (system.next(), system.next()))
    }

    /// A generator that always gives the same numbers.
    init(keys: (UInt64, UInt64)) {
        (firstKey, secondKey) = keys
    }

    /// 64 random bits.
    func next() -> UInt64 {
        let number = counter.value.wrappingAdd(1, ordering: .relaxed).oldValue
        return Self.mixed(Self.mixed(number &* Self.step &+ firstKey) ^ secondKey)
    }

    private static func mixed(_ bits: UInt64) -> UInt64 {
        var bits = bits
        bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
        return bits ^ bits >> 31
    }

    /// The odd number next to 2⁶⁴ divided by the golden ratio.
    private static let step: UInt64 = 0x9e37_79b9_7f4a_7c15
}
