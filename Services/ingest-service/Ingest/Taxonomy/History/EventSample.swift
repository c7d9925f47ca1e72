internal import Messages

/// Which of many events are looked at: all, or some that are drawn by chance.
struct EventSample: Sendable, Equatable {
    /// How many there are.
    let events: Int64
    let seed: Int64
    /// The events are those whose keys' hash by the seed, a number of 64 bits, is not above it.
    let threshold: Int64
    /// Whether not all of them are looked at.
    let isDrawn: Bool

    /// The level of intervals, and how many standard errors that is to each side.
    static let level = 0.95
    private static let errors = 1.959_963_984_540_054

    /// A sample.
    ///
    /// - Parameters:
    ///   - events: how many there are.
    ///   - most: about how many are looked at, if there are more.
    ///   - seed: what tells one draw from another.
    init(of events: Int64, most: Int, seed: Int64) {
        self.events = events
        self.seed = seed
        isDrawn = events > Int64(most)
        let share = Double(most) / Double(max(events, 1))
        threshold =
            isDrawn
            ? Int64(bitPattern: UInt64(share * 0x1p64) ^ 1 << 63) : .max
    }

    /// What is told of it.
    ///
    /// - Parameter count: how many were looked at.
    /// - Returns: the message.
    func message(lookedAt count: Int) -> IngestV1.EventSample {
        var message = IngestV1.EventSample()
        message.events = events
        message.lookedAt = Int64(count)
        message.sampled = isDrawn
        message.seed = seed
        return message
    }

    /// A part of those that were looked at.
    ///
    /// Source of the interval: E. B. Wilson, Probable inference, 1927.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - whole: of how many.
    /// - Returns: the share with its interval.
    func share(_ count: Int, of whole: Int) -> IngestV1.EventShare {
        var message = IngestV1.EventShare()
        message.events = Int64(count)
        message.level = Self.level
        guard whole > 0 else { return message }
        let (share, number) = (Double(count) / Double(whole), Double(whole))
        message.share = share
        (message.lower, message.upper) = (share, share)
        guard isDrawn else { return message }
        let square = Self.errors * Self.errors
        let middle = (share + square / (2 * number)) / (1 + square / number)
        let reach =
            Self.errors / (1 + square / number)
            * (share * (1 - share) / number + square / (4 * number * number)).squareRoot()
        message.lower = max(0, middle - reach)
        message.upper = min(1, middle + reach)
        return message
    }
}
