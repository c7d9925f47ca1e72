/// Timers by deadline, and those with the same deadline in the order they were set.
///
/// Inserting, removing and taking the earliest cost the logarithm of the count; each timer knows
/// its place, so that a cancelled one leaves nothing behind.
struct TimerHeap {
    private struct Entry {
        let deadline: ContinuousClock.Instant
        let sequence: UInt64
        let timer: Timer

        func precedes(_ other: Entry) -> Bool {
            deadline == other.deadline ? sequence < other.sequence : deadline < other.deadline
        }
    }

    private var entries: [Entry] = []
    private var nextSequence: UInt64 = 0

    var count: Int { entries.count }

    /// When the next timer is due.
    var nextDeadline: ContinuousClock.Instant? { entries.first?.deadline }

    /// How many timers have ever been set: those set later fire no earlier than this count says.
    var setCount: UInt64 { nextSequence }

    mutating func insert(_ timer: Timer, at deadline: ContinuousClock.Instant) {
        let entry = Entry(deadline: deadline, sequence: nextSequence, timer: timer)
        nextSequence += 1
        entries.append(entry)
        moveUp(entry, from: entries.count - 1)
    }

    /// Takes a timer out; does nothing if it is not there.
    mutating func remove(_ timer: Timer) {
        let place = timer.place
        guard place >= 0 else { return }
        timer.place = -1
        let last = entries.removeLast()
        guard place < entries.count else { return }
        if place > 0 && last.precedes(entries[(place - 1) / 2]) {
            moveUp(last, from: place)
        } else {
            moveDown(last, from: place)
        }
    }

    /// Takes the earliest timer out if it is due.
    ///
    /// - Parameters:
    ///   - now: a timer whose deadline is this instant is due.
    ///   - setCount: timers set after there had been so many are left alone, however due.
    /// - Returns: the timer, nil if none is due.
    mutating func popDue(
        at now: ContinuousClock.Instant,
        setBefore setCount: UInt64 = .max
    ) -> Timer? {
        guard let first = entries.first, first.deadline <= now, first.sequence < setCount else {
            return nil
        }
        remove(first.timer)
        return first.timer
    }

    private mutating func moveUp(_ entry: Entry, from start: Int) {
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard entry.precedes(entries[parent]) else { break }
            put(entries[parent], at: place)
            place = parent
        }
        put(entry, at: place)
    }

    private mutating func moveDown(_ entry: Entry, from start: Int) {
        var place = start
        while true {
            var child = 2 * place + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count && entries[child + 1].precedes(entries[child]) {
                child += 1
            }
            guard entries[child].precedes(entry) else { break }
            put(entries[child], at: place)
            place = child
        }
        put(entry, at: place)
    }

    private mutating func put(_ entry: Entry, at place: Int) {
        entries[place] = entry
        entry.timer.place = place
    }
}
