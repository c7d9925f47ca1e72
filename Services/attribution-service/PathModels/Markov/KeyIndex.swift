/// Numbers for keys in the order in which they come.
///
/// Short keys have theirs by address, and long ones by hash. No key is 0.
struct KeyIndex {
    /// The keys by number.
    private(set) var keys: [UInt64] = []
    /// For short keys, one more than the number of a key; 0 where none is.
    private var places: [UInt32] = []
    /// For long ones, keys and their numbers; a hash's first bits say where its key belongs.
    private var slots: [Slot] = []
    private let isDirect: Bool

    private struct Slot {
        var key: UInt64 = 0
        var number: UInt32 = 0
    }

    /// No key.
    ///
    /// - Parameter bits: how long keys are.
    init(bits: Int) {
        isDirect = bits <= 20
        if isDirect {
            places = Array(repeating: 0, count: 1 << bits)
        } else {
            slots = Array(repeating: Slot(), count: 1 << 12)
        }
    }

    /// The number of a key, which is added if it is new.
    @inline(__always)
    mutating func number(of key: UInt64) -> Int {
        if isDirect {
            let place = places[Int(truncatingIfNeeded: key)]
            return place == 0 ? add(key, at: Int(truncatingIfNeeded: key)) : Int(place) &- 1
        }
        let slot = slot(of: key)
        return slots[slot].key == 0 ? add(key, at: slot) : Int(slots[slot].number)
    }

    /// The number of a key, or nil if it never came.
    func existing(_ key: UInt64) -> Int? {
        if isDirect {
            let place = places[Int(truncatingIfNeeded: key)]
            return place == 0 ? nil : Int(place) &- 1
        }
        let slot = slots[slot(of: key)]
        return slot.key == 0 ? nil : Int(slot.number)
    }

    /// Where a key is or would be.
    @inline(__always)
    private func slot(of key: UInt64) -> Int {
        let hash = Mixing.mix(key)
        var slot = Int(truncatingIfNeeded: hash &>> UInt64(slots.count.leadingZeroBitCount &+ 1))
        while slots[slot].key != key, slots[slot].key != 0 {
            slot = (slot &+ 1) & (slots.count &- 1)
        }
        return slot
    }

    private mutating func add(_ key: UInt64, at place: Int) -> Int {
        let number = keys.count
        keys.append(key)
        if isDirect {
            places[place] = UInt32(number + 1)
            return number
        }
        slots[place] = Slot(key: key, number: UInt32(number))
        if keys.count * 3 > slots.count * 2 { grow() }
        return number
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: old.count * 2)
        for entry in old where entry.key != 0 { slots[slot(of: entry.key)] = entry }
    }
}
