/// Counts of the most frequent of any number of keys, in bounded memory.
///
/// A key is counted too low by at most the number of keys added over the capacity, and one that is
/// more frequent than that is never lost; of no more kinds of keys than the capacity all counts are
/// exact. Source: J. Misra and D. Gries, Finding repeated elements, 1982.
struct TopCounts<Key: Hashable & Sendable>: Sendable {
    private(set) var counts: [Key: Int] = [:]
    private let capacity: Int

    /// Counts nothing yet.
    ///
    /// - Parameter capacity: how many keys are kept at most.
    init(capacity: Int = 10_000) { self.capacity = capacity }

    /// Counts a key.
    mutating func add(_ key: Key) {
        if counts[key] != nil || counts.count < capacity {
            counts[key, default: 0] += 1
        } else {
            // With this key so many different ones go as there are counters: each loses one.
            counts = counts.compactMapValues { $0 > 1 ? $0 - 1 : nil }
        }
    }

    /// Some of the keys, the most frequent first.
    ///
    /// - Parameters:
    ///   - most: how many.
    ///   - order: which of two that are as frequent comes first.
    ///   - isMeant: of which keys.
    /// - Returns: the keys with their counts.
    func top(
        _ most: Int,
        by order: (Key, Key) -> Bool,
        where isMeant: (Key) -> Bool = { _ in true }
    ) -> [(key: Key, count: Int)] {
        let meant = counts.filter { isMeant($0.key) }
            .sorted { left, right in
                left.value == right.value
                    ? order(left.key, right.key) : left.value > right.value
            }
        return meant.prefix(most).map { ($0.key, $0.value) }
    }
}

extension StoredEvent.Traffic: Comparable {
    /// Alphabetical, field by field.
    static func < (left: Self, right: Self) -> Bool {
        (left.source, left.medium, left.campaign) < (right.source, right.medium, right.campaign)
    }
}
