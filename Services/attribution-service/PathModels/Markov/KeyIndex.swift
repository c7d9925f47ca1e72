/// Numbers for keys in the order in which they come: by address where keys are short, and else by
/// hash.
struct KeyIndex {
    /// The keys by number.
    private(set) var keys: [UInt64] = []
    /// One more than the number of a key; 0 where none is.
    private var slots: [UInt32]
    private let isDirect: Bool

    /// No key.
    ///
    /// - Parameter bits: how long keys are.
    init(bits: Int) {
        isDirect = bits <= 20
        slots = Array(repeating: 0, count: 1 << (isDirect ? bits : 12))
    }

    /// The number of a key, which is added if it is new.
    @inline(__always)
    mutating func number(of key: UInt64) -> Int {
        var slot = isDirect ? Int(truncatingIfNeeded: key) : home(of: key)
        while slots[slot] != 0 {
            let number = Int(slots[slot] &- 1)
            if isDirect || keys[number] == key { return number }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return add(key, at: slot)
    }

    /// The number of a key, or nil if it never came.
    @inline(__always)
    func existing(_ key: UInt64) -> Int? {
        var slot = isDirect ? Int(truncatingIfNeeded: key) : home(of: key)
        while slots[slot] != 0 {
            let number = Int(slots[slot] &- 1)
            if isDirect || keys[number] == key { return number }
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return nil
    }

    private func home(of key: UInt64) -> Int {
        Int(truncatingIfNeeded: Mixing.mix(key)) & (slots.count &- 1)
    }

    private mutating func add(_ key: UInt64, at slot: Int) -> Int {
        keys.append(key)
        slots[slot] = UInt32(keys.count)
        guard !isDirect, keys.count * 2 > slots.count else { return keys.count - 1 }
        slots = Array(repeating: 0, count: slots.count * 4)
        for (number, key) in keys.enumerated() {
            var slot = home(of: key)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = UInt32(number + 1)
        }
        return keys.count - 1
    }
}
