/// Where a finding stands, and how snapshots move it.
struct FindingState: Sendable, Hashable {
    /// The day of the snapshot that opened it.
    private(set) var firstDay: Int32
    /// The day of the last that showed it.
    private(set) var lastDay: Int32
    /// The day of the last that looked for it.
    private(set) var lookedDay: Int32
    /// How many have shown it.
    private(set) var snapshots: Int32
    /// On how many days in a row none could tell.
    private(set) var silences: Int32
    /// Whether it is there.
    private(set) var isOpen: Bool

    /// After how many days on which no snapshot could tell a finding is given up: what it is of is
    /// gone.
    static let mostSilences = 7

    /// What a snapshot says of a finding.
    enum Look: Sendable {
        /// It shows it.
        case broken
        /// It shows that all is well.
        case kept
        /// It has no such metric, or one of too little.
        case silent
        /// There is no such rule any more, or it is switched off.
        case unruled
    }

    /// A finding that a snapshot opens.
    init(openedOn day: Int32) {
        firstDay = day
        lastDay = day
        lookedDay = day
        snapshots = 1
        silences = 0
        isOpen = true
    }

    /// A finding as it was left.
    init(
        firstDay: Int32,
        lastDay: Int32,
        lookedDay: Int32,
        snapshots: Int32,
        silences: Int32,
        isOpen: Bool
    ) {
        self.firstDay = firstDay
        self.lastDay = lastDay
        self.lookedDay = lookedDay
        self.snapshots = snapshots
        self.silences = silences
        self.isOpen = isOpen
    }

    /// Moves it by a snapshot, which is of the day of the one before or a later one.
    mutating func look(_ look: Look, on day: Int32) {
        guard isOpen else { return }
        switch look {
        case .broken:
            lastDay = day
            snapshots += 1
            silences = 0
        case .kept, .unruled: isOpen = false
        case .silent:
            if day > lookedDay { silences += 1 }
            if silences >= Self.mostSilences { isOpen = false }
        }
        lookedDay = max(lookedDay, day)
    }
}
