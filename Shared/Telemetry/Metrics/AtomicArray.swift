internal import Synchronization

/// A fixed number of counts that any thread may add to.
@safe
final class AtomicArray: @unchecked Sendable {
    // `@unchecked`: the memory never moves, and all that is done to it is atomic.
    private let memory: UnsafeMutablePointer<Atomic<UInt64>>
    let count: Int

    /// So many zeros.
    init(count: Int) {
        self.count = count
        // Freed in `deinit`, when nobody can use it; initialised before it is used.
        unsafe memory = .allocate(capacity: count)
        for place in 0..<count {
            unsafe (memory + place).initialize(to: Atomic(0))
        }
    }

    deinit {
        // Atomics of integers need no more than their memory to be given back.
        unsafe memory.deallocate()
    }

    /// Adds to a count.
    func add(_ amount: UInt64, at place: Int) {
        precondition(place >= 0 && place < count, "no such count")
        // The place is within the memory, as was checked.
        unsafe memory[place].wrappingAdd(amount, ordering: .relaxed)
    }

    /// Reads a count and makes it zero.
    func take(at place: Int) -> UInt64 {
        precondition(place >= 0 && place < count, "no such count")
        // The place is within the memory, as was checked.
        return unsafe memory[place].exchange(0, ordering: .relaxed)
    }
}
