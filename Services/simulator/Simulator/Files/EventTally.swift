/// What was counted of a world's events while they were written.
struct EventTally: Sendable {
    /// How many there are of each kind.
    private(set) var kinds: [SimulatedEvent.Kind: Int] = [:]
    /// How many visits had each mishap.
    private(set) var mishaps: [String: Int] = [:]
    /// How many visits and impressions are truly of each channel.
    private(set) var channels: [String: Int] = [:]
    /// How many visits each partner sent, `[partners * days]`.
    private(set) var clicks: [Int]
    /// How many bad rows are among them.
    var faults: [EventRows.Fault: Int] = [:]

    private let days: Int

    /// What can go wrong with a visit's traces, as the truth calls it.
    static let mishapNames: [(mishap: LabelledVisit.Mishaps, name: String)] = [
        (.noTags, "no_tags"), (.noReferrer, "no_referrer"), (.oddTag, "odd_tag"),
        (.macro, "macro"), (.passedOn, "passed_on"),
    ]

    init(days: Int, partners: Int) {
        self.days = days
        clicks = Array(repeating: 0, count: partners * days)
    }

    /// How many events there are, bad rows not among them.
    var events: Int { kinds.values.reduce(0, +) }

    /// Counts an event.
    mutating func count(_ event: SimulatedEvent, day: Int) {
        kinds[event.kind, default: 0] += 1
        if let partner = event.partner { clicks[partner * days + day] += 1 }
        guard !event.trueChannel.isEmpty else { return }
        channels[event.trueChannel, default: 0] += 1
        guard !event.mishaps.isEmpty else { return }
        for (mishap, name) in Self.mishapNames where event.mishaps.contains(mishap) {
            mishaps[name, default: 0] += 1
        }
    }
}
