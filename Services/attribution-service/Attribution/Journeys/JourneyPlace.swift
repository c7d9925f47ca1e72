/// Where a page of journeys begins: at a journey of a person.
struct JourneyPlace: Equatable, Sendable {
    /// When the person's last event was, in microseconds since 1970.
    let lastAct: Int64
    /// How many journeys of the person were told before, of those that were asked for.
    let told: Int
    let person: String

    init(lastAct: Int64, told: Int, person: String) {
        self.lastAct = lastAct
        self.told = told
        self.person = person
    }

    /// Reads what ``text`` has written; nil for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let lastAct = Int64(parts[0]), let told = Int(parts[1]) else {
            return nil
        }
        self.init(lastAct: lastAct, told: told, person: String(parts[2]))
    }

    /// Whether there may be journeys of the person behind it.
    var isWithinPerson: Bool { told < .max }

    /// The place behind all journeys of a person.
    static func after(_ stored: StoredPerson) -> JourneyPlace {
        JourneyPlace(lastAct: stored.lastAct, told: .max, person: stored.person)
    }

    /// The place in a token.
    var text: String { "\(lastAct) \(told) \(person)" }
}
