internal import Postgres

/// Whom a tenant has forgotten, in a state that the database knows by its number.
struct Forgotten: Sendable {
    /// The number of the state; what was held to another one is not written.
    let version: Int64
    private let marks: [PostgresUUID: Mark]
    private let keys: EventKeys?

    /// What is known of an id.
    struct Mark: Sendable {
        /// Until when what happened is refused.
        let time: PostgresTimestamp
        /// Whether all that happens later is, too.
        let isSuppressed: Bool
    }

    /// Nobody yet.
    static let nobody = Forgotten(version: 0, marks: [:], keys: nil)

    /// A state.
    ///
    /// - Parameters:
    ///   - version: its number.
    ///   - marks: by the hashes of ids; of all that are asked about.
    ///   - keys: makes the hashes.
    init(version: Int64, marks: [PostgresUUID: Mark], keys: EventKeys?) {
        self.version = version
        self.marks = marks
        self.keys = keys
    }

    /// How many ids it has.
    var count: Int { marks.count }

    /// Whether an event is not to be stored.
    func refuses(_ row: EventRow) -> Bool {
        if marks.isEmpty { return false }
        return row.personIDs.contains { id in
            mark(id).map { $0.isSuppressed || row.content.occurredAt <= $0.time } ?? false
        }
    }

    /// Whether an event names somebody who was forgotten, at whatever time.
    func names(_ row: EventRow) -> Bool { names(anyOf: row.personIDs) }

    /// Whether an id is of somebody who was forgotten.
    func names(anyOf ids: @autoclosure () -> [String]) -> Bool {
        !marks.isEmpty && ids().contains { mark($0) != nil }
    }

    private func mark(_ id: String) -> Mark? { keys.flatMap { marks[$0.digest(id)] } }
}
