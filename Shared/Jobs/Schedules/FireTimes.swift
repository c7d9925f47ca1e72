/// The times of a schedule that have come, and the next.
struct FireTimes {
    /// Those that jobs may be made for, in order, in seconds of the clock that was given.
    var due: [Int64] = []
    /// The first that has not come yet; nil if there will be none.
    var next: Int64?

    /// Goes through the times of a schedule.
    ///
    /// - Parameters:
    ///   - first: the first that jobs have not been made for.
    ///   - now: the time, by the same clock.
    ///   - most: how many of the last are wanted.
    ///   - timing: what follows a time.
    init(from first: Int64, until now: Int64, most: Int, _ timing: Schedule.Timing) {
        var time: Int64? = first
        if case .every(let period) = timing, now - first > period * Int64(most) {
            // All but the last are passed over at once.
            time = first + ((now - first) / period - Int64(most - 1)) * period
        }
        while let current = time, current <= now {
            due.append(current)
            // Few are kept of however many there were.
            if due.count >= 2 * most + 64 { due.removeFirst(due.count - most) }
            time = timing.following(current)
        }
        next = time
        due.removeFirst(max(due.count - most, 0))
    }
}
