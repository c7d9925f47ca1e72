/// How long nothing has come of something, against how long that usually is.
struct Freshness: Hashable, Sendable {
    /// How many days it was from the last day with anything to the end of the day.
    let age: Int
    /// How many days there usually are from one day with anything to the next: nine of ten gaps are
    /// no longer.
    let usualGap: Int
    /// How many gaps that was read from.
    let gaps: Int

    /// The age as a multiple of the usual gap: 1 for what is in time.
    var ratio: Double { Double(age) / Double(usualGap) }

    /// How many gaps there must be.
    static let leastGaps = 4

    /// The freshness of something; nil if it came on too few days.
    ///
    /// - Parameters:
    ///   - days: those on which it came, up to the day, in any order.
    ///   - day: at whose end.
    init?(of days: some Sequence<Int32>, at day: Int32) {
        let sorted = days.sorted()
        let gaps = zip(sorted, sorted.dropFirst()).map { Int($1 - $0) }.sorted()
        guard gaps.count >= Self.leastGaps, let last = sorted.last else { return nil }
        age = Int(day - last) + 1
        // The nearest rank: a tenth of them are longer at most.
        usualGap = gaps[(gaps.count * 9 + 9) / 10 - 1]
        self.gaps = gaps.count
    }
}
